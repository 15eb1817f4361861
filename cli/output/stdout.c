// SPDX-License-Identifier: GPL-2.0-or-later
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <unistd.h>

#include "output/stdout.h"
#include "shared/i18n.h"

/*
 * The errno of the first failed flush: a later one has nothing left to write.
 */
static int reason;

bool stdout_flush(void)
{
	if (fflush(stdout) && !reason)
		reason = errno;
	return !ferror(stdout);
}

static void close_stdout(void)
{
	bool unwritten = __fpending(stdout), failed = ferror(stdout);

	errno = 0;
	if (fclose(stdout) && (unwritten || errno != EBADF))
		failed = true;
	if (!failed)
		return;
	if (reason)
		errno = reason;
	/* Keep silent if the reader has seen enough, as head(1) has. */
	if (errno && errno != EPIPE)
		warn(_("write error"));
	else if (!errno)
		warnx(_("write error"));
	_exit(EXIT_FAILURE);
}

void stdout_check_at_exit(void)
{
	atexit(close_stdout);
}
