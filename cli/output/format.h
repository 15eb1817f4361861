/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The formats that a table can have, for table.c. */
#ifndef FORMAT_H
#define FORMAT_H

#include "output/table.h"

struct table_format {
	void (*open)(struct table *table);
	void (*row)(struct table *table);
	void (*close)(struct table *table);
};

extern const struct table_format format_aligned;
extern const struct table_format format_lines;
extern const struct table_format format_json;

/* A line of them, as wide as the columns are declared. */
void print_headings(const struct table *table);

/* What a cell says; it may be in @text. */
const char *cell_text(const struct table *table, size_t id,
		      char text[SIZE_TEXT]);

/* Everything but text stands at the right. */
static inline bool is_at_right(const struct column *column)
{
	return column->type != TYPE_TEXT;
}

#endif /* FORMAT_H */
