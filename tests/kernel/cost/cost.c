// SPDX-License-Identifier: GPL-2.0
/*
 * What the calls cost, in instructions, and how long they keep the CPU.
 *
 * usage: cost PROCESS_LIMIT [TEST]...
 *
 * For a machine of one CPU whose every instruction takes a nanosecond
 * (tests/vm/run --icount), so that its clocks count instructions.  The tests
 * share a growing population of idle processes.  PROCESS_LIMIT is how many
 * instructions a process may cost call 552.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <linux/tamalloc.h>

#include "../../lib/population.h"
#include "../../lib/stretch.h"

#define FEW		1000
#define SOME		5000
#define MANY		30000
#define THREADS		20000

/* The longest time without a chance to reschedule, in ns. */
#define STRETCH_LIMIT	100000

static long process_limit;

static void global_stats(void)
{
	struct global_memory_stats stats;

	if (syscall(__NR_tamalloc_get_global_stats, &stats))
		err(1, "552");
}

static void process_stats(pid_t pid)
{
	struct process_memory_stats stats;

	if (syscall(__NR_tamalloc_get_indiviual, pid, &stats))
		err(1, "553 of %d", pid);
}

static void load_global(pid_t unused)
{
	global_stats();
}

/* The cheapest of some runs: no timer's interrupt has fallen into it. */
static long cost_of(void (*run)(pid_t), pid_t pid)
{
	long start, best = LONG_MAX;
	int i;

	for (i = 0; i < 10; i++) {
		start = now(CLOCK_MONOTONIC);
		run(pid);
		start = now(CLOCK_MONOTONIC) - start;
		if (start < best)
			best = start;
	}
	return best;
}

static long cost_of_552(void)
{
	return cost_of(load_global, 0);
}

static void load_getppid(pid_t unused)
{
	getppid();
}

static void load_process(pid_t pid)
{
	process_stats(pid);
}

/*
 * A process of a live thread, last in its list, behind an exited leader and
 * THREADS dead threads: their tracer, this process, does not reap them.
 */
static char stacks[2][4096] __attribute__((aligned(16)));

static int dead_thread(void *unused)
{
	return 0;
}

static int last_thread(void *unused)
{
	idle(NULL);
	return 0;
}

static void run_dead_threads(void *unused)
{
	int flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND |
		    CLONE_THREAD | CLONE_SYSVSEM;
	int i;

	raise(SIGSTOP);
	/* One stack is enough: each is dead before the next is made. */
	for (i = 0; i < THREADS; i++) {
		if (clone(dead_thread, stacks[0] + sizeof(stacks[0]), flags, NULL) < 0)
			err(1, "thread %d", i);
	}
	if (clone(last_thread, stacks[1] + sizeof(stacks[1]), flags, NULL) < 0)
		err(1, "last thread");
	syscall(SYS_exit, 0);
}

static bool wait_for_stop(pid_t pid)
{
	siginfo_t info;

	return !waitid(P_PID, pid, &info, WSTOPPED | __WALL) &&
	       info.si_pid == pid;
}

/* Waits for its death without reaping it. */
static void let_die(pid_t tid)
{
	siginfo_t info;

	if (ptrace(PTRACE_CONT, tid, 0, 0) ||
	    waitid(P_PID, tid, &info, WEXITED | WNOWAIT | __WALL))
		err(1, "dead thread");
}

static pid_t start_dead_threads(void)
{
	pid_t pid = start(run_dead_threads, NULL);
	unsigned long tid;
	int i;

	waitpid(pid, NULL, WUNTRACED);
	if (ptrace(PTRACE_SEIZE, pid, 0, PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL))
		err(1, "seize");
	kill(pid, SIGCONT);
	for (i = 0; i <= THREADS;) {
		if (!wait_for_stop(pid))
			err(1, "the leader");
		if (!ptrace(PTRACE_GETEVENTMSG, pid, 0, &tid) && tid) {
			if (!wait_for_stop(tid))
				err(1, "thread %d", i);
			if (i++ < THREADS)
				let_die(tid);
			else
				ptrace(PTRACE_CONT, tid, 0, 0);
		}
		ptrace(PTRACE_CONT, pid, 0, 0);
	}
	usleep(100000);
	return pid;
}

/* From SIGKILL to the end of a process that does nothing but @run. */
static long time_to_die(void (*run)(pid_t), long delay)
{
	struct load load = { run, 0 };
	pid_t pid = start(run_load, &load);
	long next, start;

	set_fifo(true);
	usleep(5000);
	next = now(CLOCK_MONOTONIC);
	lateness(&next, delay);
	start = now(CLOCK_MONOTONIC);
	stop(pid);
	start = now(CLOCK_MONOTONIC) - start;
	set_fifo(false);
	return start;
}

static long longest_death(void (*run)(pid_t), long delay)
{
	long t, worst = 0;
	int i;

	for (i = 0; i < 10; i++) {
		t = time_to_die(run, delay + i * delay / 10);
		if (t > worst)
			worst = t;
	}
	return worst;
}

static void storm(void *unused)
{
	pid_t pid;

	for (;;) {
		pid = fork();
		if (!pid)
			_exit(0);
		waitpid(pid, NULL, 0);
	}
}

/* The tests return whether they passed, and write what they measured to @text. */
#define TEXT_SIZE	200

static char *text;

static bool test_process(void)
{
	long few, some, each;

	populate(FEW);
	few = cost_of_552();
	populate(SOME);
	some = cost_of_552();
	each = (some - few) / (SOME - FEW);
	snprintf(text, TEXT_SIZE, "%ld instructions a process (at most %ld); %d processes: %ld",
		 each, process_limit, SOME, some);
	return each > 0 && each <= process_limit;
}

static bool test_threads(void)
{
	long without, with;
	pid_t pid;

	populate(SOME);
	pid = start(idle, NULL);
	without = cost_of_552();
	stop(pid);
	pid = start_threads(THREADS);
	with = cost_of_552();
	stop(pid);
	snprintf(text, TEXT_SIZE, "%ld instructions, with %d idle threads more %ld (within 2 %%)",
		 without, THREADS, with);
	return labs(with - without) * 50 < without;
}

static bool test_storm(void)
{
	long quiet, cost, worst = 0;
	pid_t pids[8];
	unsigned int i;

	populate(SOME);
	quiet = cost_of_552();
	for (i = 0; i < 8; i++)
		pids[i] = start(storm, NULL);
	for (i = 0; i < 50; i++) {
		cost = now(CLOCK_THREAD_CPUTIME_ID);
		global_stats();
		cost = now(CLOCK_THREAD_CPUTIME_ID) - cost;
		if (cost > worst)
			worst = cost;
	}
	for (i = 0; i < 8; i++)
		stop(pids[i]);
	snprintf(text, TEXT_SIZE,
		 "at most %ld instructions among forks and exits, quiet %ld (at most 10 times)",
		 worst, quiet);
	return worst < 10 * quiet;
}

/* A page that processes forked later share. */
static void *shared_page(void)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED)
		err(1, "shared memory");
	return page;
}

#define RESTRICT	"/proc/sys/vm/tamalloc_restrict"
#define NOBODY		65534
#define HEAP		(1UL << 28)

static void set_restrict(int level)
{
	FILE *file = fopen(RESTRICT, "w");

	if (!file || fprintf(file, "%d\n", level) < 0 || fclose(file))
		err(1, RESTRICT);
}

/* As one who has logged in. */
static void become_nobody(void)
{
	if (setresgid(NOBODY, NOBODY, NOBODY) || setresuid(NOBODY, NOBODY, NOBODY) ||
	    prctl(PR_SET_DUMPABLE, 1))
		err(1, "nobody");
}

/* Has a heap, and executes this program, which writes into standard output. */
static void exec_with_heap(void *unused)
{
	char *heap;

	become_nobody();
	heap = mmap(NULL, HEAP, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (heap == MAP_FAILED || madvise(heap, HEAP, MADV_NOHUGEPAGE) ||
	    madvise(heap, HEAP, MADV_POPULATE_WRITE))
		err(1, "heap");
	raise(SIGSTOP);
	execl("/proc/self/exe", "cost", "--executed", NULL);
	err(1, "exec");
}

static bool is_over(int fd)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

	return poll(&poll_fd, 1, 0) == 1;
}

/* The longest 553 of a process until @fd says that its exec is over. */
static long longest_call(pid_t pid, int fd)
{
	long next = now(CLOCK_MONOTONIC), start, t, worst = 0;

	while (!is_over(fd)) {
		start = now(CLOCK_MONOTONIC);
		process_stats(pid);
		t = now(CLOCK_MONOTONIC) - start;
		if (t > worst)
			worst = t;
		lateness(&next, 1000000);
	}
	return worst;
}

/*
 * By a caller who is served first whenever the process gives the CPU away.
 * @times: of the longest call, and of the exec as a whole.
 */
static void time_exec(int level, bool as_root, long *times)
{
	int fds[2], out = dup(1);
	pid_t pid;

	if (pipe(fds))
		err(1, "pipe");
	dup2(fds[1], 1);
	pid = start(exec_with_heap, NULL);
	dup2(out, 1);
	close(fds[1]);
	waitpid(pid, NULL, WUNTRACED);
	set_restrict(level);
	set_fifo(true);
	if (!as_root)
		become_nobody();
	kill(pid, SIGCONT);
	times[1] = now(CLOCK_MONOTONIC);
	times[0] = longest_call(pid, fds[0]);
	times[1] = now(CLOCK_MONOTONIC) - times[1];
	stop(pid);
}

/* In a process of its own, which can't become root again. */
static void run_as_child(void (*run)(int, bool, long *), int level,
			 bool as_root, long *times)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		run(level, as_root, times);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	if (status)
		errx(1, "level %d: status %d", level, status);
}

static bool test_exec(void)
{
	long (*times)[2] = shared_page();
	bool ok = true;
	int i;

	for (i = 0; i < 4; i++) {
		/* As nobody at each level, and as root at 1. */
		run_as_child(time_exec, i < 3 ? i : 1, i == 3, times[i]);
		ok &= times[i][0] <= 10 * times[0][0] && times[i][1] > 10000000;
	}
	set_restrict(0);
	snprintf(text, TEXT_SIZE, "at most %ld ns at level 0, %ld at 1, %ld at 2 (at most 10 times), "
		 "%ld as root; the exec %ld",
		 times[0][0], times[1][0], times[2][0], times[3][0], times[2][1]);
	munmap(times, 4096);
	return ok;
}

static void load_hidden(pid_t pid)
{
	struct process_memory_stats stats;

	if (!syscall(__NR_tamalloc_get_indiviual, pid, &stats) || errno != ESRCH)
		errx(1, "553 of %d, hidden", pid);
}

/* @times: of one that exists, and of one that doesn't. */
static void time_hidden(int level, bool as_root, long *times)
{
	pid_t there = start(idle, NULL);
	pid_t gone = start(idle, NULL);

	(void)as_root;
	stop(gone);
	usleep(10000);
	set_restrict(level);
	become_nobody();
	times[0] = cost_of(load_hidden, there);
	times[1] = cost_of(load_hidden, gone);
}

static bool test_hidden(void)
{
	long *times = shared_page();
	long there, gone;

	run_as_child(time_hidden, 2, false, times);
	set_restrict(0);
	there = times[0];
	gone = times[1];
	munmap(times, 4096);
	snprintf(text, TEXT_SIZE, "%ld instructions where it exists, %ld where it doesn't (within 5 %%)",
		 there, gone);
	return labs(there - gone) * 20 < gone;
}

/* A call that is over sooner would show nothing. */
static bool is_bounded(void (*run)(pid_t), pid_t pid)
{
	long whole = cost_of(run, pid);
	long worst = longest_stretch(run, pid);

	snprintf(text, TEXT_SIZE,
		 "%ld ns without a chance to reschedule (at most %d) in %ld; without the call %ld",
		 worst, STRETCH_LIMIT, whole, longest_stretch(load_getppid, 0));
	return whole > 2 * STRETCH_LIMIT && worst <= STRETCH_LIMIT;
}

static bool test_bounded(void)
{
	populate(MANY);
	return is_bounded(load_global, 0);
}

/* In a process of its own, with which all that it traces is gone. */
static bool test_dead_threads(void (*run)(pid_t))
{
	pid_t pid = fork();
	int status;

	if (!pid)
		_exit(!is_bounded(run, start_dead_threads()));
	waitpid(pid, &status, 0);
	return WIFEXITED(status) && !WEXITSTATUS(status);
}

static bool test_dead_threads_552(void)
{
	return test_dead_threads(load_global);
}

static bool test_dead_threads_553(void)
{
	return test_dead_threads(load_process);
}

static bool test_fatal(void)
{
	long whole, idle, busy;

	populate(MANY);
	whole = cost_of_552();
	idle = longest_death(load_getppid, whole);
	busy = longest_death(load_global, whole);
	snprintf(text, TEXT_SIZE, "killed, it ends within %ld ns; without the call %ld, which takes %ld",
		 busy, idle, whole);
	return busy < idle + whole / 5;
}

static const struct test {
	const char *name;
	bool (*run)(void);
	const char *what;
} tests[] = {
	{ "process", test_process, "what a process costs 552" },
	{ "threads", test_threads, "threads cost 552 nothing" },
	{ "exec", test_exec, "553 doesn't wait while its target frees memory in an exec" },
	{ "hidden", test_hidden, "the time of a refusal doesn't tell whether the process exists" },
	{ "storm", test_storm, "forks and exits can't prolong 552" },
	{ "dead_threads_552", test_dead_threads_552, "552 gives the CPU away among dead threads" },
	{ "dead_threads_553", test_dead_threads_553, "553 gives the CPU away among dead threads" },
	{ "bounded", test_bounded, "552 gives the CPU away among many processes" },
	{ "fatal", test_fatal, "a fatal signal ends 552" },
};

#define N_TESTS	(sizeof(tests) / sizeof(tests[0]))

static bool is_chosen(const struct test *test, char **names)
{
	if (!*names)
		return true;
	for (; *names; names++)
		if (!strcmp(test->name, *names))
			return true;
	return false;
}

static bool run_test(const struct test *test)
{
	bool ok = test->run();

	printf("%s - %s: %s: %s\n", ok ? "ok" : "not ok",
	       test->name, test->what, text);
	fflush(stdout);
	return ok;
}

int main(int argc, char **argv)
{
	bool ok = true;
	size_t i;

	if (argc == 2 && !strcmp(argv[1], "--executed")) {
		if (write(1, "", 1) == 1)
			idle(NULL);
		return 1;
	}
	if (argc < 2)
		errx(2, "usage: cost PROCESS_LIMIT [TEST]...");
	process_limit = atol(argv[1]);
	text = shared_page();
	for (i = 0; i < N_TESTS; i++)
		if (is_chosen(&tests[i], argv + 2))
			ok &= run_test(&tests[i]);
	return !ok;
}
