// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * JSON: one document, or an object on each line if rows are printed as they
 * come. libsmartcols of Debian 12 can only print the document.  This file
 * prints both, so that they agree; the document has libsmartcols' layout.
 */
#include <stdio.h>
#include <string.h>

#include "output/figure.h"
#include "output/format_json.h"
#include "shared/utf8.h"

/* A byte that isn't UTF-8 becomes the replacement character. */
static void put_string(const char *text)
{
	putchar('"');
	while (*text) {
		size_t n = utf8_length(text);

		if (!n)
			fputs("\\ufffd", stdout);
		else if (*text == '"' || *text == '\\')
			printf("\\%c", *text);
		else if (n == 1 && (*text < ' ' || *text == 0x7f))
			printf("\\u%04x", *text);
		else
			fwrite(text, 1, n, stdout);
		text += n ? n : 1;
	}
	putchar('"');
}

static void put_cell(const struct table *table, size_t id)
{
	const struct cell *cell = &table->cells[id];
	char text[SIZE_TEXT];

	if (cell->is == CELL_TEXT)
		put_string(cell->text);
	else if (cell->is == CELL_FIGURE)
		fputs(cell_text(table, id, text), stdout);
	else
		fputs("null", stdout);
}

static void put_members(const struct table *table, const char *separator)
{
	for (size_t i = 0; i < table->n_shown; i++) {
		size_t id = table->shown[i];

		printf("%s\"%s\": ", i ? separator : "",
		       table->columns->list[id].key);
		put_cell(table, id);
	}
}

static void put_line(const struct table *table)
{
	putchar('{');
	put_members(table, ", ");
	puts("}");
}

static void open_document(const struct table *table)
{
	printf("{\n   \"%s\": [\n", table->columns->json_name);
}

static void json_row(struct table *table)
{
	if (table->stream) {
		put_line(table);
		return;
	}
	if (!table->n_rows)
		open_document(table);
	fputs(table->n_rows ? ",{\n         " : "      {\n         ", stdout);
	put_members(table, ",\n         ");
	fputs("\n      }", stdout);
}

static void json_close(struct table *table)
{
	if (table->stream)
		return;
	if (!table->n_rows)
		open_document(table);
	puts("\n   ]\n}");
}

const struct table_format format_json = {
	.row = json_row,
	.close = json_close,
};
