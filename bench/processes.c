// SPDX-License-Identifier: GPL-2.0
/*
 * Measures what it costs to ask for the memory of all processes, of each, and of
 * one, by 552 and 553 and by their alternatives.
 *
 * usage: processes TAMALLOC
 *
 * For a machine of one CPU; "instructions" holds where each takes a nanosecond.
 * Prints a line for each measurement: topic, name, processes, additional threads,
 * unit, value.  Before it measures, all that sum must have the same sums.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <libproc2/pids.h>
#include <linux/tamalloc.h>

#include "measure.h"
#include "sum.h"
#include "sum.skel.h"

#define THREADS		20000
/* smem needs 10 million instructions a process, every time. */
#define MANY_FOR_SMEM	1000
#define KIB_A_PAGE	4

struct sums {
	unsigned long reserved;		/* pages */
	unsigned long used;
};

static char *tamalloc;
static struct sum_bpf *bpf;
static int proc;

static void add(struct sums *sums, unsigned long reserved, unsigned long used)
{
	sums->reserved += reserved;
	sums->used += used;
}

/* By the system calls. */

static void sum_552(struct sums *sums)
{
	struct global_memory_stats stats;

	if (syscall(__NR_tamalloc_get_global_stats, &stats))
		err(1, "552");
	/* In MiB, to which the comparison converts the others, too. */
	add(sums, stats.total_reserved_memory_mb << 8,
	    stats.total_used_memory_mb << 8);
}

/* By /proc, with the bare minimum: no stdio, no allocation. */

struct directory {
	char buffer[32768];
	long n, at;
};

struct linux_dirent64 {
	unsigned long long ino;
	long long off;
	unsigned short len;
	unsigned char type;
	char name[];
};

/* Returns the next PID that @fd lists, as text, or NULL after the last. */
static const char *next_pid(int fd, struct directory *dir)
{
	for (;;) {
		const struct linux_dirent64 *entry;

		if (dir->at == dir->n) {
			dir->n = syscall(SYS_getdents64, fd, dir->buffer,
					 sizeof(dir->buffer));
			dir->at = 0;
			if (dir->n <= 0)
				return NULL;
		}
		entry = (void *)(dir->buffer + dir->at);
		dir->at += entry->len;
		if (*entry->name >= '1' && *entry->name <= '9')
			return entry->name;
	}
}

static unsigned long number(const char **text)
{
	unsigned long n = 0;

	while (**text >= '0' && **text <= '9')
		n = n * 10 + *(*text)++ - '0';
	++*text;
	return n;
}

/* Reads proc/PID/NAME; returns -1 if the process has ended. */
static ssize_t read_file_of(const char *pid, const char *name, char *buffer,
			    size_t size)
{
	char path[32];
	ssize_t n;
	int fd;

	stpcpy(stpcpy(stpcpy(path, pid), "/"), name);
	fd = openat(proc, path, O_RDONLY);
	if (fd < 0)
		return -1;
	n = read(fd, buffer, size - 1);
	close(fd);
	if (n >= 0)
		buffer[n] = '\0';
	return n;
}

static void add_statm(struct sums *sums, const char *pid)
{
	char buffer[128];
	const char *text = buffer;
	unsigned long reserved;

	if (read_file_of(pid, "statm", buffer, sizeof(buffer)) <= 0)
		return;
	reserved = number(&text);
	add(sums, reserved, number(&text));
}

static void each_pid(void (*run)(struct sums *sums, const char *pid),
		     struct sums *sums)
{
	static struct directory dir;
	const char *pid;

	lseek(proc, 0, SEEK_SET);
	dir.n = dir.at = 0;
	while ((pid = next_pid(proc, &dir)))
		run(sums, pid);
}

static void sum_proc(struct sums *sums)
{
	each_pid(add_statm, sums);
}

static void sum_libproc2(struct sums *sums)
{
	static enum pids_item items[] = { PIDS_MEM_VIRT_PGS, PIDS_MEM_RES_PGS };
	static struct pids_info *info;
	struct pids_fetch *all;
	int i;

	if (!info && procps_pids_new(&info, items, 2) < 0)
		errx(1, "libproc2");
	all = procps_pids_reap(info, PIDS_FETCH_TASKS_ONLY);
	if (!all)
		errx(1, "libproc2");
	for (i = 0; i < all->counts->total; i++)
		add(sums, all->stacks[i]->head[0].result.ul_int,
		    all->stacks[i]->head[1].result.ul_int);
}

/* By BPF: reading an iterator's file runs its program for every task. */
static long read_iterator(struct bpf_link *link, void *buffer, size_t size)
{
	int fd = bpf_iter_create(bpf_link__fd(link));
	long n, all = 0;

	if (fd < 0)
		err(1, "bpf_iter_create");
	while ((n = read(fd, (char *)buffer + all, size - all)) > 0)
		all += n;
	if (n < 0)
		err(1, "BPF iterator");
	close(fd);
	return all;
}

static void sum_bpf(struct sums *sums)
{
	char none[8];

	bpf->bss->reserved = bpf->bss->used = bpf->bss->processes = 0;
	read_iterator(bpf->links.sum, none, sizeof(none));
	add(sums, bpf->bss->reserved, bpf->bss->used);
}

/* Each process. */

static void add_553(struct sums *sums, const char *pid)
{
	struct process_memory_stats stats;
	const char *text = pid;

	if (!syscall(__NR_tamalloc_get_indiviual, (pid_t)number(&text), &stats))
		add(sums, stats.reserved_memory_kb / KIB_A_PAGE,
		    stats.used_memory_kb / KIB_A_PAGE);
}

static void list_553(struct sums *sums)
{
	each_pid(add_553, sums);
}

static void list_bpf(struct sums *sums)
{
	static struct row rows[100000];
	long i, n = read_iterator(bpf->links.list, rows, sizeof(rows));

	for (i = 0; i < n / (long)sizeof(*rows); i++)
		add(sums, rows[i].reserved, rows[i].used);
}

/* htop 3.2 opens these of every process each time, and looks for its threads. */
static void add_as_htop(struct sums *sums, const char *pid)
{
	static struct directory dir;
	char buffer[4096], path[32];
	int fd;

	stpcpy(stpcpy(path, pid), "/task");
	fd = openat(proc, path, O_RDONLY | O_DIRECTORY);
	if (fd >= 0) {
		dir.n = dir.at = 0;
		while (next_pid(fd, &dir))
			;
		close(fd);
	}
	add_statm(sums, pid);
	read_file_of(pid, "stat", buffer, sizeof(buffer));
	read_file_of(pid, "cmdline", buffer, sizeof(buffer));
}

static void list_as_htop(struct sums *sums)
{
	each_pid(add_as_htop, sums);
}

/* One process: the caller's own. */

static char self[16];
static pid_t own;
static int statm_fd;

static void one_553(struct sums *sums)
{
	struct process_memory_stats stats;

	if (syscall(__NR_tamalloc_get_indiviual, own, &stats))
		err(1, "553");
	add(sums, stats.reserved_memory_kb / KIB_A_PAGE,
	    stats.used_memory_kb / KIB_A_PAGE);
}

static void one_statm(struct sums *sums)
{
	add_statm(sums, self);
}

static void one_statm_kept_open(struct sums *sums)
{
	char buffer[128];
	const char *text = buffer;
	unsigned long reserved;

	if (pread(statm_fd, buffer, sizeof(buffer), 0) <= 0)
		err(1, "statm");
	reserved = number(&text);
	add(sums, reserved, number(&text));
}

static void one_status(struct sums *sums)
{
	char buffer[4096];
	const char *text;

	if (read_file_of(self, "status", buffer, sizeof(buffer)) <= 0)
		err(1, "status");
	text = strstr(buffer, "VmSize:");
	text += strspn(text, "VmSize:\t ");
	sums->reserved += number(&text) / KIB_A_PAGE;
	text = strstr(text, "VmRSS:");
	text += strspn(text, "VmRSS:\t ");
	sums->used += number(&text) / KIB_A_PAGE;
}

static const struct contestant {
	const char *topic;
	const char *name;
	void (*run)(struct sums *sums);
} contestants[] = {
	{ "totals", "552", sum_552 },
	{ "totals", "statm", sum_proc },
	{ "totals", "libproc2", sum_libproc2 },
	{ "totals", "bpf", sum_bpf },
	{ "list", "553", list_553 },
	{ "list", "statm", sum_proc },
	{ "list", "htop", list_as_htop },
	{ "list", "bpf", list_bpf },
	{ "one", "553", one_553 },
	{ "one", "statm", one_statm },
	{ "one", "statm-kept-open", one_statm_kept_open },
	{ "one", "status", one_status },
	{ NULL }
};

/* Whole programs, from fork(2) to the end of their output. */
static const struct program {
	const char *topic;
	const char *name;
	bool once;			/* does not depend on the number of processes */
	int runs;			/* the lowest counts */
	char *command[8];		/* NULL first: tamalloc */
} programs[] = {
	{ "program-totals", "tamalloc", false, 3, { NULL, "global", "--source=syscall" } },
	{ "program-totals", "ps", false, 3, { "ps", "-eo", "vsz,rss" } },
	{ "program-totals", "smem", false, 1, { "smem", "-t" } },
	{ "program-list", "tamalloc", false, 3,
	  { NULL, "proc", "--source=syscall", "--all", "-o", "PID,RESERVED,USED" } },
	{ "program-list", "tamalloc-raw", false, 3,
	  { NULL, "proc", "--source=syscall", "--all", "-ro", "PID,RESERVED,USED" } },
	{ "program-list", "ps", false, 3, { "ps", "-eo", "pid,vsz,rss" } },
	{ "program", "true", true, 3, { "true" } },
	{ "program", "tamalloc-global", true, 3, { NULL, "global", "--source=syscall" } },
	{ "program", "tamalloc-proc", true, 3, { NULL, "proc", "--source=syscall", "1" } },
	{ "program", "ps-1", true, 3, { "ps", "-o", "pid,vsz,rss", "1" } },
	{ NULL }
};

static void report(const char *topic, const char *name, unsigned int n,
		   int threads, const char *unit, long value)
{
	printf("%s\t%s\t%u\t%d\t%s\t%ld\n", topic, name, n, threads, unit, value);
	fflush(stdout);
}

/* Returns the lowest of several runs, into which no timer interrupt has fallen. */
static long cost_of(void (*run)(struct sums *sums), int runs)
{
	long cost, best = LONG_MAX;
	struct sums sums;

	while (runs--) {
		memset(&sums, 0, sizeof(sums));
		cost = now(CLOCK_MONOTONIC);
		run(&sums);
		cost = now(CLOCK_MONOTONIC) - cost;
		if (cost < best)
			best = cost;
	}
	return best - cost_of_now(CLOCK_MONOTONIC);
}

static struct rusage run_program(const struct program *program)
{
	char *command[8];
	struct rusage usage;
	pid_t pid;
	int status;

	memcpy(command, program->command, sizeof(command));
	if (!*command)
		*command = tamalloc;
	pid = fork();
	if (pid < 0)
		err(1, "fork");
	if (!pid) {
		dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);
		execvp(*command, command);
		err(127, "%s", *command);
	}
	if (wait4(pid, &status, 0, &usage) != pid || status)
		errx(1, "%s: status %x", *command, status);
	return usage;
}

static void measure_program(const struct program *program, unsigned int n,
			    int threads)
{
	long cost, best = LONG_MAX;
	struct rusage usage;
	int runs = program->runs;

	/* The first run, which reads files, is seldom the cheapest. */
	while (runs--) {
		cost = now(CLOCK_MONOTONIC);
		usage = run_program(program);
		cost = now(CLOCK_MONOTONIC) - cost;
		if (cost < best)
			best = cost;
	}
	report(program->topic, program->name, n, threads, "instructions", best);
	if (program->once)
		report(program->topic, program->name, n, threads, "kib",
		     usage.ru_maxrss);
}

/* Compares in whole MiB, as 552 reports them. */
static void check_agreement(const char *topic)
{
	const struct contestant *c;
	struct sums first = { 0 }, sums;

	for (c = contestants; c->topic; c++) {
		if (strcmp(c->topic, topic))
			continue;
		memset(&sums, 0, sizeof(sums));
		c->run(&sums);		/* brings its pages into memory */
	}
	for (c = contestants; c->topic; c++) {
		if (strcmp(c->topic, topic))
			continue;
		memset(&sums, 0, sizeof(sums));
		c->run(&sums);
		if (strcmp(topic, "one")) {
			sums.reserved >>= 8;
			sums.used >>= 8;
		}
		if (!first.reserved)
			first = sums;
		if (memcmp(&sums, &first, sizeof(sums)))
			errx(1, "%s: %s has %lu and %lu, not %lu and %lu", topic,
			     c->name, sums.reserved, sums.used, first.reserved,
			     first.used);
	}
}

static void measure(unsigned int n, int threads)
{
	const struct contestant *c;
	const struct program *p;

	check_agreement("totals");
	check_agreement("list");
	for (c = contestants; c->topic; c++)
		if (strcmp(c->topic, "one"))
			report(c->topic, c->name, n, threads, "instructions",
			     cost_of(c->run, 3));
	for (p = programs; p->topic; p++)
		if (!p->once && (strcmp(p->name, "smem") || n <= MANY_FOR_SMEM))
			measure_program(p, n, threads);
}

static void measure_one(void)
{
	const struct contestant *c;
	const struct program *p;

	check_agreement("one");
	for (c = contestants; c->topic; c++)
		if (!strcmp(c->topic, "one"))
			report(c->topic, c->name, 1, 0, "instructions",
			     cost_of(c->run, 20));
	for (p = programs; p->topic; p++)
		if (p->once)
			measure_program(p, 1, 0);
}

static void load_bpf(void)
{
	bpf = sum_bpf__open_and_load();
	if (!bpf || sum_bpf__attach(bpf))
		err(1, "BPF");
}

int main(int argc, char **argv)
{
	static const unsigned int sizes[] = { 100, 1000, 10000, 30000 };
	size_t i;
	pid_t pid;

	if (argc != 2)
		errx(2, "usage: processes TAMALLOC");
	tamalloc = argv[1];
	own = getpid();
	snprintf(self, sizeof(self), "%d", own);
	proc = open("/proc", O_RDONLY | O_DIRECTORY);
	statm_fd = open("/proc/self/statm", O_RDONLY);
	load_bpf();
	measure_one();
	for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		populate(sizes[i]);
		measure(sizes[i], 0);
		if (sizes[i] != 10000)
			continue;
		pid = start_threads(THREADS);
		measure(sizes[i], THREADS);
		stop(pid);
	}
	return 0;
}
