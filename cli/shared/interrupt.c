// SPDX-License-Identifier: GPL-2.0-or-later
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "shared/clock.h"
#include "shared/interrupt.h"

static volatile sig_atomic_t came; /* the signal, or 0 */

static void note(int number)
{
	came = number;
}

static void catch_signal(int number)
{
	const struct sigaction action = { .sa_handler = note };
	struct sigaction before;

	sigaction(number, NULL, &before);
	if (before.sa_handler != SIG_IGN)
		sigaction(number, &action, NULL);
}

void interrupt_catch(void)
{
	catch_signal(SIGINT);
	catch_signal(SIGTERM);
}

bool interrupted(void)
{
	return came;
}

/* Blocks signals except while asleep, so that none just before is missed. */
bool interrupt_wait(int fd, double deadline)
{
	struct pollfd input = { .fd = fd, .events = POLLIN };
	sigset_t signals, mask;

	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, &mask);
	for (double left; !came && (left = deadline - clock_now()) > 0;) {
		struct timespec ts = clock_timespec(left);

		if (ppoll(&input, 1, &ts, &mask) > 0)
			break;
	}
	sigprocmask(SIG_SETMASK, &mask, NULL);
	return input.revents;
}

void interrupt_sleep(double deadline)
{
	interrupt_wait(-1, deadline);
}

void interrupt_forget(void)
{
	came = 0;
}

void interrupt_die(void)
{
	int number = came;

	signal(number, SIG_DFL);
	kill(getpid(), number);
	_exit(128 + number);
}
