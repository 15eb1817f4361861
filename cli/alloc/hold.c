// SPDX-License-Identifier: GPL-2.0-or-later
#include <err.h>
#include <errno.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "alloc/hold.h"
#include "shared/clock.h"

/* How often a background job checks whether it is in the foreground. */
#define FOREGROUND_CHECK 1.0

static volatile sig_atomic_t ended;
static sigset_t mask_of_wait;

static void end(int signal)
{
	(void)signal;
	ended = 1;
}

void hold_prepare(void)
{
	const struct sigaction action = { .sa_handler = end };
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, &mask_of_wait);
	sigdelset(&mask_of_wait, SIGINT);
	sigdelset(&mask_of_wait, SIGTERM);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	/* Now a read from the background fails, instead of stopping us. */
	signal(SIGTTIN, SIG_IGN);
}

/*
 * Without a controlling terminal, with a pipe for example, there is no
 * foreground.
 */
static bool may_read(void)
{
	pid_t foreground = tcgetpgrp(STDIN_FILENO);

	return foreground < 0 || foreground == getpgrp();
}

bool hold_has_terminal(void)
{
	return isatty(STDIN_FILENO) && may_read();
}

/* Waits for a signal, for input if @fd is a descriptor, or for @seconds. */
static bool wait_for(int fd, double seconds)
{
	struct pollfd input = { .fd = fd, .events = POLLIN };
	struct timespec ts, *timeout = NULL;

	if (isfinite(seconds)) {
		ts = clock_timespec(seconds);
		timeout = &ts;
	}
	if (ppoll(&input, 1, timeout, &mask_of_wait) < 0 && errno != EINTR)
		err(EXIT_FAILURE, "poll");
	return input.revents;
}

/* Reads one byte: ENTER ends the wait, the end of the input does not. */
static void read_input(bool *open)
{
	char c = 0;
	ssize_t n = read(STDIN_FILENO, &c, 1);

	if (c == '\n')
		ended = 1;
	/* A job may have been put into the background just now. */
	*open = n > 0 || (n < 0 && (errno == EAGAIN || !may_read()));
}

void hold_wait(double seconds)
{
	double deadline = clock_now() + seconds;
	bool open = true;

	while (!ended) {
		double left = deadline - clock_now();
		bool listen = open && may_read();

		if (left <= 0)
			return;
		if (open && !listen && left > FOREGROUND_CHECK)
			left = FOREGROUND_CHECK;
		if (wait_for(listen ? STDIN_FILENO : -1, left))
			read_input(&open);
	}
}
