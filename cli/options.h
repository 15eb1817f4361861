/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options that every subcommand has, and how misuse is reported. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "command.h"
#include "output/style.h"
#include "source/choose.h"

struct options {
	struct style style;
	enum source_choice source;
};

#define COMMON_OPTIONS						\
	{ "json", no_argument, NULL, 'J' },			\
	{ "bytes", no_argument, NULL, 'b' },			\
	{ "noheadings", no_argument, NULL, 'n' },		\
	{ "raw", no_argument, NULL, 'r' },			\
	{ "output", required_argument, NULL, 'o' },		\
	{ "source", required_argument, NULL, 's' },		\
	{ "help", no_argument, NULL, 'h' },			\
	{ "version", no_argument, NULL, 'V' },			\
	{ NULL, 0, NULL, 0 }

/*
 * getopt_long() for @cmd: takes the common options into @opts and returns the
 * command's own, or -1 after the last.
 */
int options_next(const struct command *cmd, int argc, char **argv,
		 struct options *opts);

/* A whole number from 1 on, or it exits with EXIT_MISUSE. */
unsigned long options_count(const struct command *cmd, const char *text);

void print_common_options(void);
void print_version(void);

/* One line that says why, a hint, and EXIT_MISUSE; @cmd may be NULL. */
_Noreturn void misuse(const struct command *cmd, const char *why, ...)
	__attribute__((format(printf, 2, 3)));
_Noreturn void try_help(const struct command *cmd);

#endif /* OPTIONS_H */
