/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Processes whose end is waited for. */
#ifndef ALIVE_H
#define ALIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct alive {
	int events; /* a descriptor of epoll(7) */
	size_t n;
	struct living {
		pid_t pid;
		int fd;
	} * list;
};

/* Makes a list with room for @n. */
void alive_init(struct alive *alive, size_t n);

/* Returns false if there is no such process; exits on any other failure. */
bool alive_add(struct alive *alive, pid_t pid);

/*
 * Sleeps until clock_now() is @deadline, all of them have ended, or a signal
 * has come.  Takes those that have ended from the list.
 */
void alive_wait(struct alive *alive, double deadline);

void alive_free(struct alive *alive);

#endif /* ALIVE_H */
