/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whole numbers as people write them: digits, without a sign or white space. */
#ifndef NUMBER_H
#define NUMBER_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Reads the digits at the start of @text, and returns the rest, or NULL if
 * there are none.  For a number that is too large, @number is UINT64_MAX and
 * errno is ERANGE; else errno is 0.
 */
const char *number_prefix(const char *text, uint64_t *number);

/* Returns false if @text is no number, or not from @min to @max. */
bool number_parse(const char *text, uint64_t min, uint64_t max,
		  uint64_t *number);

#endif /* NUMBER_H */
