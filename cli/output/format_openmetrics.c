// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The text format of Prometheus, in the form that is OpenMetrics as well: each
 * column with a metric is a family of samples, which have to stand together.
 * Columns that are only labels are those of all samples of a row.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output/figure.h"
#include "output/format_openmetrics.h"
#include "shared/memory_file.h"
#include "shared/utf8.h"
#include "shared/xalloc.h"

/* The samples of each column so far. */
struct families {
	struct memory_file of[COLUMNS_MAX];
};

/* A byte that isn't UTF-8 becomes the replacement character. */
static void put_value(FILE *file, const char *text)
{
	while (*text) {
		size_t n = utf8_length(text);

		if (!n)
			fputs("\357\277\275", file);
		else if (*text == '\n')
			fputs("\\n", file);
		else if (*text == '"' || *text == '\\')
			fprintf(file, "\\%c", *text);
		else
			fwrite(text, 1, n, file);
		text += n ? n : 1;
	}
}

static void put_label(FILE *file, const char *separator, const char *name,
		      const char *value)
{
	fprintf(file, "%s%s=\"", separator, name);
	put_value(file, value);
	putc('"', file);
}

static bool is_known(const struct table *table, size_t id)
{
	return table->cells[id].is == CELL_FIGURE ||
	       table->cells[id].is == CELL_TEXT;
}

static void put_common_labels(FILE *file, const struct table *table)
{
	const char *separator = "";
	char text[SIZE_TEXT];

	for (size_t i = 0; i < table->n_shown; i++) {
		size_t id = table->shown[i];
		const struct column *column = &table->columns->list[id];

		if (!column->label || column->metric || !is_known(table, id))
			continue;
		put_label(file, separator, column->label,
			  cell_text(table, id, text));
		separator = ",";
	}
}

/* A text is a label of its own, and the sample says that it holds. */
static void put_sample(const struct table *table, size_t id, FILE *file,
		       const char *labels)
{
	const struct column *column = &table->columns->list[id];
	bool is_text = column->type == TYPE_TEXT;
	char text[SIZE_TEXT];
	const char *value = cell_text(table, id, text);

	fprintf(file, "%s%s", table->columns->metrics, column->metric);
	if (is_text || *labels)
		fprintf(file, "{%s", labels);
	if (is_text)
		put_label(file, *labels ? "," : "", column->label, value);
	if (is_text && !strcmp(column->metric, "info"))
		put_label(file, ",", "version", VERSION);
	if (is_text || *labels)
		putc('}', file);
	fprintf(file, " %s\n", is_text ? "1" : value);
}

static void openmetrics_open(struct table *table)
{
	table->handle = xcalloc(1, sizeof(struct families));
}

static void openmetrics_row(struct table *table)
{
	struct families *families = table->handle;
	struct memory_file labels;

	memory_file_open(&labels);
	put_common_labels(labels.file, table);
	memory_file_close(&labels);
	for (size_t i = 0; i < table->n_shown; i++) {
		size_t id = table->shown[i];
		struct memory_file *samples = &families->of[id];

		if (!table->columns->list[id].metric || !is_known(table, id))
			continue;
		if (!samples->file)
			memory_file_open(samples);
		put_sample(table, id, samples->file, labels.text);
	}
	free(labels.text);
}

static void put_descriptor(const struct table *table, size_t id,
			   const char *keyword, const char *text)
{
	printf("# %s %s%s %s\n", keyword, table->columns->metrics,
	       table->columns->list[id].metric, text);
}

/* The help stays English, as the names do. */
static void put_family(const struct table *table, size_t id,
		       const struct memory_file *samples)
{
	const struct column *column = &table->columns->list[id];

	put_descriptor(table, id, "HELP", column->help);
	put_descriptor(table, id, "TYPE", "gauge");
	if (column->type == TYPE_SIZE)
		put_descriptor(table, id, "UNIT", "bytes");
	fwrite(samples->text, 1, samples->size, stdout);
}

static void openmetrics_close(struct table *table)
{
	struct families *families = table->handle;

	for (size_t i = 0; i < table->n_shown; i++) {
		size_t id = table->shown[i];

		if (!families->of[id].file)
			continue;
		memory_file_close(&families->of[id]);
		put_family(table, id, &families->of[id]);
		free(families->of[id].text);
	}
	free(families);
	puts("# EOF");
}

const struct table_format format_openmetrics = {
	.open = openmetrics_open,
	.row = openmetrics_row,
	.close = openmetrics_close,
};
