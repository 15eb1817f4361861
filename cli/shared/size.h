/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sizes and times as people write and read them. */
#ifndef SIZE_H
#define SIZE_H

#include <stddef.h>
#include <stdint.h>

#define SIZE_TEXT 32

/*
 * Reads a number with an optional unit: K or KiB, M or MiB ... are powers of
 * 1024, KB, MB ... powers of 1000, and B is bytes.  With a unit it may have
 * decimals; part of a byte is left out.  Returns NULL, or a message about what
 * is wrong with @text.
 */
const char *size_parse(const char *text, size_t *size);

/* Formats like 102.4M, rounded to one decimal. */
void size_format(char text[SIZE_TEXT], uint64_t bytes);

/* Reads a number without sign or exponent.  Returns NULL, or a message. */
const char *seconds_parse(const char *text, double *seconds);

#endif /* SIZE_H */
