// SPDX-License-Identifier: GPL-2.0-or-later
/* tamalloc proc: processes, by their IDs or all of them. */
#include <err.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "watch.h"
#include "proc/follow.h"
#include "proc/proc.h"
#include "proc/process_columns.h"
#include "proc/request.h"
#include "proc/sums.h"
#include "shared/exit.h"
#include "shared/i18n.h"
#include "shared/interrupt.h"
#include "shared/xalloc.h"

/* What tells a process from one that gets its ID later. */
struct identity {
	bool known;
	uint64_t start;
};

/* What a sample has found, and which rows it shows. */
struct proc_sample {
	const struct proc_request *req;
	struct process_context context;
	struct processes now;
	struct processes before;
	struct process **rows;
	size_t n_rows;
	struct sums sums;
	struct identity *named; /* of those that the command line names */
};

/* Returns why there are no figures for a process, in the user's words. */
static const char *explain(const struct process *process)
{
	switch (process_answer(process)) {
	case ANSWER_GONE:
		return _("no such process");
	case ANSWER_DENIED:
		return _("not permitted: it is hidden from this user");
	case ANSWER_NONE:
		return _("no memory of its own: a kernel thread or a zombie");
	default:
		return strerror(process->error);
	}
}

/* Reports each once: later samples show it in the table. */
static void report(const struct watch *watch, const struct process *process)
{
	if (!watch->n && !watch->redraw)
		warnx("%d: %s", process->pid, explain(process));
}

/* The process that was there at first is meant, as long as it lives. */
static void identify(struct proc_sample *sample, size_t i)
{
	struct process *process = &sample->now.list[i];
	struct identity *named = &sample->named[i];
	uint64_t start;

	if (!sample->req->watch.on || process->error == ESRCH ||
	    !process_start(process, &start))
		return;
	if (named->known && named->start != start)
		process_forget(process);
	else
		*named = (struct identity){ .known = true, .start = start };
}

static void ask_named(struct proc_sample *sample)
{
	const struct proc_request *req = sample->req;

	for (size_t i = 0; i < req->n_pids; i++) {
		processes_add(&sample->now, req->pids[i]);
		identify(sample, i);
		if (sample->now.list[i].error)
			report(&req->watch, &sample->now.list[i]);
	}
}

static void note_hidden(const struct proc_sample *sample)
{
	const struct watch *watch = &sample->req->watch;

	if (sample->now.hidden && options_notes(&sample->req->opts) &&
	    !watch->n && !watch->redraw)
		warnx(_("not all processes are shown: some are hidden from "
			"this user"));
}

/* Reports only the first: without file descriptors, all others fail too. */
static void ask_all(struct proc_sample *sample)
{
	if (!processes_add_all(&sample->now))
		err(EXIT_FAILURE, "/proc");
	for (size_t i = 0; i < sample->now.n; i++) {
		const struct process *process = &sample->now.list[i];

		if (process_answer(process) == ANSWER_ERROR) {
			report(&sample->req->watch, process);
			break;
		}
	}
	note_hidden(sample);
}

/* Returns whether a column is shown or sorted by. */
static bool needs(const struct proc_request *req, const struct table *table,
		  size_t column)
{
	return table_shows(table, column) ||
	       (req->has_sort && req->sort == column);
}

static bool needs_differences(const struct proc_request *req,
			      const struct table *table)
{
	return needs(req, table, PROCESS_RESERVED_DIFF) ||
	       needs(req, table, PROCESS_USED_DIFF);
}

static void ask(struct proc_sample *sample, const struct table *table)
{
	if (sample->req->all)
		ask_all(sample);
	else
		ask_named(sample);
	if (sample->req->watch.on && !sample->req->by &&
	    needs_differences(sample->req, table))
		processes_compare(&sample->now, &sample->before);
}

static bool has_user(struct process *process, uid_t user)
{
	uid_t owner;

	return process_owner(process, &owner) && owner == user;
}

static bool has_name(const struct proc_request *req, struct process *process)
{
	const char *text = req->full ? process_text(process, DETAIL_ARGS) :
				       process_command(process);

	return text && !regexec(&req->name, text, 0, NULL, 0);
}

static bool is_wanted(const struct proc_request *req, struct process *process)
{
	/* Its owner is unknown, but it was named. */
	if (process->error == ESRCH)
		return true;
	return (!req->has_user || has_user(process, req->user)) &&
	       (!req->pattern || has_name(req, process));
}

/* A longer pattern may match a name of 15 bytes, but seldom means to. */
static void warn_of_length(const struct proc_request *req)
{
	const char *text = req->pattern;
	size_t len;

	if (!text || req->full || req->watch.n)
		return;
	text += *text == '^';
	len = strlen(text);
	len -= len && text[len - 1] == '$';
	if (len > 15)
		warnx(_("%s: matches no process: a name has at most 15 bytes; "
			"--full matches command lines"),
		      req->pattern);
}

static void choose_rows(struct proc_sample *sample)
{
	sample->rows = xreallocarray(sample->rows, sample->now.n + 1,
				     sizeof(*sample->rows));
	sample->n_rows = 0;
	for (size_t i = 0; i < sample->now.n; i++) {
		struct process *process = &sample->now.list[i];

		if (is_wanted(sample->req, process))
			sample->rows[sample->n_rows++] = process;
	}
	if (!sample->n_rows)
		warn_of_length(sample->req);
}

/* Equal rows keep their order. */
static int compare_rows(const void *a, const void *b, void *arg)
{
	struct process *first = *(struct process *const *)a;
	struct process *second = *(struct process *const *)b;
	const struct proc_sample *sample = arg;
	int order = process_order(&sample->context, sample->req->sort,
				  sample->req->descending, first, second);

	return order ? order : (first > second) - (first < second);
}

static void sort_rows(struct proc_sample *sample)
{
	if (sample->req->has_sort)
		qsort_r(sample->rows, sample->n_rows, sizeof(*sample->rows),
			compare_rows, sample);
}

/* Returns the details to sum up, a bit for each. */
static uint32_t details_needed(const struct proc_request *req,
			       const struct table *table)
{
	uint32_t details = 0;

	for (size_t i = PROCESS_THREADS; i <= PROCESS_USS; i++)
		if (process_is_summed(i) && needs(req, table, i))
			details |= UINT32_C(1) << (i - PROCESS_THREADS);
	return details;
}

/* Groups become the rows. */
static void sum_up(struct proc_sample *sample, const struct table *table)
{
	const struct proc_request *req = sample->req;
	struct sums *sums = &sample->sums;
	uint32_t details = details_needed(req, table);

	if (req->total)
		sums_take_total(sums, sample->rows, sample->n_rows, details);
	if (!req->by)
		return;
	sums_take_groups(sums, &sample->context, sample->rows, sample->n_rows,
			 req->by, details);
	sample->n_rows = sums->groups.n;
	for (size_t i = 0; i < sample->n_rows; i++)
		sample->rows[i] = &sums->groups.list[i];
}

static void take_sample(struct proc_sample *sample, const struct table *table)
{
	processes_keep(&sample->now, &sample->before);
	sample->context.time = watch_time();
	if (needs(sample->req, table, PROCESS_RAM_PERCENT))
		sample->context.machine = machine_memory(false);
	ask(sample, table);
	choose_rows(sample);
	sum_up(sample, table);
	sort_rows(sample);
}

/* Returns false, and shows nothing, if one of --all has ended meanwhile. */
static bool show_row(struct table *table, const struct proc_sample *sample,
		     struct process *process)
{
	int error = process->error;

	process_fill(table, &sample->context, process);
	if (sample->req->all && process_has_ended(process))
		return false;
	if (process->error != error)
		report(&sample->req->watch, process);
	table_row_end(table);
	return true;
}

static void show(struct table *table, void *arg)
{
	struct proc_sample *sample = arg;
	size_t room = watch_rows(&sample->req->watch);
	size_t top = sample->req->top;

	if (sample->req->total && room > 1)
		room--;
	if (top && top < room)
		room = top;
	take_sample(sample, table);
	for (size_t i = 0; i < sample->n_rows && room; i++)
		room -= show_row(table, sample, sample->rows[i]);
	if (sample->req->total)
		show_row(table, sample, sample->sums.total.list);
}

static void start_sample(struct proc_sample *sample)
{
	const struct proc_request *req = sample->req;
	const struct source *source = options_source(&req->opts);
	bool have_proc = procfs_usable();

	if (!have_proc && (req->all || req->has_user || req->pattern))
		errx(EXIT_FAILURE,
		     _("--all, --user and --name need /proc, which "
		       "is not mounted here, or shows another "
		       "PID namespace"));
	sample->context.source = source->name;
	sample->now.source = sample->before.source = source;
	sample->now.have_proc = sample->before.have_proc = have_proc;
	sample->named = xcalloc(req->n_pids + 1, sizeof(*sample->named));
}

static void free_sample(struct proc_sample *sample)
{
	sums_free(&sample->sums);
	free(sample->named);
	free(sample->rows);
	processes_free(&sample->now);
	processes_free(&sample->before);
}

static bool has_failed(const struct proc_request *req,
		       const struct process *process)
{
	if (req->all)
		return process_answer(process) == ANSWER_ERROR;
	return process->error;
}

static int exit_status(const struct proc_sample *sample)
{
	size_t n = 0;

	for (size_t i = 0; i < sample->now.n; i++)
		n += has_failed(sample->req, &sample->now.list[i]);
	if (interrupted() || !n)
		return EXIT_SUCCESS;
	return n < sample->now.n ? EXIT_SOME_FAILED : EXIT_FAILURE;
}

static int follow(struct proc_request *req)
{
	const struct follow_request follow = {
		.program = req->program,
		.n_pids = req->n_pids,
		.pids = req->pids,
		.tree = req->tree,
		.plot = req->plot,
		.watch = &req->watch,
		.opts = &req->opts,
	};
	int status = follow_run(&follow);

	proc_request_free(req);
	return status;
}

static int run_proc(int argc, char **argv)
{
	struct proc_request req = { 0 };
	struct proc_sample sample = { .req = &req };
	int status;

	proc_request_parse(&req, &proc_command, argc, argv);
	if (req.program || req.until_gone)
		return follow(&req);
	start_sample(&sample);
	watch_run(&req.watch,
		  req.by ? process_group_columns(req.by) : &process_columns,
		  &req.opts.style, show, &sample);
	status = exit_status(&sample);
	free_sample(&sample);
	proc_request_free(&req);
	return status;
}

const struct command proc_command = {
	.name = "proc",
	.run = run_proc,
	.summary = N_("Show processes, by their IDs or all of them"),
	.operands = N_("PID... | --all | -- COMMAND..."),
	.options = proc_options,
	.options_help = N_(
		"     --all             show all processes\n"
		"     --user=USER       show only processes of USER (a name or a UID)\n"
		"     --name=PATTERN    show only processes whose COMMAND matches\n"
		"                         PATTERN, an extended regular expression\n"
		"     --full            match PATTERN with the command line (ARGS)\n"
		"     --sort=COLUMN     sort by COLUMN, lowest first; by -COLUMN,\n"
		"                         highest first\n"
		"     --top=NUMBER      show only the first NUMBER rows (sorted by\n"
		"                         -USED unless --sort is given)\n"
		"     --by=GROUP        add up processes by user, command, cgroup or\n"
		"                         unit, and sort these likewise\n"
		"     --total           add a row with the sums of all, whatever --top is\n"
		"     --openmetrics     print metrics for Prometheus\n"
		"     --watch[=SECONDS] refresh every SECONDS (default 1)\n"
		"     --count=NUMBER    stop after NUMBER samples; implies --watch\n"
		"     --until-gone      wait until the processes have ended, and show\n"
		"                         the highest figures\n"
		"     --tree            with --until-gone or a COMMAND: descendants, too\n"
		"     --plot=FILE       with these: draw the curve into an SVG file\n"),
	.columns = &process_columns,
};
