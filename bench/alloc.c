// SPDX-License-Identifier: GPL-2.0
/*
 * What it costs to get memory, by 551 and by what a user would take instead.
 *
 * usage: alloc
 *
 * For a machine of one CPU whose every instruction takes a nanosecond.  Prints
 * a line for each measurement: topic, who, bytes, huge pages, unit, value.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <linux/tamalloc.h>

#include "../tests/kernel/population.h"

#define SETTING	"/sys/kernel/mm/transparent_hugepage/enabled"
/* More cannot be populated here. */
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

static void unmap(void *memory, size_t size)
{
	if (munmap(memory, size))
		err(1, "munmap");
}

static void give_back(void *memory, size_t size)
{
	(void)size;
	free(memory);
}

static const struct method {
	const char *name;
	void *(*get)(size_t size);
	void (*put)(void *memory, size_t size);
} methods[] = {
	{ "551", by_551, unmap },
	{ "mmap", by_mmap, unmap },
	{ "malloc", by_malloc, give_back },
	{ "calloc", by_calloc, give_back },
	{ "populate", by_populate, unmap },
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

static void tell(const char *topic, const struct method *method, size_t size,
		 const char *unit, long value)
{
	printf("%s\t%s\t%zu\t%s\t%s\t%ld\n", topic, method->name, size, thp,
	       unit, value);
	fflush(stdout);
}

/* NULL: more than this machine has, for those who may not overcommit. */
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
	long reserve, touch;		/* -1: not to be had */
};

/*
 * To reserve, and then to write a byte in the middle.  In a process of its own,
 * for malloc(3) would give out again what it has got back.
 */
static void run_trial(void *arg)
{
	struct trial *trial = arg;
	void *volatile first = malloc(1);
	char *memory;

	free(first);			/* there is a heap now */
	trial->reserve = now(CLOCK_MONOTONIC);
	memory = get(trial->method, trial->size);
	trial->reserve = memory ? now(CLOCK_MONOTONIC) - trial->reserve : -1;
	if (!memory)
		return;
	trial->touch = now(CLOCK_MONOTONIC);
	((volatile char *)memory)[trial->size / 2] = 1;
	trial->touch = now(CLOCK_MONOTONIC) - trial->touch;
}

static void measure_size(struct trial *trial, const struct method *method,
			 size_t size)
{
	long reserve = LONG_MAX, touch = LONG_MAX;
	int i, status;

	trial->method = method;
	trial->size = size;
	for (i = 0; i < RUNS; i++) {
		pid_t pid = start(run_trial, trial);

		if (waitpid(pid, &status, 0) != pid || status)
			errx(1, "%s of %zu: status %x", method->name, size,
			     status);
		if (trial->reserve < 0)
			return;
		if (trial->reserve < reserve)
			reserve = trial->reserve;
		if (trial->touch < touch)
			touch = trial->touch;
	}
	tell("reserve", method, size, "instructions",
	     reserve - cost_of_now(CLOCK_MONOTONIC));
	tell("first-touch", method, size, "instructions",
	     touch - cost_of_now(CLOCK_MONOTONIC));
}

/* A tenth is touched, page by page. */
static void measure_tenth(const struct method *method, size_t size)
{
	size_t page = sysconf(_SC_PAGESIZE), at;
	long before = resident(), cost;
	char *memory = get(method, size);

	cost = now(CLOCK_MONOTONIC);
	for (at = 0; at < size / 10; at += page)
		((volatile char *)memory)[at] = 1;
	cost = now(CLOCK_MONOTONIC) - cost;
	tell("tenth", method, size, "instructions", cost);
	tell("tenth", method, size, "kib", resident() - before);
	method->put(memory, size);
}

static void measure(void)
{
	static const size_t sizes[] = {
		4UL << 10, 64UL << 10, 1UL << 20, 16UL << 20, 256UL << 20,
		4UL << 30, 64UL << 30, 1UL << 40
	};
	const struct method *method;
	struct trial *trial = mmap(NULL, sizeof(*trial), PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	size_t i;

	if (trial == MAP_FAILED)
		err(1, "mmap");
	for (method = methods; method->name; method++) {
		for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++)
			if (method->get != by_populate || sizes[i] <= POPULATED_MAX)
				measure_size(trial, method, sizes[i]);
		measure_tenth(method, POPULATED_MAX);
	}
}

int main(void)
{
	set_thp("never");
	measure();
	set_thp("always");
	measure();
	return 0;
}
