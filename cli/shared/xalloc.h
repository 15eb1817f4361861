/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Allocates memory, or ends the program. */
#ifndef XALLOC_H
#define XALLOC_H

#include <stddef.h>

_Noreturn void out_of_memory(void);

void *xmalloc(size_t size);
void *xcalloc(size_t n, size_t size); /* all zero */
void *xreallocarray(void *array, size_t n, size_t size);

#endif /* XALLOC_H */
