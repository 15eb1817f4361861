// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/xalloc.h"
#include "source/kernel_file.h"

bool kernel_file_number(const char *path, int64_t *number)
{
	FILE *file = fopen(path, "re");
	bool found;

	if (!file)
		return false;
	found = fscanf(file, "%" SCNd64, number) == 1;
	fclose(file);
	return found;
}

static void take_line(const char *line, const struct named_number *numbers,
		      size_t n)
{
	char name[64];
	int64_t number;

	if (sscanf(line, "%63[^: ]%*[: ]%" SCNd64, name, &number) != 2)
		return;
	for (size_t i = 0; i < n; i++)
		if (!strcmp(name, numbers[i].name))
			*numbers[i].number = number;
}

bool kernel_file_named(const char *path, const struct named_number *numbers,
		       size_t n)
{
	FILE *file = fopen(path, "re");
	char line[256];

	if (!file)
		return false;
	while (fgets(line, sizeof(line), file))
		take_line(line, numbers, n);
	fclose(file);
	return true;
}

char *kernel_file_text(const char *path, size_t *size)
{
	FILE *file = fopen(path, "re");
	size_t room = 0, len;
	char *text = NULL;
	bool failed;

	*size = 0;
	if (!file)
		return NULL;
	do {
		room = room ? 2 * room : 512;
		text = xreallocarray(text, room, 1);
		len = fread(text + *size, 1, room - 1 - *size, file);
		*size += len;
	} while (*size == room - 1);
	failed = ferror(file);
	fclose(file);
	text[*size] = '\0';
	if (!failed)
		return text;
	free(text);
	*size = 0;
	return NULL;
}
