// SPDX-License-Identifier: GPL-2.0-or-later
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proc/process_columns.h"
#include "proc/request.h"
#include "shared/array.h"
#include "shared/i18n.h"
#include "shared/number.h"
#include "shared/words.h"
#include "shared/xalloc.h"
#include "source/users.h"

enum {
	OPT_ALL = OPT_WATCH_END,
	OPT_USER,
	OPT_NAME,
	OPT_FULL,
	OPT_SORT,
	OPT_TOP,
	OPT_BY,
	OPT_TOTAL,
	OPT_TREE,
	OPT_UNTIL_GONE,
	OPT_PLOT,
};

static pid_t parse_pid(const struct command *cmd, const char *text)
{
	uint64_t pid;

	if (!number_parse(text, 1, INT_MAX, &pid))
		misuse(cmd, _("%s: not a process ID"), text);
	return pid;
}

static void parse_user(struct proc_request *req, const char *text)
{
	if (!user_parse(text, &req->user))
		misuse(req->cmd, _("%s: no such user"), text);
	req->has_user = true;
}

static void parse_name(struct proc_request *req, const char *text)
{
	char why[256];
	int error;

	if (req->pattern)
		regfree(&req->name);
	error = regcomp(&req->name, text, REG_EXTENDED | REG_NOSUB);
	if (error) {
		regerror(error, &req->name, why, sizeof(why));
		misuse(req->cmd, "%s: %s", text, why);
	}
	req->pattern = text;
}

static void parse_sort(struct proc_request *req, const char *text)
{
	const char *name = text + (*text == '-');
	int column = column_find(&process_columns, name, strlen(name));

	if (column < 0)
		misuse(req->cmd, _("%s: no such column"), name);
	req->has_sort = true;
	req->descending = *text == '-';
	req->sort = column;
}

static void parse_by(struct proc_request *req, const char *text)
{
	static const char *const names[] = { "user", "command", "cgroup",
					     "unit" };
	static const size_t columns[] = { PROCESS_USER, PROCESS_COMMAND,
					  PROCESS_CGROUP, PROCESS_UNIT };
	int found = word_find(names, ARRAY_SIZE(names), text);

	if (found >= 0)
		req->by = columns[found];
	else
		misuse(req->cmd,
		       _("%s: not a group (user, command, cgroup or unit)"),
		       text);
}

static void parse_option(struct proc_request *req, int c)
{
	switch (c) {
	case OPT_ALL:
		req->all = true;
		break;
	case OPT_USER:
		parse_user(req, optarg);
		break;
	case OPT_NAME:
		parse_name(req, optarg);
		break;
	case OPT_FULL:
		req->full = true;
		break;
	case OPT_SORT:
		parse_sort(req, optarg);
		break;
	case OPT_BY:
		parse_by(req, optarg);
		break;
	case OPT_TOTAL:
		req->total = true;
		break;
	case OPT_TOP:
		req->top = options_count(req->cmd, optarg);
		break;
	case OPT_TREE:
		req->tree = true;
		break;
	case OPT_UNTIL_GONE:
		req->until_gone = true;
		break;
	case OPT_PLOT:
		req->plot = optarg;
		break;
	default:
		watch_take_option(&req->watch, req->cmd, c);
	}
}

static void drop_repeated(struct proc_request *req)
{
	size_t n = 0, j;

	for (size_t i = 0; i < req->n_pids; i++) {
		for (j = 0; j < n && req->pids[j] != req->pids[i]; j++)
			;
		if (j == n)
			req->pids[n++] = req->pids[i];
	}
	req->n_pids = n;
}

/* Reads all of them first: misuse prints no figures. */
static void parse_pids(struct proc_request *req, size_t n, char **texts)
{
	if (n && req->all)
		misuse(req->cmd, _("%s: unexpected with --all"), *texts);
	req->n_pids = n;
	req->pids = xreallocarray(NULL, n + 1, sizeof(*req->pids));
	for (size_t i = 0; i < n; i++)
		req->pids[i] = parse_pid(req->cmd, texts[i]);
	/* No sample may come twice. */
	if (req->opts.style.format == FORMAT_OPENMETRICS)
		drop_repeated(req);
	/* A choice among processes, with none named, means all. */
	if (!n && (req->has_user || req->pattern || req->has_sort || req->top ||
		   req->by || req->total))
		req->all = true;
	if (!n && !req->all)
		misuse(req->cmd, _("a process ID, or --all, is missing"));
}

/*
 * Finds the program behind "--" among the arguments as they were @given, before
 * getopt_long() moved operands behind it.  @value is that of the last option,
 * which may be "--" itself.
 */
static char **find_program(char *const *given, char **argv, const char *value)
{
	const char *last = argv[optind - 1];
	size_t i = 0;

	if (optind < 2 || strcmp(last, "--") || last == value)
		return NULL;
	while (given[i] != last)
		i++;
	return argv + i + 1;
}

static void check_follow(const struct proc_request *req)
{
	if (!req->program && !req->until_gone) {
		if (req->tree || req->plot)
			misuse(req->cmd,
			       _("--tree and --plot do nothing without "
				 "--until-gone or -- COMMAND"));
		return;
	}
	if (req->all || req->has_user || req->pattern || req->has_sort ||
	    req->top || req->by || req->total || req->watch.count ||
	    req->opts.style.format == FORMAT_OPENMETRICS)
		misuse(req->cmd,
		       _("--all, --user, --name, --sort, --top, --by, --total, "
			 "--count and --openmetrics do not go with --until-gone "
			 "or -- COMMAND"));
}

static void check_program(const struct proc_request *req, const char *operand)
{
	if (!*req->program)
		misuse(req->cmd, _("a command is missing after --"));
	if (operand != *req->program)
		misuse(req->cmd, _("%s: unexpected before -- COMMAND"),
		       operand);
	if (req->until_gone)
		misuse(req->cmd,
		       _("--until-gone and -- COMMAND exclude each other"));
}

void proc_request_parse(struct proc_request *req, const struct command *cmd,
			int argc, char **argv)
{
	char **given = xreallocarray(NULL, argc + 1, sizeof(*given));
	const char *value = NULL;
	static const struct option_pair exclusive[] = {
		{ OPT_BY, OPT_OPENMETRICS },
		{ OPT_TOTAL, OPT_OPENMETRICS },
		{ 0 },
	};
	static const int full = OPT_FULL;
	int c;

	req->cmd = cmd;
	memcpy(given, argv, (argc + 1) * sizeof(*given));
	while ((c = options_next(cmd, argc, argv, &req->opts)) != -1) {
		value = optarg;
		parse_option(req, c);
	}
	req->program = find_program(given, argv, value);
	watch_check(cmd, &req->opts);
	free(given);
	options_exclude(cmd, &req->opts, exclusive);
	options_require(cmd, &req->opts, &full, 1, OPT_NAME);
	check_follow(req);
	if (req->program) {
		check_program(req, argv[optind]);
		return;
	}
	parse_pids(req, argc - optind, argv + optind);
	if ((req->top || req->by) && !req->has_sort) {
		req->sort = PROCESS_USED;
		req->descending = true;
		req->has_sort = true;
	}
}

void proc_request_free(struct proc_request *req)
{
	free(req->pids);
	if (req->pattern)
		regfree(&req->name);
}

const struct option proc_options[] = {
	{ "all", no_argument, NULL, OPT_ALL },
	{ "user", required_argument, NULL, OPT_USER },
	{ "name", required_argument, NULL, OPT_NAME },
	{ "full", no_argument, NULL, OPT_FULL },
	{ "sort", required_argument, NULL, OPT_SORT },
	{ "top", required_argument, NULL, OPT_TOP },
	{ "by", required_argument, NULL, OPT_BY },
	{ "total", no_argument, NULL, OPT_TOTAL },
	{ "tree", no_argument, NULL, OPT_TREE },
	{ "until-gone", no_argument, NULL, OPT_UNTIL_GONE },
	{ "plot", required_argument, NULL, OPT_PLOT },
	WATCH_OPTIONS,
	COMMON_OPTIONS,
};
