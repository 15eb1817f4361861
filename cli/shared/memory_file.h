/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file in memory, to be written once and then read as text. */
#ifndef MEMORY_FILE_H
#define MEMORY_FILE_H

#include <stddef.h>
#include <stdio.h>

struct memory_file {
	FILE *file; /* NULL before it is opened */
	char *text; /* from when it is closed, to be freed */
	size_t size;
};

/* These end the program if there is no memory. */
void memory_file_open(struct memory_file *memory);
void memory_file_close(struct memory_file *memory);

#endif /* MEMORY_FILE_H */
