/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a subcommand describes itself to the front end. */
#ifndef COMMAND_H
#define COMMAND_H

#include <getopt.h>

#include "output/columns.h"

struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *summary;          /* marked with N_(), as the next two */
	const char *operands;         /* for the usage line */
	const struct option *options; /* its own and COMMON_OPTIONS */
	const char *options_help;     /* of its own, NULL for none */
	const struct columns *columns;
};

#endif /* COMMAND_H */
