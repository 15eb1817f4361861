/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Columns: each command declares its own once, for the table, for JSON, for
 * --raw, for --output and for --help.
 */
#ifndef COLUMNS_H
#define COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

#define COLUMNS_MAX 32

enum column_type {
	TYPE_TEXT,
	TYPE_NUMBER,
	TYPE_SIZE,       /* bytes */
	TYPE_DIFFERENCE, /* of bytes: the table shows its sign */
	TYPE_TIME,       /* milliseconds since 1970; the table shows the hour */
	TYPE_DATE,       /* likewise, with the day */
	TYPE_BOOLEAN,
};

/* Where a column is shown by default. */
enum {
	IN_TABLE = 1, /* and in --raw */
	IN_JSON = 2,
	IN_WATCH = 4,       /* the table under --watch, and its JSON */
	IN_STREAM = 8,      /* under --watch, if samples follow one another */
	IN_EVERY_JSON = 16, /* even without --output naming it */
	IN_EVERY_METRICS = 32, /* the same in OpenMetrics */
};

#define SHOWN (IN_TABLE | IN_JSON)
#define IN_EVERY (IN_EVERY_JSON | IN_EVERY_METRICS)

struct column {
	const char *name;
	const char *key; /* in JSON */
	enum column_type type;
	unsigned int shown; /* 0: only if --output names it */
	const char *help;   /* marked with N_() */
	int decimals;       /* of a number, which is a multiple of 1/10^n */
	int width;          /* minimum, if rows are printed as they come */
	/*
	 * In OpenMetrics: the name of its metric, behind that of all columns,
	 * and the label that its text is; without a metric it is a label of the
	 * row's other metrics.  NULL: none.
	 */
	const char *metric;
	const char *label;
};

struct columns {
	const char *json_name; /* of the array of rows */
	const char *metrics;   /* what the names of metrics begin with */
	const struct column *list;
	size_t n; /* at most COLUMNS_MAX */
};

/* The columns that --output names: @n indices into the list. */
struct column_choice {
	bool given;
	bool add; /* to the default columns */
	size_t n;
	size_t ids[COLUMNS_MAX];
};

/* Finds a column by name or key, in upper or lower case; -1: no such column. */
int column_find(const struct columns *columns, const char *name, size_t len);

/*
 * Reads "[+]COLUMN[,COLUMN...]"; exits with EXIT_MISUSE, naming a wrong column.
 */
void columns_choose(const struct columns *columns, const char *text,
		    struct column_choice *choice);

/* Fills @ids with the columns to show, in order, and returns their number. */
size_t columns_shown(const struct columns *columns,
		     const struct column_choice *choice, unsigned int where,
		     size_t ids[COLUMNS_MAX]);

void columns_print_help(const struct columns *columns);

#endif /* COLUMNS_H */
