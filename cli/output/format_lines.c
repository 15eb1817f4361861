// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Prints each row at once, on a line: for --raw, whose cost has a limit of its
 * own, and for tables that grow while they are read.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include "output/figure.h"
#include "output/format_lines.h"

static void put_hex(const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		printf("\\x%02x", (unsigned char)bytes[i]);
}

static bool is_safe(wint_t c, bool raw)
{
	return iswprint(c) && c != '\\' && !(raw && iswspace(c));
}

/*
 * A process may have any name: a byte that isn't printable, or would split the
 * field, becomes \xHH.  Returns the width in columns.
 */
static int put_text(const char *text, bool raw)
{
	size_t left = strlen(text);
	mbstate_t state = { 0 };
	int width = 0;

	while (left) {
		wchar_t c;
		size_t n = mbrtowc(&c, text, left, &state);
		bool whole = n != (size_t)-1 && n != (size_t)-2;

		if (!whole) {
			n = 1;
			state = (mbstate_t){ 0 };
		}
		if (whole && is_safe(c, raw)) {
			fwrite(text, 1, n, stdout);
			width += wcwidth(c);
		} else {
			put_hex(text, n);
			width += 4 * n;
		}
		text += n;
		left -= n;
	}
	return width;
}

/* Marks texts that would read as no field, or as an unknown one. */
static void put_raw_text(const char *text)
{
	if (!*text)
		fputs("\"\"", stdout);
	else if (!strcmp(text, "-"))
		put_hex(text, 1);
	else
		put_text(text, true);
}

static void put_blanks(int n)
{
	while (n-- > 0)
		putc_unlocked(' ', stdout);
}

/* Returns the minimum width of a column in a growing table. */
static int width_of(const struct column *column)
{
	int width = strlen(column->name);

	return width < column->width ? column->width : width;
}

static void put_aligned(const struct column *column, const char *text,
			bool last)
{
	int width = width_of(column);

	if (is_at_right(column)) {
		put_blanks(width - (int)strlen(text));
		put_text(text, false);
	} else {
		width -= put_text(text, false);
		put_blanks(last ? 0 : width);
	}
}

static void put_cell(const struct table *table, size_t id, const char *text,
		     bool last)
{
	if (table->style->format != FORMAT_RAW)
		put_aligned(&table->columns->list[id], text, last);
	else if (table->cells[id].is == CELL_TEXT)
		put_raw_text(text);
	else
		fputs_unlocked(text, stdout);
}

static void put_heading(const struct table *table, size_t id, bool last)
{
	const struct column *column = &table->columns->list[id];

	if (table->style->format == FORMAT_RAW)
		fputs(column->name, stdout);
	else
		put_aligned(column, column->name, last);
}

void print_headings(const struct table *table)
{
	for (size_t i = 0; i < table->n_shown; i++) {
		bool last = i + 1 == table->n_shown;

		put_heading(table, table->shown[i], last);
		putc(last ? '\n' : ' ', stdout);
	}
}

static void lines_row(struct table *table)
{
	char text[SIZE_TEXT];

	if (!table->n_rows && !table->style->no_headings)
		print_headings(table);
	for (size_t i = 0; i < table->n_shown; i++) {
		size_t id = table->shown[i];
		bool last = i + 1 == table->n_shown;

		put_cell(table, id, cell_text(table, id, text), last);
		putc_unlocked(last ? '\n' : ' ', stdout);
	}
}

const struct table_format format_lines = {
	.row = lines_row,
};
