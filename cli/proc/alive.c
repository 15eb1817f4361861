// SPDX-License-Identifier: GPL-2.0-or-later
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "proc/alive.h"
#include "shared/clock.h"
#include "shared/interrupt.h"
#include "shared/xalloc.h"

void alive_init(struct alive *alive, size_t n)
{
	alive->n = 0;
	alive->list = xcalloc(n, sizeof(*alive->list));
	alive->events = epoll_create1(EPOLL_CLOEXEC);
	if (alive->events < 0)
		err(EXIT_FAILURE, "epoll");
}

/* Unlike a PID, a descriptor never means a process that comes later. */
bool alive_add(struct alive *alive, pid_t pid)
{
	struct epoll_event event = { .events = EPOLLIN };
	int fd = pidfd_open(pid, 0);

	if (fd < 0 && errno == ESRCH)
		return false;
	event.data.fd = fd;
	if (fd < 0 || epoll_ctl(alive->events, EPOLL_CTL_ADD, fd, &event))
		err(EXIT_FAILURE, "%d", pid);
	alive->list[alive->n++] = (struct living){ .pid = pid, .fd = fd };
	return true;
}

static void remove_ended(struct alive *alive, int fd)
{
	size_t i = 0;

	while (alive->list[i].fd != fd)
		i++;
	alive->n--;
	memmove(alive->list + i, alive->list + i + 1,
		(alive->n - i) * sizeof(*alive->list));
	close(fd);
}

void alive_wait(struct alive *alive, double deadline)
{
	struct epoll_event event;

	while (alive->n && !interrupted() && clock_now() < deadline)
		if (interrupt_wait(alive->events, deadline) &&
		    epoll_wait(alive->events, &event, 1, 0) > 0)
			remove_ended(alive, event.data.fd);
}

void alive_free(struct alive *alive)
{
	for (size_t i = 0; i < alive->n; i++)
		close(alive->list[i].fd);
	close(alive->events);
	free(alive->list);
}
