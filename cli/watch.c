// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "options.h"
#include "watch.h"
#include "output/stdout.h"
#include "output/table.h"
#include "output/terminal.h"
#include "shared/clock.h"
#include "shared/i18n.h"
#include "shared/interrupt.h"
#include "shared/size.h"

#define SHORTEST_SECONDS 0.01

static double parse_interval(const struct command *cmd, const char *text)
{
	double seconds;
	const char *why = seconds_parse(text, &seconds);

	if (why)
		misuse(cmd, "%s: %s", text, why);
	if (seconds < SHORTEST_SECONDS)
		misuse(cmd, _("%s: too short (at least 0.01)"), text);
	return seconds;
}

bool watch_take_option(struct watch *watch, const struct command *cmd, int c)
{
	if (c == OPT_WATCH && optarg)
		watch->seconds = parse_interval(cmd, optarg);
	else if (c == OPT_COUNT)
		watch->count = options_count(cmd, optarg);
	else if (c != OPT_WATCH)
		return false;
	watch->on = true;
	return true;
}

void watch_check(const struct command *cmd, const struct options *opts)
{
	static const struct option_pair exclusive[] = {
		{ OPT_OPENMETRICS, OPT_WATCH },
		{ OPT_OPENMETRICS, OPT_COUNT },
		{ 0 },
	};

	options_exclude(cmd, opts, exclusive);
}

static void start(struct watch *watch, const struct style *style)
{
	if (!watch->on)
		return;
	if (!watch->seconds)
		watch->seconds = 1;
	watch->redraw = style->format == FORMAT_TABLE &&
			terminal_redraws(STDOUT_FILENO);
	/* Write a picture at a time, so that none is seen half drawn. */
	if (watch->redraw)
		setvbuf(stdout, NULL, _IOFBF, 1 << 16);
	interrupt_catch();
	watch->start = clock_now();
}

static unsigned int table_flags(const struct watch *watch)
{
	if (!watch->on)
		return 0;
	return TABLE_WATCH | (watch->redraw ? TABLE_SCREEN : TABLE_STREAM);
}

/*
 * Moves the cursor home and clears the screen.  The cursor stays visible and
 * the screen is the usual one: however this program ends, there is nothing to
 * restore.
 */
static void clear_screen(const struct watch *watch)
{
	if (watch->redraw)
		fputs(watch->n ? "\033[H\033[J" : "\033[2J\033[H", stdout);
}

size_t watch_rows(const struct watch *watch)
{
	int columns, rows;

	if (!watch->redraw)
		return SIZE_MAX;
	terminal_size(STDOUT_FILENO, &columns, &rows);
	/* Leave room for the headings and the line with the cursor. */
	return rows > 3 ? rows - 2 : 1;
}

/* Skips samples whose time has passed: the others keep their times. */
static double next_tick(struct watch *watch)
{
	unsigned long passed = (clock_now() - watch->start) / watch->seconds;

	watch->ticks++;
	if (watch->ticks < passed + 1)
		watch->ticks = passed + 1;
	return watch->start + watch->ticks * watch->seconds;
}

/* Returns false after the last sample, or if the user has seen enough. */
static bool wait_for_next(struct watch *watch)
{
	bool written;

	watch->n++;
	if (!watch->on)
		return false;
	written = stdout_flush();
	/*
	 * Otherwise the end of the program would try to write the rest again.
	 */
	if (!written && interrupted())
		_exit(EXIT_SUCCESS);
	if (!written || interrupted() || watch->n == watch->count)
		return false;
	interrupt_sleep(next_tick(watch));
	return !interrupted();
}

void watch_run(struct watch *watch, const struct columns *columns,
	       const struct style *style,
	       void (*show)(struct table *table, void *arg), void *arg)
{
	struct table table;

	start(watch, style);
	table_open(&table, columns, style, table_flags(watch));
	for (;;) {
		clear_screen(watch);
		show(&table, arg);
		/* Each screen is a table of its own. */
		if (watch->redraw)
			table_close(&table);
		if (!wait_for_next(watch))
			break;
		if (watch->redraw)
			table_open(&table, columns, style, table_flags(watch));
	}
	if (!watch->redraw)
		table_close(&table);
}

int64_t watch_time(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}
