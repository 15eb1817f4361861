/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Standard output: what could not be written must not go unnoticed. */
#ifndef STDOUT_H
#define STDOUT_H

#include <stdbool.h>

/* At exit, says what could not be written and why, and fails. */
void stdout_check_at_exit(void);

/*
 * Writes what is buffered.  False if that, or something before, could not be
 * written: nothing need be said then, for the end of the program says it.
 */
bool stdout_flush(void);

#endif /* STDOUT_H */
