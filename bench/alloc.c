// SPDX-License-Identifier: GPL-2.0
/*
 * Measures what it costs to get memory, by 551 and by its alternatives.
 *
 * usage: alloc
 *
 * For a machine of one CPU whose every instruction takes a nanosecond.  Prints
 * a line for each measurement: topic, name, bytes, huge pages, unit, value.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <linux/tamalloc.h>

#include "measure.h"

#define SETTING	"/sys/kernel/mm/transparent_hugepage/enabled"
/* The machine has no room to populate more. */
#define POPULATED_MAX	(256UL << 20)
#define RUNS	10

static void *by_551(size_t size)
{
	return (void *)syscall(__NR_tamalloc_get_stats, size);
}

static void *by_mmap(size_t size)
{
	return mmap(NULL, size, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
}

static void *by_malloc(size_t size)
{
	return malloc(size) ?: MAP_FAILED;
}

static void *by_calloc(size_t size)
{
	return calloc(1, size) ?: MAP_FAILED;
}

static void *by_populate(size_t size)
{
	return mmap(NULL, size, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
}

static const struct method {
	const char *name;
	void *(*get)(size_t size);
} methods[] = {
	{ "551", by_551 },
	{ "mmap", by_mmap },
	{ "malloc", by_malloc },
	{ "calloc", by_calloc },
	{ "populate", by_populate },
	{ NULL }
};

static const char *thp;

static void set_thp(const char *setting)
{
	int fd = open(SETTING, O_WRONLY);

	if (fd < 0 || write(fd, setting, strlen(setting)) < 0)
		err(1, SETTING);
	close(fd);
	thp = setting;
}

/* Returns NULL if the machine has less memory and the method may not overcommit. */
static void *get(const struct method *method, size_t size)
{
	void *memory = method->get(size);

	if (memory != MAP_FAILED)
		return memory;
	if (errno != ENOMEM || size <= POPULATED_MAX)
		err(1, "%s of %zu", method->name, size);
	return NULL;
}

/* In KiB. */
static long resident(void)
{
	struct process_memory_stats stats;

	if (syscall(__NR_tamalloc_get_indiviual, getpid(), &stats))
		err(1, "553");
	return stats.used_memory_kb;
}

struct trial {
	const struct method *method;
	size_t size;
	long reserve, touch;		/* -1: not available */
	long kib;
};

static void report(const char *topic, const struct trial *trial, const char *unit,
		   long value)
{
	printf("%s\t%s\t%zu\t%s\t%s\t%ld\n", topic, trial->method->name,
	       trial->size, thp, unit, value);
	fflush(stdout);
}

/*
 * Brings the program and a heap into memory, so that no fault is due to those.
 * malloc(3) takes a chunk of @chunk bytes from memory that it has never given out,
 * unless such a chunk was freed before.
 */
static void warm_up(size_t chunk)
{
	extern char __executable_start[], etext[], data_start[], end[];
	size_t page = sysconf(_SC_PAGESIZE);
	char *data = data_start - (uintptr_t)data_start % page;
	void *volatile p;

	if (madvise(__executable_start, etext - __executable_start,
		    MADV_POPULATE_READ) ||
	    madvise(data, end - data, MADV_POPULATE_WRITE))
		err(1, "madvise");
	p = malloc(chunk);
	free(p);
}

/* Measures reserving, and then writing a byte in the middle. */
static void try_size(void *arg)
{
	struct trial *trial = arg;
	char *memory;

	warm_up(100);
	trial->reserve = now(CLOCK_MONOTONIC);
	memory = get(trial->method, trial->size);
	trial->reserve = memory ? now(CLOCK_MONOTONIC) - trial->reserve : -1;
	if (!memory)
		return;
	trial->touch = now(CLOCK_MONOTONIC);
	((volatile char *)memory)[trial->size / 2] = 1;
	trial->touch = now(CLOCK_MONOTONIC) - trial->touch;
}

/* Touches a tenth, page by page. */
static void try_tenth(void *arg)
{
	struct trial *trial = arg;
	size_t page = sysconf(_SC_PAGESIZE), at;
	char *memory;

	warm_up(100);
	trial->kib = resident();
	memory = get(trial->method, trial->size);
	trial->touch = now(CLOCK_MONOTONIC);
	for (at = 0; at < trial->size / 10; at += page)
		((volatile char *)memory)[at] = 1;
	trial->touch = now(CLOCK_MONOTONIC) - trial->touch;
	trial->kib = resident() - trial->kib;
}

/*
 * Runs it in a process of its own: malloc(3) would otherwise give out freed memory
 * again, and all trials must begin with the same mappings.
 */
static void run_trial(struct trial *trial, void (*run)(void *))
{
	pid_t pid = start(run, trial);
	int status;

	if (waitpid(pid, &status, 0) != pid || status)
		errx(1, "%s of %zu: status %x", trial->method->name, trial->size,
		     status);
}

static void measure_size(struct trial *trial)
{
	long reserve = LONG_MAX, touch = LONG_MAX;
	int i;

	for (i = 0; i < RUNS; i++) {
		run_trial(trial, try_size);
		if (trial->reserve < 0)
			return;
		if (trial->reserve < reserve)
			reserve = trial->reserve;
		if (trial->touch < touch)
			touch = trial->touch;
	}
	report("reserve", trial, "instructions",
	     reserve - cost_of_now(CLOCK_MONOTONIC));
	report("first-touch", trial, "instructions",
	     touch - cost_of_now(CLOCK_MONOTONIC));
}

static void measure(struct trial *trial)
{
	static const size_t sizes[] = {
		4UL << 10, 64UL << 10, 1UL << 20, 16UL << 20, 256UL << 20,
		4UL << 30, 64UL << 30, 1UL << 40
	};
	size_t i;

	for (trial->method = methods; trial->method->name; trial->method++) {
		for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
			trial->size = sizes[i];
			if (trial->method->get != by_populate ||
			    trial->size <= POPULATED_MAX)
				measure_size(trial);
		}
		trial->size = POPULATED_MAX;
		run_trial(trial, try_tenth);
		report("tenth", trial, "instructions", trial->touch);
		report("tenth", trial, "kib", trial->kib);
	}
}

int main(int argc, char **argv)
{
	struct trial *trial = mmap(NULL, sizeof(*trial), PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (argc != 1)
		errx(2, "usage: alloc");
	without_randomization(argv);
	if (trial == MAP_FAILED)
		err(1, "mmap");
	warm_up(1);
	set_thp("never");
	measure(trial);
	set_thp("always");
	measure(trial);
	return 0;
}
