// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>

#include "shared/memory_file.h"
#include "shared/xalloc.h"

void memory_file_open(struct memory_file *memory)
{
	memory->file = open_memstream(&memory->text, &memory->size);
	if (!memory->file)
		out_of_memory();
}

void memory_file_close(struct memory_file *memory)
{
	if (fclose(memory->file))
		out_of_memory();
}
