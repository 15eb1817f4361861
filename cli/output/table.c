// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "output/format_aligned.h"
#include "output/format_json.h"
#include "output/format_lines.h"
#include "output/format_openmetrics.h"
#include "output/table.h"

static const struct table_format *choose_format(const struct style *style,
						bool stream)
{
	if (style->format == FORMAT_JSON)
		return &format_json;
	if (style->format == FORMAT_OPENMETRICS)
		return &format_openmetrics;
	/* libsmartcols can align only a complete table. */
	if (style->format == FORMAT_RAW || stream)
		return &format_lines;
	return &format_aligned;
}

static unsigned int where_shown(const struct style *style, unsigned int flags)
{
	bool watch = flags & TABLE_WATCH;
	unsigned int where = watch ? IN_WATCH : 0;

	if (style->format == FORMAT_JSON)
		where |= IN_JSON | IN_EVERY_JSON;
	else if (style->format == FORMAT_OPENMETRICS)
		where |= IN_JSON | IN_EVERY;
	else if (!watch)
		where |= IN_TABLE;
	if (watch && flags & TABLE_STREAM)
		where |= IN_STREAM;
	return where;
}

void table_open(struct table *table, const struct columns *columns,
		const struct style *style, unsigned int flags)
{
	*table = (struct table){
		.columns = columns,
		.style = style,
		.stream = flags & TABLE_STREAM,
		.screen = flags & TABLE_SCREEN,
	};
	table->n_shown = columns_shown(columns, &style->columns,
				       where_shown(style, flags), table->shown);
	for (size_t i = 0; i < table->n_shown; i++)
		table->is_shown |= UINT32_C(1) << table->shown[i];
	table->format = choose_format(style, table->stream);
	if (table->format->open)
		table->format->open(table);
}

bool table_shows(const struct table *table, size_t id)
{
	return table->is_shown & UINT32_C(1) << id;
}

void table_row_begin(struct table *table)
{
	memset(table->cells, 0, table->columns->n * sizeof(*table->cells));
}

void table_text(struct table *table, size_t id, const char *text)
{
	table->cells[id] = (struct cell){ .is = CELL_TEXT, .text = text };
}

void table_number(struct table *table, size_t id, int64_t number)
{
	table->cells[id] = (struct cell){ .is = CELL_FIGURE, .figure = number };
}

void table_word(struct table *table, size_t id, const char *word)
{
	table->cells[id] = (struct cell){ .is = CELL_WORD, .text = word };
}

void table_row_end(struct table *table)
{
	table->format->row(table);
	table->n_rows++;
}

void table_close(struct table *table)
{
	const struct style *style = table->style;

	/* Tables, and --raw, print the headings with the first row. */
	if (!table->n_rows && !style->no_headings &&
	    style->format != FORMAT_JSON && style->format != FORMAT_OPENMETRICS)
		print_headings(table);
	if (table->format->close)
		table->format->close(table);
}
