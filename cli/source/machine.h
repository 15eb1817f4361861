/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machine's memory, in bytes. */
#ifndef MACHINE_H
#define MACHINE_H

#include <stdint.h>

struct machine {
	uint64_t ram;
	uint64_t swap;
};

struct machine machine_memory(void);

/* Used memory in tenths of a percent of RAM, rounded down. */
int64_t machine_ram_share(const struct machine *machine, uint64_t used);

/* Reserved memory in hundredths of RAM and swap space, rounded down. */
int64_t machine_ratio(const struct machine *machine, uint64_t reserved);

#endif /* MACHINE_H */
