/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options of all subcommands, and how to report misuse. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "command.h"
#include "output/style.h"
#include "source/choose.h"

struct options {
	struct style style;
	enum source_choice source;
	bool quiet;     /* no notes on standard error */
	uint64_t given; /* a bit for each of the command's options */
};

/* Long-only options.  Those of subcommands begin where these end. */
enum {
	OPT_SOURCE = CHAR_MAX + 1,
	OPT_OPENMETRICS, /* of some commands only */
	OPT_COMMON_END
};

/* clang-format off */
#define COMMON_OPTIONS						\
	{ "json", no_argument, NULL, 'J' },			\
	{ "bytes", no_argument, NULL, 'b' },			\
	{ "noheadings", no_argument, NULL, 'n' },		\
	{ "raw", no_argument, NULL, 'r' },			\
	{ "output", required_argument, NULL, 'o' },		\
	{ "quiet", no_argument, NULL, 'q' },			\
	{ "source", required_argument, NULL, OPT_SOURCE },	\
	{ "help", no_argument, NULL, 'h' },			\
	{ "version", no_argument, NULL, 'V' },			\
	{ NULL, 0, NULL, 0 }
/* clang-format on */

/*
 * getopt_long() for @cmd: takes the common options into @opts and returns the
 * command's own, or -1 after the last.
 */
int options_next(const struct command *cmd, int argc, char **argv,
		 struct options *opts);

/* Chooses the source of all figures, once; exits if it is not available. */
const struct source *options_source(const struct options *opts);

/*
 * Returns whether to print notes, which are no errors: not if the output is
 * JSON, which has a key for each of them, or OpenMetrics, which says it too.
 */
bool options_notes(const struct options *opts);

/* Two options, as options_next() returns them; { 0 } ends a list of pairs. */
struct option_pair {
	int option;
	int other;
};

/* Exits with EXIT_MISUSE if both options of a pair are given. */
void options_exclude(const struct command *cmd, const struct options *opts,
		     const struct option_pair *pairs);

/* Exits likewise if one of the @n @options is given, and @needed is not. */
void options_require(const struct command *cmd, const struct options *opts,
		     const int *options, size_t n, int needed);

/* Reads a whole number of 1 or more, or exits with EXIT_MISUSE. */
unsigned long options_count(const struct command *cmd, const char *text);

void print_common_options(void);
void print_version(void);

/*
 * Prints the reason and a hint, and exits with EXIT_MISUSE; @cmd may be NULL.
 */
_Noreturn void misuse(const struct command *cmd, const char *why, ...)
	__attribute__((format(printf, 2, 3)));
_Noreturn void try_help(const struct command *cmd);

#endif /* OPTIONS_H */
