// SPDX-License-Identifier: GPL-2.0-or-later
/* tamalloc alloc: reserve memory, touch some of it, and see what is used. */
#include <err.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "alloc/alloc.h"
#include "alloc/compare.h"
#include "alloc/curve.h"
#include "alloc/hold.h"
#include "alloc/picture.h"
#include "alloc/report.h"
#include "alloc/request.h"
#include "alloc/rss_lag.h"
#include "alloc/summary.h"
#include "output/figure.h"
#include "output/plot.h"
#include "output/stdout.h"
#include "output/terminal.h"
#include "shared/i18n.h"
#include "shared/interrupt.h"
#include "shared/size.h"

/* A curve has at least this many points, if that many pages are touched. */
#define POINTS 100

/* An experiment, and everything that shows its progress. */
struct show {
	const struct request *req;
	struct experiment exp;
	bool rows;     /* each step prints a row */
	bool terminal; /* the output is a terminal */
	bool live;     /* a picture or a line shows the progress */
	bool lags;     /* at least one sample lags as this kernel may */
	struct table table;
	struct series series;
	struct picture picture;
};

static void observe(void *observer, const struct sample *sample)
{
	struct show *show = observer;
	int64_t growth;

	if (show->rows)
		report_row(&show->table, &show->exp, sample);
	if (sample->stage == BEFORE)
		return;
	growth = sample_used_growth(&show->exp, sample);
	if (sample->stage == TOUCHED)
		show->lags |= rss_lag_explains(sample->touched, growth);
	curve_add(&show->series, &show->exp, sample);
	if (show->live)
		picture_show(&show->picture);
}

/*
 * A terminal gets a picture instead of rows.  Rows that go elsewhere get no
 * picture between them, because they may still reach the same terminal.
 */
static void choose_show(struct show *show)
{
	const struct request *req = show->req;
	bool table = req->opts.style.format == FORMAT_TABLE;

	show->terminal = table && terminal_redraws(STDOUT_FILENO) &&
			 terminal_redraws(STDERR_FILENO);
	show->rows = req->stepped && !show->terminal;
	show->live = req->plan.touch && !show->rows &&
		     terminal_redraws(STDERR_FILENO);
}

/* Returns the requested plan, with as many steps as a curve needs. */
static struct plan choose_plan(const struct show *show)
{
	struct plan plan = show->req->plan;
	size_t page = sysconf(_SC_PAGESIZE);

	if (!show->req->stepped && (show->live || show->req->plot))
		plan.step = (plan.touch / POINTS / page + 1) * page;
	return plan;
}

static void show_begin(struct show *show)
{
	choose_show(show);
	show->exp.plan = choose_plan(show);
	show->exp.src = options_source(&show->req->opts);
	show->exp.observe = observe;
	show->exp.observer = show;
	experiment_prepare(&show->exp);
	series_init(&show->series, plan_work(&show->exp.plan));
	show->picture = (struct picture){
		.exp = &show->exp,
		.series = &show->series,
		.line_only = !show->terminal,
		/* With a blank line between the two. */
		.results = report_lines(&show->exp.plan) + 1 +
			   summary_lines(&show->exp.plan),
	};
	if (show->live)
		picture_begin(&show->picture);
	if (show->rows)
		report_open(&show->table, &show->exp, &show->req->opts.style);
}

/* After rows step by step, only the summary is left to print. */
static void print_end_of_rows(struct show *show)
{
	const struct style *style = &show->req->opts.style;

	table_close(&show->table);
	if (style->format == FORMAT_RAW)
		return;
	if (style->format == FORMAT_TABLE) {
		putchar('\n');
		report_heading(&show->exp, style);
	}
	summary_print(&show->exp, style);
}

static void print_stages(const struct show *show)
{
	const struct style *style = &show->req->opts.style;

	if (style->format == FORMAT_TABLE)
		report_heading(&show->exp, style);
	/* Otherwise the summary says so. */
	if (style->format == FORMAT_TABLE && !show->terminal &&
	    show->exp.plan.thp != THP_DEFAULT)
		report_huge_pages(&show->exp);
	report_stages(&show->exp, style);
	if (show->terminal) {
		putchar('\n');
		summary_print(&show->exp, style);
	}
}

static void print_results(struct show *show)
{
	if (show->rows)
		print_end_of_rows(show);
	else
		print_stages(show);
}

static void explain_lag(const struct show *show)
{
	const struct options *opts = &show->req->opts;

	if (options_notes(opts) && opts->style.format == FORMAT_TABLE &&
	    !show->exp.plan.read && show->lags)
		rss_lag_warn();
}

/* Exits unless the experiment is complete and can be shown. */
static void check_end(struct show *show, enum touch_end end)
{
	const struct touch *touch = &show->exp.touch;
	char done[SIZE_TEXT];

	switch (end) {
	case TOUCH_DONE:
		return;
	case TOUCH_NOT_ZERO:
		errx(EXIT_FAILURE, _("offset %zu: byte is 0x%02x, not zero"),
		     touch->offset, touch->memory[touch->offset]);
	case TOUCH_INTERRUPTED:
		format_bytes(&show->req->opts.style, done, touch->done);
		experiment_free(&show->exp);
		warnx(show->exp.now.stage == RELEASED ?
			      _("interrupted when %s had been given back") :
			      _("interrupted when %s had been touched"),
		      done);
		interrupt_die();
	}
}

static void hold(const struct request *req)
{
	char size[SIZE_TEXT], seconds[SIZE_TEXT];
	bool enter = hold_has_terminal();

	format_bytes(&req->opts.style, size, req->plan.size);
	snprintf(seconds, sizeof(seconds), "%g", req->hold_seconds);
	if (isfinite(req->hold_seconds))
		warnx(enter ? _("PID %d holds %s for %s s, or until ENTER, "
				"SIGINT or SIGTERM") :
			      _("PID %d holds %s for %s s, or until SIGINT or "
				"SIGTERM"),
		      getpid(), size, seconds);
	else
		warnx(enter ? _("PID %d holds %s until ENTER, SIGINT or "
				"SIGTERM") :
			      _("PID %d holds %s until SIGINT or SIGTERM"),
		      getpid(), size);
	hold_wait(req->hold_seconds);
}

/* Shows the results; returns false if something could not be written. */
static bool finish(struct show *show)
{
	const struct request *req = show->req;

	print_results(show);
	if (!stdout_flush())
		return false;
	explain_lag(show);
	if (req->plot && !curve_write(req->plot, &show->exp, &show->series))
		return false;
	if (req->hold)
		hold_prepare();
	if (req->hold && !interrupted())
		hold(req);
	return true;
}

/* Runs the experiment; exits unless it came to its end. */
static void run_show(struct show *show)
{
	enum touch_end end;

	show_begin(show);
	end = experiment_run(&show->exp);
	if (show->live)
		picture_end(&show->picture);
	if (!end && interrupted())
		end = TOUCH_INTERRUPTED;
	check_end(show, end);
}

static int run_experiment(const struct request *req)
{
	/* It is not on the stack, which would grow with it. */
	static struct show show;
	bool written;

	interrupt_catch();
	if (req->plot)
		plot_check(req->plot);
	/* With a limited file size, report an error instead of dying. */
	signal(SIGXFSZ, SIG_IGN);
	show.req = req;
	run_show(&show);
	written = finish(&show);
	experiment_free(&show.exp);
	/* A signal ends the wait of --hold in success, even before it began. */
	if (interrupted() && !(req->hold && written))
		interrupt_die();
	return written ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int run_alloc(int argc, char **argv)
{
	struct request req = { 0 };

	request_parse(&req, &alloc_command, argc, argv);
	if (req.compare)
		return compare_run(&req);
	return run_experiment(&req);
}

const struct command alloc_command = {
	.name = "alloc",
	.run = run_alloc,
	.summary = N_("Reserve memory, touch some of it, and see what is used"),
	.operands = N_("SIZE"),
	.options = request_options,
	.options_help = N_(
		"     --touch=SIZE|N%   write the first SIZE bytes (default 0)\n"
		"     --step=SIZE       measure after every SIZE bytes\n"
		"     --rate=SIZE/s     limit the rate of touching\n"
		"     --interval=SECS   wait SECS seconds before each step\n"
		"     --pattern=ORDER   sequential (the default), or random: pages from\n"
		"                         all over the reservation\n"
		"     --seed=N          choose another random order (default 1)\n"
		"     --read            read instead of writing\n"
		"     --verify          check first that each byte is zero\n"
		"     --thp=SETTING     huge pages: default, never or always\n"
		"     --release         give the memory back with madvise(2) at the\n"
		"                         end, step by step\n"
		"     --plot=FILE       draw the curve into an SVG file\n"
		"     --compare         do the same with mmap, malloc, calloc and\n"
		"                         MAP_POPULATE, and show all of them\n"
		"     --hold[=SECONDS]  keep the memory until ENTER, SIGINT or\n"
		"                         SIGTERM, or for SECONDS\n"),
	/* The columns of the experiment; a comparison has its own. */
	.columns = &report_columns,
};
