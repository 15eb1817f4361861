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
	bool stepped;		/* each step is of interest, not the stages */
	bool compare;
	const char *plot;
	bool hold;
	double hold_seconds;
};

/* Exits where there is something wrong with it. */
void request_parse(struct request *req, int argc, char **argv);

/* For struct command. */
extern const struct option request_options[];

#endif /* REQUEST_H */
