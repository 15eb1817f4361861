/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The memory that this process's cgroup, and each one above it, allows. */
#ifndef CGROUP_H
#define CGROUP_H

#include <stdbool.h>
#include <stdint.h>

/* In bytes: the least of all levels, INT64_MAX if none limits it. */
struct cgroup_memory {
	int64_t limit;
	int64_t swap_limit;
	int64_t available; /* until the first limit is reached, without swapping */
};

/*
 * Reads the limits of the memory controller, of version 1 or 2, as far up as
 * this process sees; @available costs more, and is read only if asked for.
 */
struct cgroup_memory cgroup_memory(bool available);

/*
 * Returns the path, to be freed, that @file, a cgroup file of /proc, has in the
 * hierarchy of @controller: one of its own, of version 1, or else the one of
 * version 2, whose line names no controller.  NULL if it is in neither.
 */
char *cgroup_path(const char *file, const char *controller, bool *own);

#endif /* CGROUP_H */
