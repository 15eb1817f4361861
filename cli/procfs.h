/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROCFS_H
#define PROCFS_H

#include <stdbool.h>
#include <sys/types.h>

/* Is there a /proc, and are its PIDs the ones that this process knows? */
bool procfs_usable(void);

/* The kernel's own badness, which no system call tells; false if unknown. */
bool procfs_oom_score(pid_t pid, int *score);

#endif /* PROCFS_H */
