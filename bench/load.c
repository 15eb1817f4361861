// SPDX-License-Identifier: GPL-2.0
/*
 * How many processes others start a second while 552 is called on another CPU,
 * on and on, among 30,000 processes.
 *
 * usage: load
 *
 * For a machine of two CPUs, by its clock.  Prints a line for each measurement:
 * topic, what the other CPU does, processes, 0, unit, value.
 */
#define _GNU_SOURCE
#include <err.h>
#include <sched.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/tamalloc.h>

#include "../tests/kernel/population.h"

#define PROCESSES	30000
#define SECONDS		5
#define ROUNDS		3

static void stay_on(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		err(1, "CPU %d", cpu);
}

static void call_552(void *unused)
{
	struct global_memory_stats stats;

	(void)unused;
	stay_on(1);
	for (;;)
		syscall(__NR_tamalloc_get_global_stats, &stats);
}

static void call_getppid(void *unused)
{
	(void)unused;
	stay_on(1);
	for (;;)
		syscall(SYS_getppid);
}

static long forks_a_second(void)
{
	long n = 0, end = now(CLOCK_MONOTONIC) + SECONDS * 1000000000L;

	while (now(CLOCK_MONOTONIC) < end) {
		pid_t pid = fork();

		if (!pid)
			_exit(0);
		waitpid(pid, NULL, 0);
		n++;
	}
	return n / SECONDS;
}

static void measure(const char *name, void (*run)(void *))
{
	pid_t pid = start(run, NULL);

	printf("load\t%s\t%d\t0\tforks-a-second\t%ld\n", name, PROCESSES,
	       forks_a_second());
	fflush(stdout);
	stop(pid);
}

int main(void)
{
	int i;

	populate(PROCESSES);
	stay_on(0);
	/* In turn, for the machine's speed may change meanwhile. */
	for (i = 0; i < ROUNDS; i++) {
		measure("getppid", call_getppid);
		measure("552", call_552);
		measure("idle", idle);
	}
	return 0;
}
