/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Follows processes to their end: a program of one's own, or named ones. */
#ifndef FOLLOW_H
#define FOLLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "options.h"
#include "watch.h"

struct follow_request {
	char **program; /* to start; NULL: those that @pids names */
	size_t n_pids;
	const pid_t *pids;
	bool tree;        /* their descendants, too */
	const char *plot; /* a file, or NULL */
	const struct watch *watch;
	const struct options *opts;
};

/* Returns the exit status, for a program its own. */
int follow_run(const struct follow_request *req);

#endif /* FOLLOW_H */
