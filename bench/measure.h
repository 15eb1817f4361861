/* SPDX-License-Identifier: GPL-2.0 */
/* So that a figure is the same each time, and of nothing but what is measured. */
#ifndef MEASURE_H
#define MEASURE_H

#include <err.h>
#include <limits.h>
#include <sys/personality.h>
#include <unistd.h>

#include "../tests/lib/population.h"

/*
 * Starts this program anew without address space layout randomization, by which
 * fork(2) has a page table more or less to copy.
 */
static inline void without_randomization(char **argv)
{
	int persona = personality(0xffffffff);

	if (persona & ADDR_NO_RANDOMIZE)
		return;
	personality(persona | ADDR_NO_RANDOMIZE);
	execv("/proc/self/exe", argv);
	err(1, "/proc/self/exe");
}

/* What it takes to read @clock twice: the cheapest of some, as what is measured. */
static inline long cost_of_now(clockid_t clock)
{
	long cost, best = LONG_MAX;
	int i;

	for (i = 0; i < 20; i++) {
		cost = now(clock);
		cost = now(clock) - cost;
		if (cost < best)
			best = cost;
	}
	return best;
}

#endif /* MEASURE_H */
