// SPDX-License-Identifier: GPL-2.0
/*
 * Checks that the measured programs report the same for the same processes.
 *
 * usage: agree TAMALLOC
 *
 * "tamalloc proc --all" and ps must have the same sums if they leave out themselves
 * and this program; 552 and "tamalloc global" may exceed those only by these
 * programs.  smem does not take part: it adds up mappings, not the kernel's
 * counters.  Prints nothing if all agree.
 */
#define _GNU_SOURCE
#include <err.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/tamalloc.h>

#include "../tests/lib/population.h"

#define PROCESSES	1000
/* In MiB: more than this program, a shell and tamalloc take together. */
#define OURS_RESERVED	32
#define OURS_USED	8

/* In bytes. */
struct sums {
	unsigned long reserved;
	unsigned long used;
};

/* Adds up the output of @command: lines with a PID and two sizes in @unit bytes. */
static struct sums sums_by(char *const *command, unsigned long unit)
{
	struct sums sums = { 0 };
	unsigned long pid, reserved, used;
	char line[256];
	int fds[2], status;
	FILE *file;
	pid_t child;

	if (pipe(fds))
		err(1, "pipe");
	child = fork();
	if (child < 0)
		err(1, "fork");
	if (!child) {
		dup2(fds[1], STDOUT_FILENO);
		close(fds[0]);
		close(fds[1]);
		execvp(*command, command);
		err(127, "%s", *command);
	}
	close(fds[1]);
	file = fdopen(fds[0], "r");
	if (!file)
		err(1, "pipe");
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%lu %lu %lu", &pid, &reserved, &used) != 3 ||
		    pid == (unsigned long)child || pid == (unsigned long)getpid())
			continue;
		sums.reserved += reserved * unit;
		sums.used += used * unit;
	}
	fclose(file);
	if (waitpid(child, &status, 0) != child || status)
		errx(1, "%s: status %x", *command, status);
	return sums;
}

/* @reserved and @used are in whole MiB. */
static void check_total(const char *who, unsigned long reserved,
			unsigned long used, const struct sums *others)
{
	unsigned long least_reserved = others->reserved >> 20;
	unsigned long least_used = others->used >> 20;

	if (reserved < least_reserved || used < least_used ||
	    reserved > least_reserved + OURS_RESERVED ||
	    used > least_used + OURS_USED)
		errx(1, "%s has %lu and %lu MiB, ps has %lu and %lu", who,
		     reserved, used, least_reserved, least_used);
}

int main(int argc, char **argv)
{
	char *list[] = { argv[1], "proc", "--source=syscall", "--all", "-rno",
			 "PID,RESERVED,USED", NULL };
	/* No process has PID 0, which only fills the first of the three columns. */
	char *global[] = { "sh", "-c",
			   "echo 0 $(\"$0\" global --source=syscall -rno RESERVED,USED)",
			   argv[1], NULL };
	char *ps[] = { "ps", "-eo", "pid,vsz,rss", NULL };
	struct global_memory_stats stats;
	struct sums by_list, by_ps, by_global;

	if (argc != 2)
		errx(2, "usage: agree TAMALLOC");
	populate(PROCESSES);
	sums_by(list, 1);		/* brings their pages into memory */
	by_list = sums_by(list, 1);
	by_ps = sums_by(ps, 1024);
	by_global = sums_by(global, 1);
	if (syscall(__NR_tamalloc_get_global_stats, &stats))
		err(1, "552");

	if (memcmp(&by_list, &by_ps, sizeof(by_ps)))
		errx(1, "tamalloc proc has %lu and %lu, ps has %lu and %lu",
		     by_list.reserved, by_list.used, by_ps.reserved, by_ps.used);
	check_total("552", stats.total_reserved_memory_mb,
		    stats.total_used_memory_mb, &by_ps);
	check_total("tamalloc global", by_global.reserved >> 20,
		    by_global.used >> 20, &by_ps);
	return 0;
}
