/* SPDX-License-Identifier: GPL-2.0 */
/* Makes figures repeatable, and free of the cost of measuring. */
#ifndef MEASURE_H
#define MEASURE_H

#include <err.h>
#include <limits.h>
#include <sys/personality.h>
#include <unistd.h>

#include "../tests/lib/population.h"

/*
 * Starts this program again without address space layout randomization, which
 * changes how many page tables fork(2) copies.
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

/* Returns the cost of reading @clock twice: the lowest of several, as for all figures. */
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
