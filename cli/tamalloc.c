// SPDX-License-Identifier: GPL-2.0-or-later
/* The front end: finds the subcommand, and handles --help and --version. */
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "global.h"
#include "options.h"
#include "alloc/alloc.h"
#include "output/stdout.h"
#include "proc/proc.h"
#include "shared/array.h"
#include "shared/exit.h"
#include "shared/i18n.h"

static const struct command *const commands[] = {
	&alloc_command,
	&global_command,
	&proc_command,
};

static const struct {
	int code;
	const char *meaning;
} exit_codes[] = {
	{ EXIT_SUCCESS, N_("success") },
	{ EXIT_FAILURE, N_("failure") },
	{ EXIT_MISUSE, N_("misuse: an argument is wrong or missing") },
	{ EXIT_NO_SYSCALLS,
	  N_("the kernel lacks the calls (with --source=syscall)") },
	{ EXIT_SOME_FAILED,
	  N_("some of the named processes could not be read") },
};

static void print_help(void)
{
	puts(_("Usage:\n tamalloc COMMAND [options] [arguments]\n"
	       " tamalloc help COMMAND\n\n"
	       "Reserve memory lazily, and show reserved and used memory.\n"
	       "\nCommands:"));
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		printf(" %-21s %s\n", commands[i]->name,
		       gettext(commands[i]->summary));
	printf(" %-21s %s\n", "help",
	       _("Show this help, or the help of a command"));
	puts(_("\nOptions of all commands:"));
	print_common_options();
	puts(_("\nExit status:"));
	for (size_t i = 0; i < ARRAY_SIZE(exit_codes); i++)
		printf(" %-21d %s\n", exit_codes[i].code,
		       gettext(exit_codes[i].meaning));
	puts(_("\n'tamalloc help COMMAND' shows the options and columns of a "
	       "command.\nSee also tamalloc(1)."));
}

static void parse_front_options(int argc, char **argv)
{
	static const struct option options[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};

	switch (getopt_long(argc, argv, "+hV", options, NULL)) {
	case -1:
		return;
	case 'h':
		print_help();
		break;
	case 'V':
		print_version();
		break;
	default:
		try_help(NULL);
	}
	exit(EXIT_SUCCESS);
}

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (!strcmp(commands[i]->name, name))
			return commands[i];
	misuse(NULL, _("%s: no such command"), name);
}

static int run_command(const struct command *cmd, int argc, char **argv)
{
	argv[0] = program_invocation_short_name;
	optind = 0;
	return cmd->run(argc, argv);
}

/* tamalloc help [COMMAND] */
static int help(int argc, char **argv)
{
	char option[] = "--help";
	char *command_line[] = { NULL, option, NULL };

	if (argc > 2)
		misuse(NULL, _("%s: unexpected"), argv[2]);
	if (argc == 2 && strcmp(argv[1], "help") && strcmp(argv[1], "--help") &&
	    strcmp(argv[1], "-h"))
		return run_command(find_command(argv[1]), 2, command_line);
	print_help();
	return EXIT_SUCCESS;
}

static void start(void)
{
	setlocale(LC_ALL, "");
	/* Figures have a decimal point in every language, never a comma. */
	setlocale(LC_NUMERIC, "C");
	bindtextdomain(PACKAGE, LOCALEDIR);
	textdomain(PACKAGE);
	stdout_check_at_exit();
}

int main(int argc, char **argv)
{
	start();
	if (argc < 1)
		misuse(NULL, _("a command is missing"));
	/* getopt_long() begins its messages with this. */
	argv[0] = program_invocation_short_name;
	parse_front_options(argc, argv);
	argc -= optind;
	argv += optind;
	if (!argc)
		misuse(NULL, _("a command is missing"));
	if (!strcmp(argv[0], "help"))
		return help(argc, argv);
	return run_command(find_command(argv[0]), argc, argv);
}
