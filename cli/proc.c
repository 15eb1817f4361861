// SPDX-License-Identifier: GPL-2.0-or-later
/* tamalloc proc: processes, by their IDs. */
#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "i18n.h"
#include "options.h"
#include "procfs.h"
#include "table.h"

static pid_t parse_pid(const char *text)
{
	char *end;
	long pid;

	errno = 0;
	pid = strtol(text, &end, 10);
	if (!isdigit((unsigned char)*text) || *end || errno || !pid ||
	    pid > INT_MAX)
		misuse(&proc_command, "%s: not a process ID", text);
	return pid;
}

/* Why there are no figures for a process, in the words of its user. */
static const char *explain(int error)
{
	switch (error) {
	case ESRCH:
		return "no such process";
	case EPERM:
	case EACCES:
		return "not permitted: it is hidden from this user";
	case EINVAL:
		return "no memory of its own: a kernel thread or a zombie";
	default:
		return strerror(error);
	}
}

enum {
	PID,
	RESERVED,
	USED,
	USED_PERCENT,
	OOM_SCORE_ADJ,
	OOM_SCORE,
	SOURCE,
};

static const struct column columns[] = {
	[PID] = { "PID", "pid", TYPE_NUMBER, SHOWN,
		N_("process ID") },
	[RESERVED] = { "RESERVED", "reserved", TYPE_SIZE, SHOWN,
		N_("reserved memory (VmSize)") },
	[USED] = { "USED", "used", TYPE_SIZE, SHOWN,
		N_("used memory (VmRSS)") },
	[USED_PERCENT] = { "USED%", "used_percent", TYPE_NUMBER, SHOWN,
		N_("used memory in percent of reserved memory") },
	[OOM_SCORE_ADJ] = { "OOM_SCORE_ADJ", "oom_score_adj", TYPE_NUMBER,
		SHOWN, N_("the adjustment, -1000 to 1000") },
	[OOM_SCORE] = { "OOM_SCORE", "oom_score", TYPE_NUMBER, SHOWN,
		N_("what the OOM killer sees; only /proc tells it") },
	[SOURCE] = { "SOURCE", "source", TYPE_TEXT, IN_EVERY_JSON,
		N_("syscall or procfs") },
};

static void add_process(struct table *table, const struct source *src,
			pid_t pid, const struct process_memory_stats *stats,
			bool have_proc)
{
	int score;

	table_row_begin(table);
	table_number(table, PID, pid);
	table_number(table, RESERVED, stats->reserved_memory_kb * 1024);
	table_number(table, USED, stats->used_memory_kb * 1024);
	table_number(table, USED_PERCENT, stats->used_memory_percentage);
	table_number(table, OOM_SCORE_ADJ, stats->oom_score);
	if (have_proc && procfs_oom_score(pid, &score))
		table_number(table, OOM_SCORE, score);
	table_text(table, SOURCE, src->name);
	table_row_end(table);
}

/* Adds a row for each of @pids, and returns how many could not be had. */
static int add_processes(struct table *table, const struct source *src,
			 int n, char **pids)
{
	struct process_memory_stats stats;
	bool have_proc = procfs_usable();
	int failed = 0;

	for (int i = 0; i < n; i++) {
		pid_t pid = parse_pid(pids[i]);

		if (src->process(pid, &stats)) {
			warnx("%d: %s", pid, explain(errno));
			failed++;
		} else {
			add_process(table, src, pid, &stats, have_proc);
		}
	}
	return failed;
}

static int run_proc(int argc, char **argv)
{
	struct options opts = { 0 };
	const struct source *src;
	struct table table;
	int n, failed;

	while (options_next(&proc_command, argc, argv, &opts) != -1)
		;
	n = argc - optind;
	if (!n)
		misuse(&proc_command, "a process ID is missing");
	/* All of them before any: misuse prints no figures. */
	for (int i = optind; i < argc; i++)
		parse_pid(argv[i]);

	src = source_choose(opts.source);
	table_open(&table, &proc_command.columns, &opts, 0);
	failed = add_processes(&table, src, n, argv + optind);
	table_close(&table);
	if (!failed)
		return EXIT_SUCCESS;
	return failed < n ? EXIT_SOME_FAILED : EXIT_FAILURE;
}

static const struct option options[] = { COMMON_OPTIONS };

const struct command proc_command = {
	.name = "proc",
	.run = run_proc,
	.summary = "Show processes, by their IDs",
	.operands = "PID...",
	.options = options,
	.columns = {
		.json_name = "processes",
		.list = columns,
		.n = ARRAY_SIZE(columns),
	},
};
