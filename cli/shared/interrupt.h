/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SIGINT and SIGTERM, taken at a moment that suits us. */
#ifndef INTERRUPT_H
#define INTERRUPT_H

#include <stdbool.h>

/*
 * From here on they are only noted.  One that is ignored, as SIGINT is in a
 * script's background job, stays so.
 */
void interrupt_catch(void);

/* Has one come? */
bool interrupted(void);

/* Sleeps until clock_now() is @deadline, or one comes. */
void interrupt_sleep(double deadline);

/* Ends by the signal that came, so that whoever started us can tell. */
_Noreturn void interrupt_die(void);

#endif /* INTERRUPT_H */
