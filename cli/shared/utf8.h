/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UTF8_H
#define UTF8_H

#include <stddef.h>

/* Returns the length of the UTF-8 character @at; 0: it is none. */
size_t utf8_length(const char *at);

#endif /* UTF8_H */
