// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <err.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "options.h"
#include "shared/exit.h"
#include "shared/i18n.h"
#include "shared/number.h"
#include "shared/size.h"

void try_help(const struct command *cmd)
{
	if (cmd)
		fprintf(stderr,
			_("Try 'tamalloc %s --help' for more information.\n"),
			cmd->name);
	else
		fputs(_("Try 'tamalloc --help' for more information.\n"),
		      stderr);
	exit(EXIT_MISUSE);
}

void misuse(const struct command *cmd, const char *why, ...)
{
	va_list args;

	va_start(args, why);
	vwarnx(why, args);
	va_end(args);
	try_help(cmd);
}

void print_version(void)
{
	puts("tamalloc " VERSION);
}

void print_common_options(void)
{
	fputs(_(" -o, --output=COLUMNS  show these columns, as in PID,USED, or add\n"
		"                         to the default ones, as in +PID\n"
		" -J, --json            print JSON, with sizes in bytes\n"
		" -r, --raw             print for programs: single spaces, and sizes\n"
		"                         in bytes\n"
		" -b, --bytes           show sizes in bytes\n"
		" -n, --noheadings      omit the column headings\n"
		" -q, --quiet           print no notes on standard error, only errors\n"
		"     --source=WHERE    syscall, procfs, or auto (the default): the\n"
		"                         system calls if the kernel has them, else\n"
		"                         mmap(2) and /proc\n"
		" -h, --help            show this help\n"
		" -V, --version         show the version\n"),
	      stdout);
}

static void print_help(const struct command *cmd)
{
	printf(_("Usage:\n tamalloc %s [options]%s%s\n\n%s.\n\nOptions:\n"),
	       cmd->name, *cmd->operands ? " " : "",
	       *cmd->operands ? gettext(cmd->operands) : "",
	       gettext(cmd->summary));
	if (cmd->options_help)
		fputs(gettext(cmd->options_help), stdout);
	print_common_options();
	puts(_("\nColumns:"));
	columns_print_help(cmd->columns);
	printf(_("\nK, M, G, T, P and E are powers of 1024.\n"
		 "For more details see tamalloc-%s(1).\n"),
	       cmd->name);
}

unsigned long options_count(const struct command *cmd, const char *text)
{
	uint64_t number;

	if (!number_parse(text, 1, ULONG_MAX, &number))
		misuse(cmd, _("%s: not a whole number of 1 or more"), text);
	return number;
}

/* Returns the index of @c among the options of @cmd. */
static size_t index_of(const struct command *cmd, int c)
{
	size_t i = 0;

	while (cmd->options[i].val != c)
		i++;
	return i;
}

static const char *name_of(const struct command *cmd, int c)
{
	return cmd->options[index_of(cmd, c)].name;
}

static bool has_option(const struct command *cmd, int c)
{
	const struct option *option = cmd->options;

	while (option->name && option->val != c)
		option++;
	return option->name;
}

static bool is_given(const struct command *cmd, const struct options *opts,
		     int c)
{
	return has_option(cmd, c) && opts->given & UINT64_C(1)
							   << index_of(cmd, c);
}

void options_exclude(const struct command *cmd, const struct options *opts,
		     const struct option_pair *pairs)
{
	for (; pairs->option; pairs++)
		if (is_given(cmd, opts, pairs->option) &&
		    is_given(cmd, opts, pairs->other))
			misuse(cmd, _("--%s and --%s exclude each other"),
			       name_of(cmd, pairs->option),
			       name_of(cmd, pairs->other));
}

void options_require(const struct command *cmd, const struct options *opts,
		     const int *options, size_t n, int needed)
{
	for (size_t i = 0; i < n; i++)
		if (is_given(cmd, opts, options[i]) &&
		    !is_given(cmd, opts, needed))
			misuse(cmd, _("--%s does nothing without --%s"),
			       name_of(cmd, options[i]), name_of(cmd, needed));
}

static void parse_source(const struct command *cmd, const char *text,
			 struct options *opts)
{
	if (!source_parse(text, &opts->source))
		misuse(cmd, _("%s: not a source (auto, syscall or procfs)"),
		       text);
}

/* An option takes precedence. */
static void take_environment(const struct command *cmd, struct options *opts)
{
	const char *source = getenv("TAMALLOC_SOURCE");

	if (source && *source && !source_parse(source, &opts->source))
		misuse(cmd,
		       _("TAMALLOC_SOURCE=%s: not a source (auto, syscall or "
			 "procfs)"),
		       source);
}

/* Takes @c if it is one of the common options. */
static bool take_common(const struct command *cmd, int c, struct options *opts)
{
	switch (c) {
	case 'o':
		columns_choose(cmd->columns, optarg, &opts->style.columns);
		break;
	case 'J':
		opts->style.format = FORMAT_JSON;
		break;
	case 'r':
		opts->style.format = FORMAT_RAW;
		break;
	case OPT_OPENMETRICS:
		opts->style.format = FORMAT_OPENMETRICS;
		break;
	case 'b':
		opts->style.bytes = true;
		break;
	case 'n':
		opts->style.no_headings = true;
		break;
	case 'q':
		opts->quiet = true;
		break;
	case OPT_SOURCE:
		parse_source(cmd, optarg, opts);
		break;
	case 'h':
		print_help(cmd);
		exit(EXIT_SUCCESS);
	case 'V':
		print_version();
		exit(EXIT_SUCCESS);
	default:
		return false;
	}
	return true;
}

/*
 * getopt_long() leaves "--watch 5" with an operand 5, which nobody means: a
 * value that is optional must be joined by a "=".
 */
static void refuse_apart(const struct command *cmd, int c, const char *next)
{
	const struct option *option = &cmd->options[index_of(cmd, c)];
	double number;

	if (option->has_arg == optional_argument && !optarg && next &&
	    !seconds_parse(next, &number))
		misuse(cmd, _("--%s %s: write --%s=%s"), option->name, next,
		       option->name, next);
}

int options_next(const struct command *cmd, int argc, char **argv,
		 struct options *opts)
{
	static const struct option_pair exclusive[] = {
		{ 'J', 'r' },
		{ OPT_OPENMETRICS, 'J' },
		{ OPT_OPENMETRICS, 'r' },
		{ 0 },
	};
	int c;

	/* The digits give -5M a better answer than getopt's. */
	while ((c = getopt_long(argc, argv, "0123456789o:JrbnqhV", cmd->options,
				NULL)) != -1) {
		if (c == '?')
			try_help(cmd);
		if (c <= CHAR_MAX && isdigit(c))
			misuse(cmd, _("-%c...: a negative number"), c);
		refuse_apart(cmd, c, argv[optind]);
		opts->given |= UINT64_C(1) << index_of(cmd, c);
		options_exclude(cmd, opts, exclusive);
		if (!take_common(cmd, c, opts))
			return c;
	}
	if (!is_given(cmd, opts, OPT_SOURCE))
		take_environment(cmd, opts);
	return -1;
}

bool options_notes(const struct options *opts)
{
	return !opts->quiet && opts->style.format != FORMAT_JSON &&
	       opts->style.format != FORMAT_OPENMETRICS;
}

const struct source *options_source(const struct options *opts)
{
	return source_choose(opts->source, options_notes(opts));
}
