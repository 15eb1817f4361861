/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Figures in columns: as a table, as JSON, or raw.
 *
 *	table_open(&table, &cmd->columns, &opts, 0);
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
#include "shared/size.h"

struct options;
struct table_format;

enum {
	/*
	 * Rows are printed as they end, in columns of the width declared; JSON
	 * is then an object a line.
	 */
	TABLE_STREAM = 1,
	TABLE_WATCH = 2,	/* with the columns of --watch */
	TABLE_SCREEN = 4,	/* as much as has room on the screen */
};

struct cell {
	enum {
		CELL_UNKNOWN,	/* never filled: - in the table, null in JSON */
		CELL_FIGURE,
		CELL_TEXT,
		CELL_WORD,	/* why there is no figure; null in JSON */
	} is;
	union {
		int64_t figure;
		const char *text;
	};
};

struct table {
	const struct columns *columns;
	const struct options *options;
	const struct table_format *format;
	bool stream;
	bool screen;
	size_t n_rows;
	size_t n_shown;
	size_t shown[COLUMNS_MAX];		/* first to last */
	uint32_t is_shown;			/* a bit a column */
	struct cell cells[COLUMNS_MAX];		/* of this row */
	void *handle;				/* the format's own */
};

/* Prints nothing yet. */
void table_open(struct table *table, const struct columns *columns,
		const struct options *options, unsigned int flags);

/* Is it worth while to find out what this column says? */
bool table_shows(const struct table *table, size_t id);

/* The cells are the columns' indices.  A text must live until the row's end. */
void table_row_begin(struct table *table);
void table_text(struct table *table, size_t id, const char *text);
void table_number(struct table *table, size_t id, int64_t number);
void table_word(struct table *table, size_t id, const char *word);
void table_row_end(struct table *table);

/* Prints what is not printed yet, and frees it. */
void table_close(struct table *table);

/* Digits for --bytes, --raw and JSON, else as size_format(). */
void format_bytes(const struct options *options, char text[SIZE_TEXT],
		  uint64_t bytes);

#endif /* TABLE_H */
