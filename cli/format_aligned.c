// SPDX-License-Identifier: GPL-2.0-or-later
/* A table whose columns are as wide as what is in them. */
#include <err.h>
#include <stdlib.h>

#include <libsmartcols.h>

#include "format.h"
#include "i18n.h"
#include "options.h"

static _Noreturn void out_of_memory(void)
{
	errx(EXIT_FAILURE, _("out of memory"));
}

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
	scols_table_enable_noheadings(handle, table->options->no_headings);
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
	for (size_t i = 0; i < table->n_shown; i++)
		if (scols_line_set_data(line, i, cell_text(table,
						table->shown[i], text)))
			out_of_memory();
}

static void aligned_close(struct table *table)
{
	if (scols_print_table(table->handle))
		out_of_memory();
	scols_unref_table(table->handle);
}

const struct table_format format_aligned = {
	.open = aligned_open,
	.row = aligned_row,
	.close = aligned_close,
};
