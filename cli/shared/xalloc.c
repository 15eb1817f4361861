// SPDX-License-Identifier: GPL-2.0-or-later
#include <err.h>
#include <stdlib.h>

#include "shared/i18n.h"
#include "shared/xalloc.h"

void out_of_memory(void)
{
	errx(EXIT_FAILURE, _("out of memory"));
}

void *xmalloc(size_t size)
{
	void *memory = malloc(size);

	if (!memory)
		out_of_memory();
	return memory;
}

void *xcalloc(size_t n, size_t size)
{
	void *memory = calloc(n, size);

	if (!memory)
		out_of_memory();
	return memory;
}

void *xreallocarray(void *array, size_t n, size_t size)
{
	array = reallocarray(array, n, size);
	if (!array)
		out_of_memory();
	return array;
}
