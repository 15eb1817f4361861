/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORDS_H
#define WORDS_H

#include <stdbool.h>
#include <stddef.h>

/* Returns the index of @word among @n @words, or -1. */
int word_find(const char *const words[], size_t n, const char *word);

/* Returns whether @list, of words with commas between them, has @word. */
bool word_in_list(const char *list, const char *word);

#endif /* WORDS_H */
