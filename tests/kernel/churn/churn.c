// SPDX-License-Identifier: GPL-2.0
/*
 * Calls the three system calls with good and bad arguments while processes of
 * all kinds come and go as fast as they can.
 *
 * usage: churn SECONDS [SEED]
 *
 * Marker processes live throughout; each reserves another power of two of
 * UNIT, so that one that is lost or counted twice shows in any sum of 552: all
 * the others together reserve less than UNIT.  Their threads and, in the chain,
 * a process's program change all the while.  What a process uses that does
 * nothing must stay the same to the page while the CPU goes away that it has used
 * it from.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
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

#define KIB		1024UL
#define MIB		(1024 * KIB)
#define UNIT		(16UL << 30)
#define N_MARKERS	10
#define ALL_MARKERS	((1UL << N_MARKERS) - 1)
/* What a marker has besides: its program and stacks. */
#define MARKER_SLACK	(64 * MIB)
#define CGROUP		"/sys/fs/cgroup/churn"
#define RESTRICT	"/proc/sys/vm/tamalloc_restrict"
#define NOBODY		65534

static pid_t markers[N_MARKERS];
static pid_t chain;
static unsigned int seed;

static unsigned int pick(unsigned int below)
{
	return rand_r(&seed) % below;
}

static pid_t spawn(void (*run)(void))
{
	pid_t pid = fork();

	if (pid < 0)
		err(1, "fork");
	if (pid) {
		seed++;
		return pid;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	run();
	_exit(0);
}

static void reap(pid_t pid)
{
	if (pid > 0)
		waitpid(pid, NULL, __WALL);
}

/* What comes and goes: each is repeated in a process of its own. */

static void churn_fork(void)
{
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	reap(pid);
}

/* The program itself, which then ends at once. */
static void exec_self(void)
{
	execl("/proc/thread-self/exe", "churn", "--exit", NULL);
	_exit(1);
}

static void churn_vfork_exec(void)
{
	pid_t pid = vfork();

	if (!pid)
		exec_self();
	reap(pid);
}

static void *short_thread(void *exec)
{
	if (exec)
		exec_self();
	return NULL;
}

static void start_thread_of(void *(*run)(void *arg), void *arg)
{
	pthread_attr_t attr;
	pthread_t thread;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, PTHREAD_STACK_MIN);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	while (pthread_create(&thread, &attr, run, arg))
		usleep(1000);
}

static void start_thread(void *exec)
{
	start_thread_of(short_thread, exec);
}

static void churn_threads(void)
{
	start_thread(NULL);
	start_thread(NULL);
}

/* The leader ends first. */
static void churn_exited_leader(void)
{
	pid_t pid = fork();

	if (!pid) {
		churn_threads();
		syscall(SYS_exit, 0);
	}
	reap(pid);
}

/* A thread takes its leader's place. */
static void churn_exec_thread(void)
{
	pid_t pid = fork();

	if (!pid) {
		start_thread("exec");
		for (;;)
			pause();
	}
	reap(pid);
}

static void churn_mmap(void)
{
	size_t size = (1 + pick(2048)) * 4 * KIB;
	char *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return;
	memset(p, 1, size / (1 + pick(16)));
	munmap(p, size);
}

static void churn_pidns(void)
{
	pid_t pid = fork();

	if (!pid) {
		if (!unshare(CLONE_NEWPID))
			churn_fork();
		_exit(0);
	}
	reap(pid);
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		err(1, "%s", path);
	close(fd);
}

static void churn_oom(void)
{
	pid_t pid = fork();

	if (!pid) {
		write_file(CGROUP "/cgroup.procs", "0");
		for (;;)
			memset(mmap(NULL, MIB, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), 1, MIB);
	}
	reap(pid);
	/* Killing is loud: leave the CPUs to the others. */
	usleep(300000);
}

static long cpu;
static pid_t still;
static size_t still_used_kb;

/* Few pages: where counters are per CPU, they stay in that CPU's part. */
static void run_still(void)
{
	size_t size = 16 * 4 * KIB;
	char *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	cpu_set_t all, one;

	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	if (p == MAP_FAILED || sched_getaffinity(0, sizeof(all), &all) ||
	    sched_setaffinity(0, sizeof(one), &one))
		err(1, "CPU %ld", cpu);
	madvise(p, size, MADV_NOHUGEPAGE);
	memset(p, 1, size);
	sched_setaffinity(0, sizeof(all), &all);
	for (;;)
		raise(SIGSTOP);
}

static size_t still_used(void)
{
	struct process_memory_stats stats;

	if (syscall(__NR_tamalloc_get_indiviual, still, &stats))
		err(1, "553 of the still process");
	return stats.used_memory_kb;
}

/* Until it is killed, or sees another figure. */
static void watch_still(void)
{
	size_t used;

	do {
		used = still_used();
	} while (used == still_used_kb);
	errx(1, "CPU %ld: %zu and then %zu KiB", cpu, still_used_kb, used);
}

/* Any CPU but the first goes away and comes back. */
static void churn_cpu(void)
{
	pid_t watcher;
	char path[64];
	int status;

	cpu = 1 + pick(sysconf(_SC_NPROCESSORS_CONF) - 1);
	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%ld/online", cpu);
	still = spawn(run_still);
	if (waitpid(still, &status, WUNTRACED) != still || !WIFSTOPPED(status))
		errx(1, "no still process");
	still_used_kb = still_used();
	watcher = spawn(watch_still);
	write_file(path, "0");
	usleep(20000);
	write_file(path, "1");
	kill(watcher, SIGKILL);
	waitpid(watcher, &status, 0);
	if (!WIFSIGNALED(status))
		exit(1);
	kill(still, SIGKILL);
	reap(still);
	usleep(100000);
}

/* Who may ask about others changes in the middle of calls. */
static void churn_restrict(void)
{
	static const char *const levels[] = { "0", "1", "2" };

	write_file(RESTRICT, levels[pick(3)]);
	usleep(pick(2000));
}

static void (*const churners[])(void) = {
	churn_fork, churn_vfork_exec, churn_threads, churn_exited_leader,
	churn_exec_thread, churn_mmap, churn_pidns, churn_oom, churn_cpu,
	churn_restrict,
};

#define N_CALLERS	4
#define N_CHURNERS	(sizeof(churners) / sizeof(churners[0]))

static unsigned int churner;

static void run_churner(void)
{
	for (;;)
		churners[churner]();
}

/* The callers. */

static void fail(const char *what, long value)
{
	errx(1, "%s: %ld, errno %d (seed %u)", what, value, errno, seed);
}

/* A place to write to, and whether it is one. */
static char *place(size_t size, bool *good)
{
	static char *page, *hole, *read_only;

	if (!page) {
		page = mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		hole = page + 4096;
		munmap(hole, 4096);
		read_only = page + 2 * 4096;
		mprotect(read_only, 4096, PROT_READ);
	}
	*good = false;
	switch (pick(8)) {
	case 0:
		return NULL;
	case 1:
		return hole;
	case 2:
		return read_only;
	case 3:
		return (char *)0xffff888000000000UL;
	case 4:
		return hole - 1 - pick(size - 1);
	default:
		*good = true;
		return page + pick(4096 - size + 1);
	}
}

static void call_global(void)
{
	struct global_memory_stats stats;
	bool good;
	char *p = place(sizeof(stats), &good);
	long ret = syscall(__NR_tamalloc_get_global_stats, p);

	if (good ? ret : ret != -1 || errno != EFAULT)
		fail("552", ret);
	if (!good)
		return;
	memcpy(&stats, p, sizeof(stats));
	if (stats.total_reserved_memory_mb / (UNIT / MIB) != ALL_MARKERS)
		fail("552: markers", stats.total_reserved_memory_mb);
	if (stats.total_used_memory_mb > UNIT / MIB)
		fail("552: used", stats.total_used_memory_mb);
}

static void call_marker(void)
{
	unsigned int i = pick(N_MARKERS);
	struct process_memory_stats stats;

	if (syscall(__NR_tamalloc_get_indiviual, markers[i], &stats))
		fail("553 of a marker", i);
	if (stats.reserved_memory_kb < (UNIT << i) / KIB ||
	    stats.reserved_memory_kb > ((UNIT << i) + MARKER_SLACK) / KIB)
		fail("553 of a marker: reserved", stats.reserved_memory_kb);
	if (stats.used_memory_kb > MARKER_SLACK / KIB)
		fail("553 of a marker: used", stats.used_memory_kb);
}

/* It lives throughout, whatever it runs. */
static void call_chain(void)
{
	struct process_memory_stats stats;

	if (syscall(__NR_tamalloc_get_indiviual, chain, &stats))
		fail("553 of the chain", chain);
	if (!stats.reserved_memory_kb)
		fail("553 of the chain: reserved", 0);
}

static pid_t any_pid(void)
{
	switch (pick(8)) {
	case 0:
		return 0;
	case 1:
		return -(int)pick(INT_MAX);
	case 2:
		return pick(INT_MAX);
	case 3:
		return 1 + pick(64);
	default:
		/* Somewhere near the last that was born. */
		return getpid() + (int)pick(4096) - 64;
	}
}

static void check_process(const struct process_memory_stats *stats)
{
	size_t reserved = stats->reserved_memory_kb;

	if (stats->used_memory_percentage !=
	    (reserved ? 100 * stats->used_memory_kb / reserved : 0))
		fail("553: percent", stats->used_memory_percentage);
	if (stats->oom_score < -1000 || stats->oom_score > 1000)
		fail("553: oom_score", stats->oom_score);
}

static void call_process_of(pid_t pid, bool may_be_denied)
{
	struct process_memory_stats stats;
	bool good;
	char *p = place(sizeof(stats), &good);
	long ret = syscall(__NR_tamalloc_get_indiviual, pid, p);

	if (!ret && good) {
		memcpy(&stats, p, sizeof(stats));
		check_process(&stats);
		return;
	}
	if (ret != -1 || (errno != ESRCH && errno != EINVAL &&
			  (!may_be_denied || errno != EPERM) &&
			  (good || errno != EFAULT)))
		fail("553", ret);
}

static void call_process(void)
{
	call_process_of(any_pid(), false);
}

static void call_process_as_nobody(void)
{
	call_process_of(pick(4) ? any_pid() : markers[pick(N_MARKERS)], true);
}

/* It may always ask about itself, and it lives. */
static void call_self(void)
{
	struct process_memory_stats stats;

	if (syscall(__NR_tamalloc_get_indiviual, getpid(), &stats))
		fail("553 of the caller", 0);
	check_process(&stats);
	if (!stats.reserved_memory_kb || stats.reserved_memory_kb > UNIT / KIB)
		fail("553 of the caller: reserved", stats.reserved_memory_kb);
}

static void call_reserve(void)
{
	size_t size = pick(8) ? pick(1 << 30) : 0;
	void *p = (void *)syscall(__NR_tamalloc_get_stats, size);

	if (!size ? p != MAP_FAILED || errno != EINVAL : p == MAP_FAILED)
		fail("551", size);
	if (!size)
		return;
	((char *)p)[pick(size)] = 1;
	if (munmap(p, size))
		fail("munmap", size);
	if ((void *)syscall(__NR_tamalloc_get_stats, SIZE_MAX - pick(4096)) != MAP_FAILED ||
	    errno != ENOMEM)
		fail("551 of all memory", 0);
}

static void (*const calls[])(void) = {
	call_global, call_global, call_marker, call_chain, call_process,
	call_process, call_process, call_self, call_reserve,
};

static void (*const calls_of_nobody[])(void) = {
	call_global, call_process_as_nobody, call_process_as_nobody, call_self,
	call_reserve,
};

static unsigned long end;

static void run_caller(void)
{
	while ((unsigned long)time(NULL) < end)
		calls[pick(sizeof(calls) / sizeof(calls[0]))]();
}

static void run_nobody(void)
{
	if (setresgid(NOBODY, NOBODY, NOBODY) || setresuid(NOBODY, NOBODY, NOBODY))
		err(1, "nobody");
	while ((unsigned long)time(NULL) < end)
		calls_of_nobody[pick(sizeof(calls_of_nobody) / sizeof(calls_of_nobody[0]))]();
}

static void *run_marker_thread(void *unused)
{
	for (;;)
		pause();
	return unused;
}

/* Each thread starts the next one and ends. */
static void *run_relay(void *unused)
{
	usleep(500);
	start_thread_of(run_relay, unused);
	return NULL;
}

static void *(*const marker_threads[])(void *unused) = {
	NULL, run_marker_thread, run_relay,
};

static unsigned int marker;

/* Two of three have a leader that has exited. */
static void run_marker(void)
{
	void *(*run)(void *unused) = marker_threads[marker % 3];

	if (syscall(__NR_tamalloc_get_stats, UNIT << marker) == -1)
		err(1, "reserve marker %u", marker);
	if (run) {
		start_thread_of(run, NULL);
		syscall(SYS_exit, 0);
	}
	run_marker_thread(NULL);
}

/* A thread calls the program anew once its leader has exited, on and on. */
static void *exec_chain(void *unused)
{
	usleep(1000);
	execl("/proc/thread-self/exe", "churn", "--chain", NULL);
	fail("exec", 0);
	return unused;
}

static void run_chain(void)
{
	start_thread_of(exec_chain, NULL);
	syscall(SYS_exit, 0);
}

static void start_markers(void)
{
	struct process_memory_stats stats;

	for (marker = 0; marker < N_MARKERS; marker++) {
		markers[marker] = spawn(run_marker);
		do {
			usleep(10000);
			if (syscall(__NR_tamalloc_get_indiviual, markers[marker], &stats))
				err(1, "marker %u", marker);
		} while (stats.reserved_memory_kb < (UNIT << marker) / KIB);
	}
}

/* Callers must live to the end and find nothing wrong. */
static bool wait_for_callers(const pid_t *callers, int n)
{
	bool good = true;
	int status, i;

	for (i = 0; i < n; i++) {
		waitpid(callers[i], &status, 0);
		good &= WIFEXITED(status) && !WEXITSTATUS(status);
	}
	return good;
}

int main(int argc, char **argv)
{
	pid_t callers[N_CALLERS], pids[N_CHURNERS];
	bool good;
	size_t i;

	if (argc == 2 && !strcmp(argv[1], "--exit"))
		return 0;
	if (argc == 2 && !strcmp(argv[1], "--chain"))
		run_chain();
	if (argc < 2)
		errx(2, "usage: churn SECONDS [SEED]");
	/* No 64 MiB for a thread that calls malloc(). */
	mallopt(M_ARENA_MAX, 1);
	end = time(NULL) + atol(argv[1]);
	seed = argc > 2 ? strtoul(argv[2], NULL, 0) : (unsigned int)time(NULL);
	printf("# seed %u\n", seed);
	fflush(stdout);
	start_markers();
	chain = spawn(run_chain);
	for (i = 0; i < N_CHURNERS; i++) {
		churner = i;
		pids[i] = spawn(run_churner);
	}
	for (i = 0; i < N_CALLERS; i++)
		callers[i] = spawn(i ? run_caller : run_nobody);
	good = wait_for_callers(callers, N_CALLERS);
	for (i = 0; i < N_CHURNERS; i++) {
		if (waitpid(pids[i], NULL, WNOHANG)) {
			warnx("churner %zu has ended", i);
			good = false;
		}
		kill(pids[i], SIGKILL);
		reap(pids[i]);
	}
	for (i = 0; i < N_MARKERS; i++) {
		kill(markers[i], SIGKILL);
		reap(markers[i]);
	}
	write_file(RESTRICT, "0");
	kill(chain, SIGKILL);
	reap(chain);
	return !good;
}
