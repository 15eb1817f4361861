/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Waiting until the user has seen enough. */
#ifndef HOLD_H
#define HOLD_H

#include <stdbool.h>

/* From here on SIGINT and SIGTERM wait for hold_wait() and end only it. */
void hold_prepare(void);

/* Would ENTER reach this process?  Not in a background job. */
bool hold_has_terminal(void);

/* Until ENTER, SIGINT or SIGTERM, for at most @seconds or INFINITY. */
void hold_wait(double seconds);

#endif /* HOLD_H */
