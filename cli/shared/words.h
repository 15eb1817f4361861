/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORDS_H
#define WORDS_H

#include <stddef.h>

/* The index of @word among @n @words; -1: it is none of them. */
int word_find(const char *const words[], size_t n, const char *word);

#endif /* WORDS_H */
