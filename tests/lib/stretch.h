/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How long something keeps the CPU from others that want it.
 *
 * Where each instruction takes a nanosecond (tests/vm/run --icount, one CPU).
 */
#ifndef STRETCH_H
#define STRETCH_H

#include <err.h>
#include <sched.h>
#include <stdbool.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#include "population.h"

/* How late a timer of ours is served at worst, while @load runs again and again. */
struct load {
	void (*run)(pid_t pid);
	pid_t pid;
};

static inline void run_load(void *arg)
{
	struct load *load = arg;

	for (;;)
		load->run(load->pid);
}

static inline void set_fifo(bool on)
{
	struct sched_param param = { .sched_priority = on ? 50 : 0 };

	if (sched_setscheduler(0, on ? SCHED_FIFO : SCHED_OTHER, &param))
		err(1, "sched_setscheduler");
}

static inline long lateness(long *next, long step)
{
	struct timespec t;

	*next += step;
	t = (struct timespec){ *next / 1000000000, *next % 1000000000 };
	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
	return now(CLOCK_MONOTONIC) - *next;
}

static inline long longest_stretch(void (*run)(pid_t), pid_t pid)
{
	struct load load = { run, pid };
	pid_t loader = start(run_load, &load);
	long next, late, worst = 0;
	int i;

	set_fifo(true);
	usleep(2000);
	next = now(CLOCK_MONOTONIC);
	for (i = 0; i < 500; i++) {
		/* Of no simple ratio to what is measured. */
		late = lateness(&next, 300000 + i * 1009);
		if (late > worst)
			worst = late;
	}
	set_fifo(false);
	stop(loader);
	return worst;
}

#endif /* STRETCH_H */
