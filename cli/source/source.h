/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the figures come from: the system calls, or mmap(2) and /proc. */
#ifndef SOURCE_H
#define SOURCE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <tamalloc/tamalloc.h>

/* The contract of the three system calls: -1 and errno on failure. */
struct source {
	const char *name;
	long (*reserve)(size_t size);
	long (*global)(struct global_memory_stats *stats);
	long (*process)(pid_t pid, struct process_memory_stats *stats);
};

/* Returns by how many bytes a figure in KiB has grown. */
static inline int64_t growth_in_bytes(size_t now_kb, size_t before_kb)
{
	return ((int64_t)now_kb - (int64_t)before_kb) * 1024;
}

#endif /* SOURCE_H */
