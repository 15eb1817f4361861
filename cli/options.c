// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <err.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "options.h"

void try_help(const struct command *cmd)
{
	fprintf(stderr, "Try 'tamalloc %s%s--help' for more information.\n",
		cmd ? cmd->name : "", cmd ? " " : "");
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

void print_common_options(void)
{
	fputs(" -J, --json            JSON output; sizes are in bytes\n"
	      " -b, --bytes           sizes in bytes, not in powers of 1024\n"
	      " -n, --noheadings      no column headings\n"
	      "     --source=WHERE    syscall, procfs, or auto (the default):\n"
	      "                         the system calls where the kernel has\n"
	      "                         them, else mmap(2) and /proc\n"
	      " -h, --help            show this help\n"
	      " -V, --version         show the version\n", stdout);
}

static void print_help(const struct command *cmd)
{
	printf("Usage:\n tamalloc %s [options]%s%s\n\n%s.\n\nOptions:\n",
	       cmd->name, *cmd->operands ? " " : "", cmd->operands,
	       cmd->summary);
	fputs(cmd->options_help, stdout);
	print_common_options();
	puts("\nColumns:");
	print_columns(&cmd->columns);
	puts("\nK, M, G, T, P and E are powers of 1024.  "
	     "For more details see tamalloc(1).");
}

int options_next(const struct command *cmd, int argc, char **argv,
		 struct options *opts)
{
	int c;

	/* The digits are there to give -5M a better answer than getopt's. */
	while ((c = getopt_long(argc, argv, "0123456789JbnhV", cmd->options,
				NULL)) != -1) {
		switch (c) {
		case 'J':
			opts->json = true;
			break;
		case 'b':
			opts->bytes = true;
			break;
		case 'n':
			opts->no_headings = true;
			break;
		case 's':
			if (!source_parse(optarg, &opts->source))
				misuse(cmd, "%s: not a source (auto, syscall or "
				       "procfs)", optarg);
			break;
		case 'h':
			print_help(cmd);
			exit(EXIT_SUCCESS);
		case 'V':
			print_version();
			exit(EXIT_SUCCESS);
		case '?':
			try_help(cmd);
		default:
			if (isdigit(c))
				misuse(cmd, "-%c...: a negative number", c);
			return c;
		}
	}
	return -1;
}
