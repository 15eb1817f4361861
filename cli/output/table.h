/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Figures in columns: as a table, as JSON, or raw.
 *
 *	table_open(&table, &columns, &style, 0);
 *	table_row_begin(&table);
 *	table_number(&table, PID, pid);
 *	table_row_end(&table);
 *	table_close(&table);
 */
#ifndef TABLE_H
#define TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "output/columns.h"
#include "output/format.h"
#include "output/style.h"

enum {
	/*
	 * Rows are printed as they end, in columns of the declared width; JSON
	 * then has an object on each line.
	 */
	TABLE_STREAM = 1,
	TABLE_WATCH = 2,  /* with the columns of --watch */
	TABLE_SCREEN = 4, /* as many rows as fit the screen */
};

/* Prints nothing yet. */
void table_open(struct table *table, const struct columns *columns,
		const struct style *style, unsigned int flags);

/* Returns whether the column is shown, and its value needed. */
bool table_shows(const struct table *table, size_t id);

/* @id is the index of a column.  A text must live until the row ends. */
void table_row_begin(struct table *table);
void table_text(struct table *table, size_t id, const char *text);
void table_number(struct table *table, size_t id, int64_t number);
void table_word(struct table *table, size_t id, const char *word);
void table_row_end(struct table *table);

/* Prints the rest, and frees the table. */
void table_close(struct table *table);

#endif /* TABLE_H */
