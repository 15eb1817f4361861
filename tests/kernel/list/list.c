// SPDX-License-Identifier: GPL-2.0
/*
 * What it costs to list processes: the command against ps, among many.
 *
 * usage: list TAMALLOC
 *
 * For a machine of one CPU whose every instruction takes a nanosecond
 * (tests/vm/run --icount), so that its clocks count instructions: those of the
 * whole program, its start and the kernel's part of it included.
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../../lib/population.h"

#define PROCESSES	10000
#define RUNS		3

static void run(char *const *command, int output)
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		err(1, "fork");
	if (!pid) {
		dup2(output, STDOUT_FILENO);
		execvp(*command, command);
		err(127, "%s", *command);
	}
	if (waitpid(pid, &status, 0) != pid || status)
		errx(1, "%s: status %x", *command, status);
}

/* The cheapest of some runs: none has had to read files or was interrupted. */
static long cost_of(char *const *command)
{
	int output = open("/dev/null", O_WRONLY);
	long start, best = LONG_MAX;
	int i;

	for (i = 0; i < RUNS; i++) {
		start = now(CLOCK_MONOTONIC);
		run(command, output);
		start = now(CLOCK_MONOTONIC) - start;
		if (start < best)
			best = start;
	}
	close(output);
	return best;
}

static long lines_of(char *const *command)
{
	FILE *output = tmpfile();
	long lines = 0;
	int c;

	run(command, fileno(output));
	rewind(output);
	while ((c = getc(output)) != EOF)
		lines += c == '\n';
	fclose(output);
	return lines;
}

static char *tamalloc;

static const struct test {
	const char *what;
	int parts;		/* of what the other costs, at most one */
	long lines;		/* at least */
	char *command[8];	/* of tamalloc, which comes first */
	char *other[4];
} tests[] = {
	{ "a table", 3, PROCESSES,
	  { NULL, "proc", "--source=syscall", "--all", "-o", "PID,RESERVED,USED" },
	  { "ps", "-eo", "pid,vsz,rss" } },
	{ "--raw", 10, PROCESSES,
	  { NULL, "proc", "--source=syscall", "--all", "-ro", "PID,RESERVED,USED" },
	  { "ps", "-eo", "pid,vsz,rss" } },
	{ "the sums", 100, 2,
	  { NULL, "global", "--source=syscall" },
	  { "ps", "-eo", "vsz,rss" } },
};

#define N_TESTS	(sizeof(tests) / sizeof(tests[0]))

static bool run_test(const struct test *test)
{
	long ours, theirs, lines;
	char *command[8];
	bool ok;

	memcpy(command, test->command, sizeof(command));
	command[0] = tamalloc;
	lines = lines_of(command);
	theirs = cost_of(test->other);
	ours = cost_of(command);
	ok = lines >= test->lines && ours <= theirs / test->parts;
	printf("%s %td - %s: 1/%ld of what %s %s %s costs (at most 1/%d): "
	       "%ld and %ld instructions a process; %ld lines\n",
	       ok ? "ok" : "not ok", test - tests + 1, test->what,
	       theirs / ours, test->other[0], test->other[1], test->other[2],
	       test->parts, ours / PROCESSES, theirs / PROCESSES, lines);
	fflush(stdout);
	return ok;
}

int main(int argc, char **argv)
{
	bool ok = true;
	size_t i;

	if (argc != 2)
		errx(2, "usage: list TAMALLOC");
	tamalloc = argv[1];
	populate(PROCESSES);
	for (i = 0; i < N_TESTS; i++)
		ok &= run_test(&tests[i]);
	return !ok;
}
