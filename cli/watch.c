// SPDX-License-Identifier: GPL-2.0-or-later
#include <err.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "i18n.h"
#include "options.h"
#include "table.h"
#include "watch.h"

#define SHORTEST_SECONDS 0.01

static volatile sig_atomic_t interrupted;

static double parse_interval(const struct command *cmd, const char *text)
{
	double seconds;
	const char *why = seconds_parse(text, &seconds);

	if (why)
		misuse(cmd, "%s: %s", text, why);
	if (seconds < SHORTEST_SECONDS)
		misuse(cmd, _("%s: too often (0.01 at least)"), text);
	return seconds;
}

bool watch_take_option(struct watch *watch, const struct command *cmd, int c)
{
	if (c == 'W' && optarg)
		watch->seconds = parse_interval(cmd, optarg);
	else if (c == 'C')
		watch->count = options_count(cmd, optarg);
	else if (c != 'W')
		return false;
	watch->on = true;
	return true;
}

static void interrupt(int signal)
{
	(void)signal;
	interrupted = 1;
}

/* Also where a shell has set SIGINT to be ignored, as for a background job. */
static void catch_signals(void)
{
	/* Without SA_RESTART: a reader that sleeps must not keep us. */
	const struct sigaction action = { .sa_handler = interrupt };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

static bool can_redraw(void)
{
	const char *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && term && *term && strcmp(term, "dumb");
}

static void start(struct watch *watch, const struct options *opts)
{
	if (!watch->on)
		return;
	if (!watch->seconds)
		watch->seconds = 1;
	watch->redraw = opts->format == FORMAT_TABLE && can_redraw();
	/* A picture at a time, so that none is seen half drawn. */
	if (watch->redraw)
		setvbuf(stdout, NULL, _IOFBF, 1 << 16);
	catch_signals();
	clock_gettime(CLOCK_MONOTONIC, &watch->start);
}

static unsigned int table_flags(const struct watch *watch)
{
	if (!watch->on)
		return 0;
	return watch->redraw ? TABLE_WATCH : TABLE_WATCH | TABLE_STREAM;
}

/*
 * Home, and clear to the end.  The cursor stays visible and the screen is the
 * usual one: whatever ends this program, there is nothing to restore.
 */
static void clear_screen(const struct watch *watch)
{
	if (watch->redraw)
		fputs(watch->n ? "\033[H\033[J" : "\033[2J\033[H", stdout);
}

size_t watch_rows(const struct watch *watch)
{
	struct winsize size;

	if (!watch->redraw || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) ||
	    size.ws_row < 3)
		return SIZE_MAX;
	/* The headings, and the line where the cursor is. */
	return size.ws_row - 2;
}

static double seconds_since(const struct timespec *start)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec - start->tv_sec +
	       (now.tv_nsec - start->tv_nsec) / 1e9;
}

/* One that is over already is left out: the others keep their times. */
static double next_tick(struct watch *watch)
{
	unsigned long passed = seconds_since(&watch->start) / watch->seconds;

	watch->ticks++;
	if (watch->ticks < passed + 1)
		watch->ticks = passed + 1;
	return watch->ticks * watch->seconds;
}

/*
 * The signals are let in only while it waits, or else one that comes just
 * before would be noticed only when the wait is over.
 */
static void wait_until(const struct watch *watch, double tick)
{
	sigset_t signals, before;
	double left;

	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, &before);
	while (!interrupted &&
	       (left = tick - seconds_since(&watch->start)) > 0) {
		struct timespec ts = { left, (left - (long)left) * 1e9 };

		if (ppoll(NULL, 0, &ts, &before) < 0 && errno != EINTR)
			err(EXIT_FAILURE, "poll");
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
}

/* False: that was the last sample, or the user has seen enough. */
static bool wait_for_next(struct watch *watch)
{
	watch->n++;
	if (!watch->on)
		return false;
	/* The end of the program would try to write the rest once more. */
	if (fflush(stdout) && interrupted)
		_exit(EXIT_SUCCESS);
	/* ... and could not tell any more that the reader has seen enough. */
	if (ferror(stdout) && errno == EPIPE)
		_exit(EXIT_FAILURE);
	if (interrupted || ferror(stdout) || watch->n == watch->count)
		return false;
	wait_until(watch, next_tick(watch));
	return !interrupted;
}

void watch_run(struct watch *watch, const struct columns *columns,
	       const struct options *opts,
	       void (*show)(struct table *table, void *arg), void *arg)
{
	struct table table;
	bool more;

	start(watch, opts);
	table_open(&table, columns, opts, table_flags(watch));
	do {
		clear_screen(watch);
		show(&table, arg);
		if (watch->redraw) {
			table_close(&table);
			table_open(&table, columns, opts, table_flags(watch));
		}
		more = wait_for_next(watch);
	} while (more);
	table_close(&table);
}

bool watch_interrupted(void)
{
	return interrupted;
}

int64_t watch_time(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}
