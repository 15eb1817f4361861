/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the command line of tamalloc proc asks for. */
#ifndef PROC_REQUEST_H
#define PROC_REQUEST_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "options.h"
#include "watch.h"

struct proc_request {
	const struct command *cmd; /* which misuse names */
	struct options opts;
	struct watch watch;
	bool all;
	size_t n_pids;
	pid_t *pids;

	bool has_user;
	bool full; /* @name is matched with the command line */
	uid_t user;
	const char *pattern; /* that @name was made of; NULL: any */
	regex_t name;

	bool has_sort;
	bool descending;
	size_t sort; /* column */
	size_t top;  /* 0: all */

	size_t by; /* column; 0: rows are processes */

	char **program; /* behind "--", or NULL */
	bool total;
	bool until_gone;
	bool tree;
	const char *plot;
};

/* The command's options, for struct command. */
extern const struct option proc_options[];

/* Reads @cmd's options and operands; exits if something is wrong with them. */
void proc_request_parse(struct proc_request *req, const struct command *cmd,
			int argc, char **argv);

void proc_request_free(struct proc_request *req);

#endif /* PROC_REQUEST_H */
