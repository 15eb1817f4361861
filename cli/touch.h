/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TOUCH_H
#define TOUCH_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Writes every byte of @memory, page after page.  With @verify it reads each
 * page first, and exits where one has a byte that is not zero.
 */
void touch(unsigned char *memory, size_t size, bool verify);

#endif /* TOUCH_H */
