// SPDX-License-Identifier: GPL-2.0-or-later
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/array.h"
#include "shared/words.h"
#include "source/cgroup.h"
#include "source/kernel_file.h"
#include "source/mounts.h"

/* What the two versions call the same things. */
struct version {
	const char *type; /* of the file system */
	const char *limit;
	const char *swap_limit;
	bool swap_includes_memory;
	const char *usage;
	const char *reclaimable[3]; /* in memory.stat */
};

static const struct version v1 = {
	.type = "cgroup",
	.limit = "memory.limit_in_bytes",
	.swap_limit = "memory.memsw.limit_in_bytes",
	.swap_includes_memory = true,
	.usage = "memory.usage_in_bytes",
	.reclaimable = { "total_active_file", "total_inactive_file",
			 "total_slab_reclaimable" },
};

static const struct version v2 = {
	.type = "cgroup2",
	.limit = "memory.max",
	.swap_limit = "memory.swap.max",
	.usage = "memory.current",
	.reclaimable = { "active_file", "inactive_file", "slab_reclaimable" },
};

/* A cgroup's directory, which shrinks to its ancestors' down to @mount. */
struct group {
	const struct version *version;
	char dir[PATH_MAX];
	size_t mount; /* length of the mount point */
};

char *cgroup_path(const char *file, const char *controller, bool *own)
{
	size_t size;
	char *text = kernel_file_text(file, &size);
	char *rest = text, *found = NULL;

	*own = false;
	for (char *line; !*own && (line = strsep(&rest, "\n"));) {
		char *names;

		strsep(&line, ":");
		names = strsep(&line, ":");
		if (!line)
			continue;
		*own = word_in_list(names, controller);
		if (*own || !*names)
			found = line;
	}
	if (found)
		return memmove(text, found, strlen(found) + 1);
	free(text);
	return NULL;
}

/* Returns the part of @path below @root, or NULL if it is not below. */
static const char *path_below(const char *path, const char *root)
{
	size_t len = strcmp(root, "/") ? strlen(root) : 0;

	if (strncmp(path, root, len) || (path[len] && path[len] != '/'))
		return NULL;
	return strcmp(path + len, "/") ? path + len : "";
}

static bool is_mount_of(const struct mount *mount,
			const struct version *version)
{
	return !strcmp(mount->type, version->type) &&
	       (version == &v2 || word_in_list(mount->options, "memory"));
}

/*
 * In a container, the mount may begin at the cgroup itself, or know nothing of
 * @path: its top is then the nearest group that can be seen.
 */
static bool enter(struct group *group, const struct mount *mount,
		  const char *path)
{
	const char *below = path_below(path, mount->root);

	group->mount = strlen(mount->point);
	return snprintf(group->dir, sizeof(group->dir), "%s%s", mount->point,
			below ? below : "") < (int)sizeof(group->dir);
}

/* What mounts_find() looks for. */
struct search {
	struct group *group;
	const char *path;
};

static bool enter_if_wanted(const struct mount *mount, void *arg)
{
	const struct search *search = arg;

	return is_mount_of(mount, search->group->version) &&
	       enter(search->group, mount, search->path);
}

static bool find_group(struct group *group)
{
	bool own, found;
	char *path = cgroup_path("/proc/self/cgroup", "memory", &own);
	struct search search = { .group = group, .path = path };

	group->version = own ? &v1 : &v2;
	found = path && mounts_find(enter_if_wanted, &search);
	free(path);
	return found;
}

static bool read_number(const struct group *group, const char *name,
			int64_t *number)
{
	char path[PATH_MAX + 64];

	snprintf(path, sizeof(path), "%s/%s", group->dir, name);
	return kernel_file_number(path, number);
}

/* Returns what can be charged before the limit, if the cache is given up. */
static int64_t room_in(const struct group *group, int64_t limit)
{
	const struct version *version = group->version;
	int64_t cache[ARRAY_SIZE(version->reclaimable)] = { 0 };
	struct named_number numbers[ARRAY_SIZE(cache)];
	char path[PATH_MAX + 64];
	int64_t room = limit, usage;

	if (read_number(group, version->usage, &usage))
		room -= usage;
	for (size_t i = 0; i < ARRAY_SIZE(cache); i++)
		numbers[i] = (struct named_number){ version->reclaimable[i],
						    &cache[i] };
	snprintf(path, sizeof(path), "%s/memory.stat", group->dir);
	kernel_file_named(path, numbers, ARRAY_SIZE(numbers));
	for (size_t i = 0; i < ARRAY_SIZE(cache); i++)
		room += cache[i];
	return room < 0 ? 0 : room < limit ? room : limit;
}

static void lower(int64_t *least, int64_t value)
{
	if (value < *least)
		*least = value;
}

/* Version 1 writes the largest number of whole pages for no limit. */
static int64_t limit_of(const struct group *group, const char *name)
{
	int64_t limit;

	if (!read_number(group, name, &limit) || limit >= INT64_MAX >> 16 << 16)
		return INT64_MAX;
	return limit;
}

static void read_level(const struct group *group, bool available,
		       struct cgroup_memory *memory)
{
	int64_t limit = limit_of(group, group->version->limit);
	int64_t swap = limit_of(group, group->version->swap_limit);

	if (group->version->swap_includes_memory && limit < INT64_MAX &&
	    swap < INT64_MAX)
		swap -= limit;
	lower(&memory->limit, limit);
	lower(&memory->swap_limit, swap);
	if (available && limit < INT64_MAX)
		lower(&memory->available, room_in(group, limit));
}

struct cgroup_memory cgroup_memory(bool available)
{
	struct cgroup_memory memory = { INT64_MAX, INT64_MAX, INT64_MAX };
	struct group group;

	if (!find_group(&group))
		return memory;
	for (;;) {
		read_level(&group, available, &memory);
		if (strlen(group.dir) <= group.mount)
			return memory;
		*strrchr(group.dir, '/') = '\0';
	}
}
