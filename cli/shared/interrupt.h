/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SIGINT and SIGTERM, handled at a safe moment. */
#ifndef INTERRUPT_H
#define INTERRUPT_H

#include <stdbool.h>

/*
 * From now on they are only recorded.  A signal that is ignored, as SIGINT is
 * in a script's background job, stays ignored.
 */
void interrupt_catch(void);

/* Returns whether one has come. */
bool interrupted(void);

/* Sleeps until clock_now() is @deadline, or one comes. */
void interrupt_sleep(double deadline);

/* The same, but also ends, and returns true, when @fd can be read. */
bool interrupt_wait(int fd, double deadline);

/* What has come was what the user wanted: the program goes on. */
void interrupt_forget(void);

/* Ends the program by the recorded signal, so that its parent sees it. */
_Noreturn void interrupt_die(void);

#endif /* INTERRUPT_H */
