/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The interface of a format, which gets a table row by row. */
#ifndef FORMAT_H
#define FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "output/columns.h"
#include "output/style.h"

struct cell {
	enum {
		CELL_UNKNOWN, /* never filled: - in the table, null in JSON */
		CELL_FIGURE,
		CELL_TEXT,
		CELL_WORD, /* why there is no figure; null in JSON */
	} is;
	union {
		int64_t figure;
		const char *text;
	};
};

struct table {
	const struct columns *columns;
	const struct style *style;
	const struct table_format *format;
	bool stream;
	bool screen;
	size_t n_rows;
	size_t n_shown;
	size_t shown[COLUMNS_MAX];      /* first to last */
	uint32_t is_shown;              /* a bit for each column */
	struct cell cells[COLUMNS_MAX]; /* of the current row */
	void *handle;                   /* the format's own */
};

struct table_format {
	void (*open)(struct table *table);
	void (*row)(struct table *table);
	void (*close)(struct table *table);
};

/* Returns whether to align to the right: everything but text. */
static inline bool is_at_right(const struct column *column)
{
	return column->type != TYPE_TEXT;
}

#endif /* FORMAT_H */
