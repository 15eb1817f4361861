/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Standard output: no write error may go unnoticed. */
#ifndef STDOUT_H
#define STDOUT_H

#include <stdbool.h>

/* Makes the program report write errors at exit, and fail. */
void stdout_check_at_exit(void);

/*
 * Writes buffered output.  Returns false if that, or anything before, could not
 * be written; the caller need not report it, because the end of the program
 * does.
 */
bool stdout_flush(void);

#endif /* STDOUT_H */
