// SPDX-License-Identifier: GPL-2.0
/*
 * Loads and unloads the module while processes of all CPUs call.  Each call is
 * answered rightly or by ENOSYS, and both happen.
 *
 * usage: reload MODULE TIMES
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <linux/tamalloc.h>

#define PAGE		4096
#define CALLERS_A_CPU	2

struct counts {
	unsigned long answered;
	unsigned long lacking;
};

/* A caller's share of it: shared memory. */
static struct counts *counts;

/* Counts a call whose error, if it has one, must be @expected. */
static void count(struct counts *c, const char *call, long ret, int expected)
{
	int error = ret == -1 ? errno : 0;

	if (error == ENOSYS)
		c->lacking++;
	else if (error == expected)
		c->answered++;
	else
		errx(1, "%s: %ld, error %d, not %d", call, ret, error, expected);
}

static void reserve(struct counts *c)
{
	char *p = (char *)syscall(__NR_tamalloc_get_stats, PAGE);

	count(c, "551", (long)p, 0);
	if (p == MAP_FAILED)
		return;
	if (*p || munmap(p, PAGE))
		errx(1, "551: no page of zeros");
}

static void ask(struct counts *c)
{
	struct process_memory_stats process = {};
	struct global_memory_stats global = {};
	unsigned long before = c->answered;

	count(c, "552", syscall(__NR_tamalloc_get_global_stats, &global), 0);
	if ((c->answered != before) != (global.total_reserved_memory_mb != 0))
		errx(1, "552: an answer that is none");
	before = c->answered;
	count(c, "553", syscall(__NR_tamalloc_get_indiviual, getpid(), &process), 0);
	if ((c->answered != before) != (process.reserved_memory_kb != 0))
		errx(1, "553: an answer that is none");
	count(c, "552", syscall(__NR_tamalloc_get_global_stats, NULL), EFAULT);
	count(c, "553", syscall(__NR_tamalloc_get_indiviual, -1, &process), ESRCH);
}

/* Some always are in user mode, asleep or new. */
static void call_on(struct counts *c)
{
	pid_t pid;
	int i;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (i = 0;; i++) {
		reserve(c);
		ask(c);
		if (i % 16 == 0) {
			pid = fork();
			if (!pid) {
				ask(c);
				_exit(0);
			}
			waitpid(pid, NULL, 0);
		}
		if (i % 8 == 0)
			usleep(500);
	}
}

static void load(int fd)
{
	if (syscall(SYS_finit_module, fd, "", 0))
		err(1, "load");
}

/* Tells how often it was refused because of a call. */
static unsigned int unload(void)
{
	unsigned int refused;

	for (refused = 0; syscall(SYS_delete_module, "tamalloc", O_NONBLOCK); refused++) {
		if (errno != EAGAIN && errno != EBUSY)
			err(1, "unload");
		usleep(rand() % 1000);
	}
	return refused;
}

int main(int argc, char **argv)
{
	int i, fd, times, callers = CALLERS_A_CPU * sysconf(_SC_NPROCESSORS_ONLN);
	unsigned long refused = 0, answered = 0, lacking = 0;
	pid_t *pids = calloc(callers, sizeof(*pids));
	time_t start = time(NULL);
	bool good = true;

	if (argc != 3)
		errx(2, "usage: reload MODULE TIMES");
	times = atoi(argv[2]);
	fd = open(argv[1], O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		err(1, "%s", argv[1]);
	counts = mmap(NULL, callers * sizeof(*counts), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	for (i = 0; i < callers; i++) {
		pids[i] = fork();
		if (!pids[i])
			call_on(&counts[i]);
	}
	for (i = 0; i < times; i++) {
		load(fd);
		usleep(rand() % 3000);
		refused += unload();
		usleep(rand() % 1000);
	}
	for (i = 0; i < callers; i++) {
		if (waitpid(pids[i], NULL, WNOHANG)) {
			warnx("caller %d has ended", i);
			good = false;
		}
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
		good &= counts[i].answered && counts[i].lacking;
		answered += counts[i].answered;
		lacking += counts[i].lacking;
	}
	printf("# %d times in %ld s, refused %lu times; %lu calls answered, %lu not\n",
	       times, (long)(time(NULL) - start), refused, answered, lacking);
	return !good;
}
