/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The memory that processes here may use, in bytes: the machine's, or less if a
 * cgroup limits this process.  In a container, that is the container's memory.
 */
#ifndef MACHINE_H
#define MACHINE_H

#include <stdbool.h>
#include <stdint.h>

#define MACHINE_UNKNOWN (-1)

struct machine {
	int64_t ram;
	int64_t swap;
	int64_t limit;     /* of the cgroups; MACHINE_UNKNOWN: none */
	int64_t available; /* without swapping */
	int64_t committed; /* promised to processes, and its limit; from /proc */
	int64_t commit_limit;
};

/* Sets the member available, which costs more, only if asked for. */
struct machine machine_memory(bool available);

/* Used memory in tenths of a percent of RAM, rounded down. */
int64_t machine_ram_share(const struct machine *machine, uint64_t used);

/* Reserved memory in hundredths of RAM and swap space, rounded down. */
int64_t machine_ratio(const struct machine *machine, uint64_t reserved);

#endif /* MACHINE_H */
