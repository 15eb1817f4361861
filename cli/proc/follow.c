// SPDX-License-Identifier: GPL-2.0-or-later
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "output/plot.h"
#include "output/stdout.h"
#include "output/table.h"
#include "proc/alive.h"
#include "proc/follow.h"
#include "proc/peaks.h"
#include "proc/process_columns.h"
#include "proc/program.h"
#include "proc/tree.h"
#include "shared/clock.h"
#include "shared/exit.h"
#include "shared/i18n.h"
#include "shared/interrupt.h"

/* Without --watch: at first often, since many programs end soon. */
#define LONGEST_PAUSE 0.1
#define SHORTEST_PAUSE 0.001
#define PAUSES 20 /* of the time that has passed are at least this many */

struct follow {
	const struct follow_request *req;
	struct program program;
	struct alive alive;
	size_t n_missing; /* of the named ones, from the beginning */
	double start;
	unsigned long ticks;
	struct process_context context;
	struct processes now;
	struct processes before;
	struct table rows;
	struct peaks peaks;
};

static double pause_of(const struct follow *follow)
{
	double pause = (clock_now() - follow->start) / PAUSES;

	if (pause < SHORTEST_PAUSE)
		return SHORTEST_PAUSE;
	return pause < LONGEST_PAUSE ? pause : LONGEST_PAUSE;
}

/* Samples that are shown keep their times, as those of watch_run(). */
static double next_sample(struct follow *follow)
{
	const struct watch *watch = follow->req->watch;
	double seconds = watch->seconds ? watch->seconds : 1;
	unsigned long passed = (clock_now() - follow->start) / seconds;

	if (!watch->on)
		return clock_now() + pause_of(follow);
	follow->ticks = passed + 1;
	return follow->start + follow->ticks * seconds;
}

/* Those of a program are the descendants of this process, but for itself. */
static void add_tree(struct follow *follow)
{
	bool program = follow->req->program;
	struct tree tree = { 0 };

	if (program)
		tree_add(&tree, getpid());
	for (size_t i = 0; !program && i < follow->alive.n; i++)
		tree_add(&tree, follow->alive.list[i].pid);
	tree_descend(&tree);
	for (size_t i = program; i < tree.n; i++)
		processes_add(&follow->now, tree.pids[i]);
	free(tree.pids);
}

static void add_processes(struct follow *follow)
{
	if (follow->req->tree)
		add_tree(follow);
	else
		for (size_t i = 0; i < follow->alive.n; i++)
			processes_add(&follow->now, follow->alive.list[i].pid);
}

/* Descendants come and go: one that is not there any more needs no row. */
static void show_row(struct follow *follow, struct process *process)
{
	process_fill(&follow->rows, &follow->context, process);
	if (!follow->req->tree || !process_has_ended(process))
		table_row_end(&follow->rows);
}

/* What the rows show beside the memory of each process. */
static void find_context(struct follow *follow)
{
	const struct table *rows = &follow->rows;

	follow->context.time = watch_time();
	if (table_shows(rows, PROCESS_RAM_PERCENT))
		follow->context.machine = machine_memory(false);
	if (table_shows(rows, PROCESS_RESERVED_DIFF) ||
	    table_shows(rows, PROCESS_USED_DIFF))
		processes_compare(&follow->now, &follow->before);
}

static void show_rows(struct follow *follow)
{
	find_context(follow);
	for (size_t i = 0; i < follow->now.n; i++)
		show_row(follow, &follow->now.list[i]);
}

static void take_sample(struct follow *follow)
{
	uint64_t passed = (clock_now() - follow->start) * 1000;

	processes_keep(&follow->now, &follow->before);
	add_processes(follow);
	peaks_add(&follow->peaks, &follow->now, passed);
	if (follow->req->watch->on)
		show_rows(follow);
}

static void prepare(struct follow *follow)
{
	const struct follow_request *req = follow->req;
	const struct source *source = options_source(req->opts);
	bool have_proc = procfs_usable();

	if (req->tree && !have_proc)
		errx(EXIT_FAILURE,
		     _("--tree needs /proc, which is not mounted here, or "
		       "shows another PID namespace"));
	if (req->plot)
		plot_check(req->plot);
	follow->context.source = follow->peaks.source = source->name;
	follow->now.source = follow->before.source = source;
	follow->now.have_proc = follow->before.have_proc = have_proc;
	alive_init(&follow->alive, req->program ? 1 : req->n_pids);
}

static void find_named(struct follow *follow)
{
	const struct follow_request *req = follow->req;

	for (size_t i = 0; i < req->n_pids; i++) {
		if (alive_add(&follow->alive, req->pids[i]))
			continue;
		warnx("%d: %s", req->pids[i], _("no such process"));
		follow->n_missing++;
	}
}

static void begin(struct follow *follow)
{
	const struct follow_request *req = follow->req;

	if (req->program) {
		program_start(&follow->program, req->program, req->tree);
		alive_add(&follow->alive, follow->program.pid);
	} else {
		find_named(follow);
	}
	interrupt_catch();
	follow->start = clock_now();
	if (req->watch->on)
		table_open(&follow->rows, &process_columns, &req->opts->style,
			   TABLE_WATCH | TABLE_STREAM);
}

/* Returns whether they live, and somebody still reads. */
static bool goes_on(struct follow *follow)
{
	bool written = stdout_flush();

	alive_wait(&follow->alive, next_sample(follow));
	if (follow->req->program)
		program_reap(&follow->program);
	return follow->alive.n && !interrupted() && written;
}

static void end(struct follow *follow)
{
	struct peaks *peaks = &follow->peaks;

	peaks->milliseconds = (clock_now() - follow->start) * 1000;
	if (!follow->req->program)
		return;
	if (!follow->program.ended)
		program_terminate(&follow->program);
	peaks->has_status = true;
	peaks->status = program_exit_status(&follow->program);
	peaks->max_used = follow->program.max_used;
}

static void print_summary(struct follow *follow)
{
	const struct style *style = &follow->req->opts->style;
	bool rows = follow->req->watch->on;

	if (rows)
		table_close(&follow->rows);
	/* Its columns are others than those of the rows. */
	if (rows && style->format == FORMAT_RAW)
		return;
	if (rows && style->format == FORMAT_TABLE)
		putchar('\n');
	peaks_print(&follow->peaks, style,
		    rows && style->format == FORMAT_JSON);
}

static int exit_status(const struct follow *follow)
{
	const struct follow_request *req = follow->req;

	if (req->program)
		return program_exit_status(&follow->program);
	if (!follow->n_missing)
		return EXIT_SUCCESS;
	return follow->n_missing < req->n_pids ? EXIT_SOME_FAILED :
						 EXIT_FAILURE;
}

int follow_run(const struct follow_request *req)
{
	/* It has a whole curve in it. */
	static struct follow follow;
	bool drawn = true;

	follow.req = req;
	prepare(&follow);
	begin(&follow);
	do
		take_sample(&follow);
	while (goes_on(&follow));
	end(&follow);
	/* The signal ended the wait, as the user wanted. */
	interrupt_forget();
	print_summary(&follow);
	if (req->plot)
		drawn = peaks_plot(&follow.peaks, req->plot);
	processes_free(&follow.now);
	processes_free(&follow.before);
	alive_free(&follow.alive);
	return drawn || req->program ? exit_status(&follow) : EXIT_FAILURE;
}
