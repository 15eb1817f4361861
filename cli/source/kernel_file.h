/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that the kernel writes: a number, lines with a name and one, or text. */
#ifndef KERNEL_FILE_H
#define KERNEL_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct named_number {
	const char *name;
	int64_t *number;
};

/* Returns false if there is no such file, or no number in it. */
bool kernel_file_number(const char *path, int64_t *number);

/*
 * Sets those of the @n numbers that the file has, and returns false if there is
 * no such file.  A line reads "NAME NUMBER" or "NAME: NUMBER".
 */
bool kernel_file_named(const char *path, const struct named_number *numbers,
		       size_t n);

/*
 * Returns all that a file of any length has, with a NUL byte behind it, to be
 * freed; NULL if it cannot be read, with a @size of 0.
 */
char *kernel_file_text(const char *path, size_t *size);

#endif /* KERNEL_FILE_H */
