// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A process whose first thread has exited while another lives, and that has a
 * zombie for a child.  Prints the IDs of the three.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static void *live(void *arg)
{
	siginfo_t info;
	pid_t zombie = fork();

	if (!zombie)
		_exit(0);
	waitid(P_PID, zombie, &info, WEXITED | WNOWAIT);
	printf("%d %d %d\n", getpid(), gettid(), zombie);
	fflush(stdout);
	/* Nobody waits longer for the test. */
	alarm(60);
	pause();
	return arg;
}

int main(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, live, NULL))
		return 1;
	pthread_exit(NULL);
}
