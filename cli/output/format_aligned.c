// SPDX-License-Identifier: GPL-2.0-or-later
/* A table whose columns are as wide as their contents. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libsmartcols.h>

#include "output/figure.h"
#include "output/format_aligned.h"
#include "output/terminal.h"
#include "shared/xalloc.h"

static void add_column(struct libscols_table *handle,
		       const struct column *column)
{
	if (!scols_table_new_column(handle, column->name, 0,
				    is_at_right(column) ? SCOLS_FL_RIGHT : 0))
		out_of_memory();
}

static void aligned_open(struct table *table)
{
	struct libscols_table *handle = scols_new_table();

	if (!handle)
		out_of_memory();
	scols_table_enable_noheadings(handle, table->style->no_headings);
	for (size_t i = 0; i < table->n_shown; i++)
		add_column(handle, &table->columns->list[table->shown[i]]);
	table->handle = handle;
}

static void aligned_row(struct table *table)
{
	struct libscols_line *line = scols_table_new_line(table->handle, NULL);
	char text[SIZE_TEXT];

	if (!line)
		out_of_memory();
	for (size_t i = 0; i < table->n_shown; i++) {
		const char *data = cell_text(table, table->shown[i], text);

		if (scols_line_set_data(line, i, data))
			out_of_memory();
	}
}

/* A line wider than the screen takes several lines of it. */
static void print_on_screen(struct libscols_table *handle)
{
	int columns, rows, left, printed = 0;
	char *all, *text;

	if (scols_print_table_to_string(handle, &all))
		out_of_memory();
	text = all;
	terminal_size(STDOUT_FILENO, &columns, &rows);
	/* The cursor needs the last line. */
	left = rows - 1;
	/* A line may be empty, if all that it shows is. */
	for (char *line; (line = strsep(&text, "\n")) && (*line || text);) {
		left -= (terminal_width_of(line) + columns - 1) / columns;
		/* Show the headings and a row on any screen. */
		if (left < 0 && printed >= 2)
			break;
		puts(line);
		printed++;
	}
	free(all);
}

static void aligned_close(struct table *table)
{
	if (table->screen)
		print_on_screen(table->handle);
	else if (scols_print_table(table->handle))
		out_of_memory();
	scols_unref_table(table->handle);
}

const struct table_format format_aligned = {
	.open = aligned_open,
	.row = aligned_row,
	.close = aligned_close,
};
