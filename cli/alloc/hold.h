/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Waiting until the user has seen enough. */
#ifndef HOLD_H
#define HOLD_H

#include <stdbool.h>

/* From now on SIGINT and SIGTERM wait for hold_wait(), and end only that. */
void hold_prepare(void);

/* Returns whether ENTER would reach this process: not in a background job. */
bool hold_has_terminal(void);

/* Waits for ENTER, SIGINT or SIGTERM, for at most @seconds or INFINITY. */
void hold_wait(double seconds);

#endif /* HOLD_H */
