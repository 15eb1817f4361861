// SPDX-License-Identifier: GPL-2.0
/*
 * Measures how long 552 takes on a machine with several CPUs, all others idle.
 *
 * usage: cpus
 *
 * It uses the clock, because instructions are no measure of time where emulated CPUs
 * take turns.  The machine's speed varies meanwhile, so it also times getppid(2),
 * called often enough to take about as long.  Prints a line for each measurement:
 * topic, name, processes, CPUs, unit, value.
 */
#define _GNU_SOURCE
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/tamalloc.h>

#include "../tests/lib/population.h"

#define ROUNDS		501
#define GETPPIDS	500

struct round {
	long by_552;
	long by_getppid;
};

static struct round run_round(void)
{
	struct global_memory_stats stats;
	struct round round;
	int i;

	round.by_552 = now(CLOCK_MONOTONIC);
	if (syscall(__NR_tamalloc_get_global_stats, &stats))
		err(1, "552");
	round.by_552 = now(CLOCK_MONOTONIC) - round.by_552;
	round.by_getppid = now(CLOCK_MONOTONIC);
	for (i = 0; i < GETPPIDS; i++)
		syscall(SYS_getppid);
	round.by_getppid = now(CLOCK_MONOTONIC) - round.by_getppid;
	return round;
}

static int by_ratio(const void *a, const void *b)
{
	const struct round *x = a, *y = b;
	double left = (double)x->by_552 * y->by_getppid;
	double right = (double)y->by_552 * x->by_getppid;

	return (left > right) - (left < right);
}

/* Prints the median round. */
static void measure(unsigned int processes)
{
	static struct round rounds[ROUNDS];
	int cpus = sysconf(_SC_NPROCESSORS_ONLN);
	int i;

	for (i = 0; i < ROUNDS; i++)
		rounds[i] = run_round();
	qsort(rounds, ROUNDS, sizeof(*rounds), by_ratio);
	printf("cpus\t552\t%u\t%d\tns\t%ld\n", processes, cpus,
	       rounds[ROUNDS / 2].by_552);
	printf("cpus\t%d-getppid\t%u\t%d\tns\t%ld\n", GETPPIDS, processes, cpus,
	       rounds[ROUNDS / 2].by_getppid);
	fflush(stdout);
}

int main(void)
{
	populate(100);
	measure(100);
	populate(1100);
	measure(1100);
	return 0;
}
