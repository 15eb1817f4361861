/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROCFS_H
#define PROCFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "source/source.h"

extern const struct source source_procfs;

/* Returns whether there is a /proc that shows the PIDs of this namespace. */
bool procfs_usable(void);

/*
 * Reads the kernel's own badness, which no system call reports; false if
 * unknown.
 */
bool procfs_oom_score(pid_t pid, int *score);

/* Reads its name, at most 15 bytes of any kind; false if unknown. */
#define COMMAND_TEXT 64
bool procfs_command(pid_t pid, char command[COMMAND_TEXT]);

/* kernel_file_text() of a file of /proc/PID. */
char *procfs_read_all(pid_t pid, const char *name, size_t *size);

/* Returns a thread of @pid that has memory, or 0. */
pid_t procfs_thread(pid_t pid);

/* Reads when it started, in clock ticks since the machine did. */
bool procfs_start(pid_t pid, uint64_t *ticks);

/* Reads the effective UID. */
bool procfs_owner(pid_t pid, uid_t *uid);

/* Reads the ID of its parent, 0 if it has none here. */
bool procfs_parent(pid_t pid, pid_t *parent);

/* Reads vm.overcommit_memory. */
bool procfs_overcommit(int *policy);

/*
 * Returns whether it does not list all processes of this namespace, because it
 * is mounted with hidepid and this user has no privilege.
 */
bool procfs_omits(void);

/* What the walk that adds up the processes finds. */
struct procfs_walk {
	long processes; /* in the sums */
	long denied;    /* that may not be read: also kernel threads */
};

/* The contract of source_procfs.global(). */
long procfs_totals(struct global_memory_stats *stats, struct procfs_walk *walk);

/* Calls @visit for each process that /proc lists, in the order of their IDs. */
bool procfs_each(void (*visit)(pid_t pid, void *arg), void *arg);

#endif /* PROCFS_H */
