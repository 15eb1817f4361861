/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sizes and times as people write and read them. */
#ifndef SIZE_H
#define SIZE_H

#include <stddef.h>
#include <stdint.h>

#define SIZE_TEXT 32

/*
 * Reads a whole number with an optional unit: K or KiB, M or MiB ... are
 * powers of 1024, KB, MB ... powers of 1000, and B is bytes.  Returns NULL, or
 * what is wrong with @text, for people.
 */
const char *size_parse(const char *text, size_t *size);

/* As 102.4M, rounded to one decimal. */
void size_format(char text[SIZE_TEXT], uint64_t bytes);

/* A number without a sign or an exponent.  NULL, or what is wrong with @text. */
const char *seconds_parse(const char *text, double *seconds);

#endif /* SIZE_H */
