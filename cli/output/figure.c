// SPDX-License-Identifier: GPL-2.0-or-later
/* How figures are written. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "output/figure.h"

/*
 * Formats without printf(), which would be a third of the cost of a row of
 * --raw. Returns the first character, which is in @text.
 */
static char *decimal(char text[SIZE_TEXT], int64_t figure, int decimals)
{
	uint64_t rest = figure < 0 ? -(uint64_t)figure : (uint64_t)figure;
	char *at = text + SIZE_TEXT - 1;

	*at = '\0';
	do {
		*--at = '0' + rest % 10;
		rest /= 10;
		if (decimals && !--decimals) {
			*--at = '.';
			if (!rest)
				*--at = '0';
		}
	} while (rest || decimals);
	if (figure < 0)
		*--at = '-';
	return at;
}

static const char *local_time(char text[SIZE_TEXT], int64_t milliseconds,
			      bool with_date)
{
	time_t seconds = milliseconds / 1000;
	struct tm tm;
	size_t len;

	if (!localtime_r(&seconds, &tm))
		return "-";
	len = with_date ? strftime(text, SIZE_TEXT, "%Y-%m-%d %H:%M:%S", &tm) :
			  strftime(text, SIZE_TEXT, "%H:%M:%S", &tm);
	return len ? text : "-";
}

/* Formats like +1.5M. */
static const char *difference(char text[SIZE_TEXT], int64_t bytes)
{
	char size[SIZE_TEXT];

	if (!bytes)
		return "0";
	size_format(size, llabs(bytes));
	*text = bytes < 0 ? '-' : '+';
	size[SIZE_TEXT - 2] = '\0'; /* it is shorter by far */
	strcpy(text + 1, size);
	return text;
}

static const char *for_people(const struct column *column, int64_t figure,
			      char text[SIZE_TEXT])
{
	switch (column->type) {
	case TYPE_SIZE:
		size_format(text, figure);
		return text;
	case TYPE_DIFFERENCE:
		return difference(text, figure);
	case TYPE_TIME:
		return local_time(text, figure, false);
	case TYPE_DATE:
		return local_time(text, figure, true);
	case TYPE_BOOLEAN:
		return figure ? "yes" : "no";
	default:
		return decimal(text, figure, column->decimals);
	}
}

static const char *figure_text(const struct column *column, int64_t figure,
			       bool exact, char text[SIZE_TEXT])
{
	if (!exact)
		return for_people(column, figure, text);
	if (column->type == TYPE_BOOLEAN)
		return figure ? "true" : "false";
	if (column->type == TYPE_TIME || column->type == TYPE_DATE)
		return decimal(text, figure, 3);
	return decimal(text, figure, column->decimals);
}

/* --bytes makes sizes exact; people still read the time. */
static bool is_exact(const struct style *style, enum column_type type)
{
	if (style->format != FORMAT_TABLE)
		return true;
	return style->bytes && (type == TYPE_SIZE || type == TYPE_DIFFERENCE);
}

const char *cell_text(const struct table *table, size_t id,
		      char text[SIZE_TEXT])
{
	const struct column *column = &table->columns->list[id];
	const struct cell *cell = &table->cells[id];

	switch (cell->is) {
	case CELL_TEXT:
	case CELL_WORD:
		return cell->text;
	case CELL_FIGURE:
		return figure_text(column, cell->figure,
				   is_exact(table->style, column->type), text);
	default:
		return "-";
	}
}

void format_bytes(const struct style *style, char text[SIZE_TEXT],
		  uint64_t bytes)
{
	char digits[SIZE_TEXT];

	if (is_exact(style, TYPE_SIZE))
		strcpy(text, decimal(digits, bytes, 0));
	else
		size_format(text, bytes);
}
