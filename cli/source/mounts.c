// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source/mounts.h"

/* Blanks in a path of mountinfo are written as octal numbers. */
static void unescape(char *path)
{
	char *to = path;
	unsigned int c;

	while (*path) {
		bool escaped = sscanf(path, "\\%3o", &c) == 1;

		*to++ = escaped ? (char)c : *path;
		path += escaped ? 4 : 1;
	}
	*to = '\0';
}

static bool parse_mount(char *line, struct mount *mount)
{
	char *rest = strstr(line, " - ");

	if (!rest)
		return false;
	*rest = '\0';
	rest += 3;
	for (int skipped = 0; skipped < 3; skipped++)
		strsep(&line, " ");
	mount->root = strsep(&line, " ");
	mount->point = strsep(&line, " ");
	mount->type = strsep(&rest, " ");
	strsep(&rest, " ");
	mount->options = strsep(&rest, "\n");
	if (!mount->point || !mount->options)
		return false;
	unescape(mount->root);
	unescape(mount->point);
	return true;
}

bool mounts_find(bool (*visit)(const struct mount *mount, void *arg), void *arg)
{
	FILE *file = fopen("/proc/self/mountinfo", "re");
	bool found = false;
	struct mount mount;
	char *line = NULL;
	size_t size = 0;

	if (!file)
		return false;
	while (!found && getline(&line, &size, file) > 0)
		found = parse_mount(line, &mount) && visit(&mount, arg);
	free(line);
	fclose(file);
	return found;
}
