/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Figures in columns, as a table or as JSON. */
#ifndef TABLE_H
#define TABLE_H

#include <stddef.h>
#include <stdint.h>

#include <libsmartcols.h>

#include <tamalloc/tamalloc.h>

#include "size.h"

struct options;

enum column {
	COL_STAGE,
	COL_PID,
	COL_RESERVED,
	COL_USED,
	COL_USED_PERCENT,
	COL_OOM_SCORE_ADJ,
	COL_OOM_SCORE,
	COL_RESOLUTION,
	COL_ADDRESS,
	COL_SIZE,
	COL_TOUCHED,
	COL_VERIFIED,
	COL_SOURCE,
	COL_COUNT
};

/* What a subcommand shows: @n columns, of which only JSON has the last. */
struct columns {
	const char *json_name;		/* of the array of rows */
	const enum column *ids;
	size_t n;
	size_t n_text;
};

struct table {
	const struct options *options;
	struct libscols_table *handle;
	struct libscols_line *row;			/* being filled */
	struct libscols_column *columns[COL_COUNT];	/* NULL: not shown */
};

/* Digits for --bytes and JSON, else as size_format(). */
void format_bytes(const struct options *options, char text[SIZE_TEXT],
		  uint64_t bytes);

void print_columns(const struct columns *columns);

void table_open(struct table *table, const struct columns *columns,
		const struct options *options);
void table_row(struct table *table);

/* Cells of the row; one never filled is null in JSON. */
void table_text(struct table *table, enum column id, const char *text);
void table_number(struct table *table, enum column id, long number);
void table_size(struct table *table, enum column id, uint64_t bytes);
void table_unknown(struct table *table, enum column id);
void table_memory(struct table *table,
		  const struct process_memory_stats *stats);

/* Prints and frees it. */
void table_close(struct table *table);

#endif /* TABLE_H */
