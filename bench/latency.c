// SPDX-License-Identifier: GPL-2.0
/*
 * Measures the kernel paths that every program takes.
 *
 * usage: latency
 *
 * For a machine of one CPU whose every instruction takes a nanosecond.  Prints
 * a line for each measurement: topic, path, 1, 0, unit, value.
 */
#define _GNU_SOURCE
#include <err.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "measure.h"

#define RUNS	50

static pid_t child;

static void fork_child(void)
{
	child = start(idle, NULL);
}

static void fork_sleeper(void)
{
	fork_child();
	usleep(1000);
}

/* Ends the child, and waits until its parent knows. */
static void end_child(void)
{
	stop(child);
}

/* Runs a program, this static one, from its start to its end. */
static void exec(void)
{
	pid_t pid = vfork();

	if (!pid) {
		execl("/proc/self/exe", "latency", "--exit", NULL);
		_exit(1);
	}
	waitpid(pid, NULL, 0);
}

static void map(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	munmap(p, 4096);
}

static void fault(void)
{
	static char *page;

	if (!page)
		page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	*(volatile char *)page = 1;
	madvise(page, 4096, MADV_DONTNEED);
}

/* Measures only the dispatch, which the new numbers lengthen. */
static void getppid_call(void)
{
	syscall(SYS_getppid);
}

static void nothing(void)
{
}

static const struct path {
	const char *name;
	void (*prepare)(void);
	void (*run)(void);
	void (*finish)(void);
} paths[] = {
	{ "fork", nothing, fork_child, end_child },
	{ "exit", fork_sleeper, end_child, nothing },
	{ "exec", nothing, exec, nothing },
	{ "mmap", nothing, map, nothing },
	{ "fault", nothing, fault, nothing },
	{ "getppid", nothing, getppid_call, nothing },
};

int main(int argc, char **argv)
{
	size_t i;
	int run;

	if (argc == 2 && !strcmp(argv[1], "--exit"))
		return 0;
	without_randomization(argv);
	for (i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		long cost, best = LONG_MAX;

		for (run = 0; run < RUNS; run++) {
			paths[i].prepare();
			cost = now(CLOCK_MONOTONIC);
			paths[i].run();
			cost = now(CLOCK_MONOTONIC) - cost;
			paths[i].finish();
			if (cost < best)
				best = cost;
		}
		printf("latency\t%s\t1\t0\tinstructions\t%ld\n", paths[i].name,
		       best - cost_of_now(CLOCK_MONOTONIC));
		fflush(stdout);
	}
	return 0;
}
