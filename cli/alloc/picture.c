// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Frames are made in memory that is in use from the start, and written at once:
 * they don't add to the figures, and don't flicker.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

#include "alloc/picture.h"
#include "output/terminal.h"
#include "shared/clock.h"
#include "shared/i18n.h"
#include "shared/size.h"

#define SECONDS_A_FRAME 0.05

/* The rows of the chart, and how few they may become for the results. */
#define ROWS_MAX 8
#define ROWS_MIN 2
/* Below the chart: floor, legend, progress, and the cursor at the end. */
#define OTHER_LINES 4
#define COLUMNS_MAX 60
#define LABEL_WIDTH 8 /* the numbers at the left, and a blank */

/* The smallest window for more than the progress line. */
#define COLUMNS_NEEDED 40
#define LINES_NEEDED (ROWS_MAX + OTHER_LINES)

#define RED "\033[31m"
#define GREEN "\033[32m"
#define PLAIN "\033[0m"
#define TO_LINE_END "\033[K"
#define TO_SCREEN_END "\033[J"

/* How to draw a cell, by the number of its eighths below the curve. */
struct characters {
	const char *levels[9];
	const char *reserved;
	const char *left, *top, *bottom, *floor;
};

static const struct characters unicode = {
	.levels = { " ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" },
	.reserved = "▔",
	.left = "│",
	.top = "┤",
	.bottom = "└",
	.floor = "─",
};

static const struct characters ascii = {
	.levels = { " ", "_", "_", ".", ".", ":", ":", "#", "#" },
	.reserved = "=",
	.left = "|",
	.top = "|",
	.bottom = "+",
	.floor = "-",
};

/* The job was stopped and continued: the shell has written below the frame. */
static volatile sig_atomic_t continued;

static void note_continued(int number)
{
	(void)number;
	continued = 1;
}

/* A frame in the making. */
static char frame[16384];
static size_t frame_size;
static bool in_colour;
static const struct characters *chars;

static void put(const char *text)
{
	size_t size = strlen(text);

	if (size >= sizeof(frame) - frame_size)
		return;
	strcpy(frame + frame_size, text);
	frame_size += size;
}

/* Aligns text to the right in @width columns. */
static void put_at_right(const char *text, int columns)
{
	for (columns -= strlen(text); columns > 0; columns--)
		put(" ");
	put(text);
}

static void put_colour(const char *colour)
{
	if (in_colour)
		put(colour);
}

/* Cuts a line to the width: a broken line could not be redrawn. */
static void put_fitting(char *text, int columns)
{
	mbstate_t state = { 0 };
	char *at = text;

	for (; columns > 0 && *at; columns--) {
		size_t size = mbrlen(at, MB_CUR_MAX, &state);

		if (size == (size_t)-1 || size == (size_t)-2)
			break;
		at += size;
	}
	*at = '\0';
	put(text);
}

/* Returns the first point at @done or beyond, or NULL. */
static const struct point *point_at(const struct series *series, uint64_t done)
{
	for (size_t i = 0; i < series->n; i++)
		if (series->points[i].x >= done)
			return &series->points[i];
	return NULL;
}

/* Returns a level in eighths of a row, rounded and limited. */
static int level_of(uint64_t bytes, uint64_t max, int rows)
{
	return (bytes * rows * 8 + max / 2) / max;
}

/* Rows are counted from the lowest. */
static void put_cell(const struct point *point, int row, int rows, uint64_t max)
{
	int used = level_of(point->used, max, rows) - row * 8;
	int reserved = level_of(point->reserved, max, rows) - row * 8;

	if (used > 0) {
		put_colour(GREEN);
		put(chars->levels[used < 8 ? used : 8]);
	} else if (reserved > 0 && reserved <= 8) {
		put_colour(RED);
		put(chars->reserved);
	} else {
		put(" ");
	}
}

static void put_row(const struct picture *picture, int row, int rows,
		    int columns, uint64_t max)
{
	char text[SIZE_TEXT] = "";

	if (row == rows - 1)
		size_format(text, max);
	put_at_right(text, LABEL_WIDTH);
	put(*text ? chars->top : chars->left);
	for (int i = 1; i <= columns; i++) {
		uint64_t done =
			(double)plan_work(&picture->exp->plan) * i / columns;
		const struct point *point = point_at(picture->series, done);

		if (!point)
			break;
		put_cell(point, row, rows, max);
	}
	put_colour(PLAIN);
	put(TO_LINE_END "\n");
}

static void put_floor(int columns)
{
	put_at_right("0", LABEL_WIDTH);
	put(chars->bottom);
	while (columns--)
		put(chars->floor);
	put(TO_LINE_END "\n");
}

static int put_key(const char *colour, const char *character, const char *name)
{
	put_colour(colour);
	put(character);
	put_colour(PLAIN);
	put(" ");
	put(name);
	put("  ");
	return terminal_width_of(name) + 4;
}

/* Writes the total to touch at the right end of the floor. */
static void put_legend(const struct picture *picture, int columns)
{
	char text[SIZE_TEXT] = "";

	put_at_right("", LABEL_WIDTH + 1);
	columns -= put_key(RED, chars->reserved, _("reserved"));
	columns -= put_key(GREEN, chars->levels[8], _("used"));
	if (!picture->exp->plan.release)
		size_format(text, picture->exp->plan.touch);
	if (columns >= (int)strlen(text))
		put_at_right(text, columns);
	put(TO_LINE_END "\n");
}

static void put_progress(const struct picture *picture, int columns)
{
	const struct experiment *exp = picture->exp;
	const struct sample *now = &exp->now;
	bool released = now->stage == RELEASED;
	size_t done = released ? now->released : now->touched;
	size_t all = exp->plan.touch;
	char done_text[SIZE_TEXT], all_text[SIZE_TEXT], used[SIZE_TEXT];
	char line[256];

	size_format(done_text, done);
	size_format(all_text, all);
	size_format(used, growth_or_none(sample_used_growth(exp, now)));
	snprintf(line, sizeof(line),
		 released ? _("given back %s of %s (%d%%), %s more used than "
			      "before") :
			    _("touched %s of %s (%d%%), %s more used than "
			      "before"),
		 done_text, all_text, (int)(100.0 * done / all), used);
	put_fitting(line, columns);
	put(TO_LINE_END TO_SCREEN_END);
}

/* Moves back to where the last frame began, if that is known. */
static void put_start(const struct picture *picture, int columns)
{
	bool lost = columns != picture->columns || continued;
	char up[SIZE_TEXT] = "\r";

	continued = 0;
	if (!picture->drawn)
		return;
	if (picture->lines > 1)
		snprintf(up, sizeof(up), "\r\033[%dA", picture->lines - 1);
	put(lost ? "\n" : up);
}

/*
 * Returns how many rows of the chart still fit the window once the results are
 * below it; if they cannot, how many fit while it grows.
 */
static int rows_within(const struct picture *picture, int lines)
{
	int rows = lines - OTHER_LINES - picture->results;

	if (rows < ROWS_MIN)
		rows = lines - OTHER_LINES;
	return rows < ROWS_MAX ? rows : ROWS_MAX;
}

static void put_chart(struct picture *picture, int columns, int rows)
{
	uint64_t max = series_highest(picture->series);

	if (columns > COLUMNS_MAX)
		columns = COLUMNS_MAX;
	for (int row = rows - 1; row >= 0; row--)
		put_row(picture, row, rows, columns, max);
	put_floor(columns);
	put_legend(picture, columns);
	picture->lines += rows + 2;
}

static void make_frame(struct picture *picture)
{
	int columns, lines;

	terminal_size(STDERR_FILENO, &columns, &lines);
	frame_size = 0;
	put_start(picture, columns);
	picture->columns = columns;
	picture->lines = 1;
	/* The last column stays empty: some terminals wrap after it. */
	columns--;
	if (!picture->line_only && columns >= COLUMNS_NEEDED &&
	    lines >= LINES_NEEDED)
		put_chart(picture, columns - LABEL_WIDTH - 1,
			  rows_within(picture, lines));
	put_progress(picture, columns);
}

static void write_frame(void)
{
	const char *at = frame;

	while (frame_size) {
		ssize_t n = write(STDERR_FILENO, at, frame_size);

		/* The experiment goes on without a terminal. */
		if (n <= 0)
			return;
		at += n;
		frame_size -= n;
	}
}

static void draw(struct picture *picture)
{
	make_frame(picture);
	write_frame();
	picture->drawn = true;
	picture->drawn_at = clock_now();
}

void picture_begin(struct picture *picture)
{
	const struct sigaction action = {
		.sa_handler = note_continued,
		.sa_flags = SA_RESTART,
	};
	const struct plan *plan = &picture->exp->plan;

	sigaction(SIGCONT, &action, NULL);
	picture->slow =
		plan->interval >= SECONDS_A_FRAME ||
		(plan->rate && plan->step >= plan->rate * SECONDS_A_FRAME);
	in_colour = terminal_has_colour(STDERR_FILENO);
	chars = terminal_is_unicode() ? &unicode : &ascii;
	/* Not zero, so it is in memory; drawing loads the code too. */
	memset(frame, ' ', sizeof(frame));
	make_frame(picture);
}

void picture_show(struct picture *picture)
{
	if (picture->slow || clock_now() >= picture->drawn_at + SECONDS_A_FRAME)
		draw(picture);
}

void picture_end(struct picture *picture)
{
	draw(picture);
	frame_size = 0;
	put(picture->line_only ? "\r" TO_LINE_END : "\n");
	write_frame();
}
