// SPDX-License-Identifier: GPL-2.0-or-later
#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "options.h"
#include "table.h"

static const struct {
	const char *heading;	/* of the table */
	const char *key;	/* in JSON */
	int type;		/* in JSON; numbers are aligned to the right */
	const char *meaning;
} columns_of[COL_COUNT] = {
	[COL_STAGE] = { "STAGE", "stage", SCOLS_JSON_STRING,
		"before, reserved or touched" },
	[COL_PID] = { "PID", "pid", SCOLS_JSON_NUMBER,
		"process ID" },
	[COL_RESERVED] = { "RESERVED", "reserved", SCOLS_JSON_NUMBER,
		"reserved memory (VmSize)" },
	[COL_USED] = { "USED", "used", SCOLS_JSON_NUMBER,
		"used memory (VmRSS)" },
	[COL_USED_PERCENT] = { "USED%", "used_percent", SCOLS_JSON_NUMBER,
		"used memory in percent of reserved memory" },
	[COL_OOM_SCORE_ADJ] = { "OOM_SCORE_ADJ", "oom_score_adj",
		SCOLS_JSON_NUMBER, "the adjustment, -1000 to 1000" },
	[COL_OOM_SCORE] = { "OOM_SCORE", "oom_score", SCOLS_JSON_NUMBER,
		"what the OOM killer sees; only /proc tells it" },
	[COL_RESOLUTION] = { "RESOLUTION", "resolution", SCOLS_JSON_NUMBER,
		"what the figures are rounded down to" },
	[COL_ADDRESS] = { NULL, "address", SCOLS_JSON_STRING,
		"start of the reservation" },
	[COL_SIZE] = { NULL, "size", SCOLS_JSON_NUMBER,
		"size that was asked for" },
	[COL_TOUCHED] = { NULL, "touched", SCOLS_JSON_NUMBER,
		"bytes to write" },
	[COL_VERIFIED] = { NULL, "verified", SCOLS_JSON_BOOLEAN,
		"were they all read as zero first?" },
	[COL_SOURCE] = { NULL, "source", SCOLS_JSON_STRING,
		"syscall or procfs" },
};

void format_bytes(const struct options *options, char text[SIZE_TEXT],
		  uint64_t bytes)
{
	if (options->json || options->bytes)
		snprintf(text, SIZE_TEXT, "%" PRIu64, bytes);
	else
		size_format(text, bytes);
}

void print_columns(const struct columns *columns)
{
	for (size_t i = 0; i < columns->n; i++) {
		enum column id = columns->ids[i];

		if (i < columns->n_text)
			printf(" %-21s %s\n", columns_of[id].heading,
			       columns_of[id].meaning);
		else
			printf(" %-21s %s (JSON only)\n", columns_of[id].key,
			       columns_of[id].meaning);
	}
}

static _Noreturn void out_of_memory(void)
{
	errx(EXIT_FAILURE, "out of memory");
}

static void add_column(struct table *table, enum column id)
{
	int type = columns_of[id].type;
	struct libscols_column *column;

	column = scols_table_new_column(table->handle,
			table->options->json ? columns_of[id].key :
					       columns_of[id].heading,
			0, type == SCOLS_JSON_NUMBER ? SCOLS_FL_RIGHT : 0);
	if (!column)
		out_of_memory();
	scols_column_set_json_type(column, type);
	table->columns[id] = column;
}

void table_open(struct table *table, const struct columns *columns,
		const struct options *options)
{
	size_t n = options->json ? columns->n : columns->n_text;

	*table = (struct table){
		.options = options,
		.handle = scols_new_table(),
	};
	if (!table->handle)
		out_of_memory();
	scols_table_set_name(table->handle, columns->json_name);
	scols_table_enable_json(table->handle, options->json);
	scols_table_enable_noheadings(table->handle, options->no_headings);
	for (size_t i = 0; i < n; i++)
		add_column(table, columns->ids[i]);
}

void table_row(struct table *table)
{
	table->row = scols_table_new_line(table->handle, NULL);
	if (!table->row)
		out_of_memory();
}

void table_text(struct table *table, enum column id, const char *text)
{
	if (table->columns[id] &&
	    scols_line_set_column_data(table->row, table->columns[id], text))
		out_of_memory();
}

void table_number(struct table *table, enum column id, long number)
{
	char text[SIZE_TEXT];

	snprintf(text, sizeof(text), "%ld", number);
	table_text(table, id, text);
}

void table_size(struct table *table, enum column id, uint64_t bytes)
{
	char text[SIZE_TEXT];

	format_bytes(table->options, text, bytes);
	table_text(table, id, text);
}

void table_unknown(struct table *table, enum column id)
{
	if (!table->options->json)
		table_text(table, id, "-");
}

void table_memory(struct table *table,
		  const struct process_memory_stats *stats)
{
	table_size(table, COL_RESERVED,
		   (uint64_t)stats->reserved_memory_kb * 1024);
	table_size(table, COL_USED, (uint64_t)stats->used_memory_kb * 1024);
	table_number(table, COL_USED_PERCENT, stats->used_memory_percentage);
}

void table_close(struct table *table)
{
	if (scols_print_table(table->handle))
		out_of_memory();
	scols_unref_table(table->handle);
}
