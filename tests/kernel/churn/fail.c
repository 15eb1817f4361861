// SPDX-License-Identifier: GPL-2.0
/*
 * Lets the first, second, ... allocation or user copy in a call fail
 * until the call meets no failure any more: see fail-nth in
 * Documentation/fault-injection/fault-injection.rst.
 *
 * usage: fail 551|552|553
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/tamalloc.h>

#define SIZE	(64UL << 20)

static int fail_nth;

static bool arm(int nth)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%d", nth);

	return pwrite(fail_nth, text, len, 0) == len;
}

/* Whether the failure that arm() asked for has come. */
static bool disarm(void)
{
	char text[16] = "";
	bool came = pread(fail_nth, text, sizeof(text) - 1, 0) > 0 && !atoi(text);

	while (!arm(0))
		;
	return came;
}

/* The calls: 0 if all is well, else the error. */

static int reserve(void)
{
	long p = syscall(__NR_tamalloc_get_stats, SIZE);
	int error = p == -1 ? errno : 0;

	if (p != -1 && munmap((void *)p, SIZE))
		return errno;
	return error;
}

static int global(void)
{
	struct global_memory_stats stats = {};

	if (syscall(__NR_tamalloc_get_global_stats, &stats))
		return errno;
	return stats.total_reserved_memory_mb ? 0 : ENODATA;
}

static int process(void)
{
	struct process_memory_stats stats = {};

	if (syscall(__NR_tamalloc_get_indiviual, getpid(), &stats))
		return errno;
	return stats.reserved_memory_kb ? 0 : ENODATA;
}

static const struct {
	const char *name;
	int (*call)(void);
	int error;
} calls[] = {
	{ "551", reserve, ENOMEM },
	{ "552", global, EFAULT },
	{ "553", process, EFAULT },
};

/* Whether each failure led to the documented error, and there was one. */
static bool try(int (*call)(void), int expected)
{
	int nth, error, errors = 0;
	bool came;

	for (nth = 1; nth < 1000; nth++) {
		if (!arm(nth))
			err(1, "fail-nth");
		error = call();
		came = disarm();
		if (error && (!came || error != expected)) {
			printf("# failure %d: %s\n", nth, strerror(error));
			return false;
		}
		errors += !!error;
		if (call()) {
			printf("# broken by failure %d\n", nth);
			return false;
		}
		if (!came)
			break;
	}
	printf("# %d failures, %d errors\n", nth - 1, errors);
	return errors > 0 && nth < 1000;
}

int main(int argc, char **argv)
{
	size_t i;

	fail_nth = open("/proc/thread-self/fail-nth", O_RDWR);
	if (fail_nth < 0)
		err(1, "fail-nth");
	for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (argc == 2 && !strcmp(argv[1], calls[i].name))
			return !try(calls[i].call, calls[i].error);
	errx(2, "usage: fail 551|552|553");
}
