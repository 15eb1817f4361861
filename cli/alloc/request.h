/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the command line of tamalloc alloc asks for. */
#ifndef REQUEST_H
#define REQUEST_H

#include <stdbool.h>

#include "options.h"
#include "alloc/experiment.h"

struct request {
	struct options opts;
	struct plan plan;
	bool stepped; /* show each step, not only the stages */
	bool compare;
	const char *plot;
	bool hold;
	double hold_seconds;
};

/* The command's options, for struct command. */
extern const struct option request_options[];

/* Reads @cmd's options and operands; exits if something is wrong with them. */
void request_parse(struct request *req, const struct command *cmd, int argc,
		   char **argv);

#endif /* REQUEST_H */
