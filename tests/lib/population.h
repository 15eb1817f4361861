/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Processes and threads that do nothing, to be counted, and a clock.
 *
 * Where each instruction takes a nanosecond (tests/vm/run --icount, one CPU),
 * the clocks count instructions.
 */
#ifndef POPULATION_H
#define POPULATION_H

#include <err.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* In nanoseconds. */
static inline long now(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec * 1000000000L + t.tv_nsec;
}

/* Runs @run in a process that doesn't outlive this one. */
static inline pid_t start(void (*run)(void *), void *arg)
{
	pid_t pid = fork();

	if (pid < 0)
		err(1, "fork");
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	run(arg);
	_exit(0);
}

static inline void stop(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, __WALL);
}

static inline void idle(void *unused)
{
	(void)unused;
	for (;;)
		pause();
}

/* Makes the idle processes @count; there may be some already. */
static inline void populate(unsigned int count)
{
	static unsigned int population;

	for (; population < count; population++)
		start(idle, NULL);
	/* Let them all get to sleep. */
	sleep(1);
}

static inline void *idle_thread(void *unused)
{
	idle(unused);
	return NULL;
}

struct threads {
	int n;
	int ready;		/* a pipe that gets a byte when all run */
};

static inline void run_threads(void *arg)
{
	const struct threads *threads = arg;
	pthread_attr_t attr;
	pthread_t thread;
	int i;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, PTHREAD_STACK_MIN);
	pthread_attr_setguardsize(&attr, 0);
	for (i = 0; i < threads->n; i++) {
		errno = pthread_create(&thread, &attr, idle_thread, NULL);
		if (errno)
			err(1, "thread %d", i);
	}
	if (write(threads->ready, "", 1) != 1)
		err(1, "pipe");
	idle(NULL);
}

/* A process with @n idle threads besides its own. */
static inline pid_t start_threads(int n)
{
	struct threads threads = { .n = n };
	int fds[2];
	pid_t pid;
	char c;

	if (pipe(fds))
		err(1, "pipe");
	threads.ready = fds[1];
	pid = start(run_threads, &threads);
	close(fds[1]);
	if (read(fds[0], &c, 1) != 1)
		errx(1, "no threads");
	close(fds[0]);
	usleep(100000);
	return pid;
}

#endif /* POPULATION_H */
