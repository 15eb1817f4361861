/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the figures come from: the system calls, or mmap(2) and /proc. */
#ifndef SOURCE_H
#define SOURCE_H

#include <stdbool.h>
#include <sys/types.h>

#include <tamalloc/tamalloc.h>

/* The contract of the three system calls: -1 and errno on failure. */
struct source {
	const char *name;
	long (*reserve)(size_t size);
	long (*global)(struct global_memory_stats *stats);
	long (*process)(pid_t pid, struct process_memory_stats *stats);
};

extern const struct source source_syscall;
extern const struct source source_procfs;

enum source_choice {
	SOURCE_AUTO,
	SOURCE_SYSCALL,
	SOURCE_PROCFS,
};

bool source_parse(const char *name, enum source_choice *choice);

/* Made once; exits where @choice cannot be had. */
const struct source *source_choose(enum source_choice choice);

#endif /* SOURCE_H */
