// SPDX-License-Identifier: GPL-2.0
/*
 * Measures what others notice while 552 is called in a loop among 30,000 processes.
 *
 * usage: load forks     forks a second on another CPU, by the clock of a machine
 *                       with two CPUs
 *        load stretch   the longest wait for the CPU, in a machine with one CPU
 *                       whose every instruction takes a nanosecond
 *
 * Prints a line for each measurement: topic, called function, processes, 0, unit,
 * value.
 */
#define _GNU_SOURCE
#include <err.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/tamalloc.h>

#include "../tests/lib/population.h"
#include "../tests/lib/stretch.h"

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

static void call_552(pid_t unused)
{
	struct global_memory_stats stats;

	(void)unused;
	syscall(__NR_tamalloc_get_global_stats, &stats);
}

static void call_getppid(pid_t unused)
{
	(void)unused;
	syscall(SYS_getppid);
}

static void load_other_cpu(void *load)
{
	stay_on(1);
	run_load(load);
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

static void report(const char *topic, const char *what, const char *unit, long value)
{
	printf("%s\t%s\t%d\t0\t%s\t%ld\n", topic, what, PROCESSES, unit, value);
	fflush(stdout);
}

static void measure_forks(const char *what, void (*run)(pid_t))
{
	struct load load = { .run = run };
	pid_t pid = run ? start(load_other_cpu, &load) : start(idle, NULL);

	report("load", what, "forks-a-second", forks_a_second());
	stop(pid);
}

static void measure_stretch(const char *what, void (*run)(pid_t))
{
	report("stretch", what, "ns", longest_stretch(run, 0));
}

int main(int argc, char **argv)
{
	int i;

	if (argc != 2)
		errx(2, "usage: load forks|stretch");
	populate(PROCESSES);
	if (!strcmp(argv[1], "stretch")) {
		measure_stretch("getppid", call_getppid);
		measure_stretch("552", call_552);
		return 0;
	}
	stay_on(0);
	/* In turn, because the machine's speed may change meanwhile. */
	for (i = 0; i < ROUNDS; i++) {
		measure_forks("getppid", call_getppid);
		measure_forks("552", call_552);
		measure_forks("idle", NULL);
	}
	return 0;
}
