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

	printf("%s %td - %s: %s: %s\n", ok ? "ok" : "not ok", test - tests + 1,
	       test->name, test->what, text);
	fflush(stdout);
	return ok;
}

int main(int argc, char **argv)
{
	bool ok = true;
	size_t i;

	if (argc < 2)
		errx(2, "usage: cost PROCESS_LIMIT [TEST]...");
	process_limit = atol(argv[1]);
	text = mmap(NULL, TEXT_SIZE, PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	for (i = 0; i < N_TESTS; i++)
		if (is_chosen(&tests[i], argv + 2))
			ok &= run_test(&tests[i]);
	return !ok;
}
