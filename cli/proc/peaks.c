// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <sys/utsname.h>

#include "output/plot.h"
#include "output/table.h"
#include "proc/peaks.h"
#include "shared/array.h"
#include "shared/i18n.h"
#include "shared/size.h"

enum {
	PEAK_RESERVED,
	PEAK_RESERVED_TIME,
	PEAK_USED,
	PEAK_USED_TIME,
	MAX_USED,
	PROCESSES,
	SECONDS,
	SAMPLES,
	EXIT,
	SOURCE,
};

/* The manual explains them: --output chooses among those of a process. */
static const struct column list[] = {
	[PEAK_RESERVED] = { "PEAK_RESERVED", "peak_reserved", TYPE_SIZE,
			    SHOWN },
	[PEAK_RESERVED_TIME] = { "AFTER", "peak_reserved_after", TYPE_NUMBER,
				 SHOWN, .decimals = 3 },
	[PEAK_USED] = { "PEAK_USED", "peak_used", TYPE_SIZE, SHOWN },
	[PEAK_USED_TIME] = { "AFTER", "peak_used_after", TYPE_NUMBER, SHOWN,
			     .decimals = 3 },
	[MAX_USED] = { "MAXRSS", "maxrss", TYPE_SIZE, SHOWN },
	[PROCESSES] = { "PROCESSES", "processes", TYPE_NUMBER, SHOWN },
	[SECONDS] = { "SECONDS", "seconds", TYPE_NUMBER, SHOWN, .decimals = 3 },
	[SAMPLES] = { "SAMPLES", "samples", TYPE_NUMBER, SHOWN },
	[EXIT] = { "EXIT", "exit", TYPE_NUMBER, SHOWN },
	[SOURCE] = { "SOURCE", "source", TYPE_TEXT, IN_JSON },
};

static const struct columns columns = {
	.json_name = "summary",
	.list = list,
	.n = ARRAY_SIZE(list),
};

/* The sums of one sample; returns how many processes are in them. */
static size_t add_up(const struct processes *processes, struct point *sum)
{
	size_t n = 0;

	for (size_t i = 0; i < processes->n; i++) {
		const struct process *process = &processes->list[i];

		if (process->error)
			continue;
		sum->reserved += process->stats.reserved_memory_kb * 1024;
		sum->used += process->stats.used_memory_kb * 1024;
		n++;
	}
	return n;
}

void peaks_add(struct peaks *peaks, const struct processes *processes,
	       uint64_t milliseconds)
{
	struct point sum = { .x = milliseconds };
	size_t n = add_up(processes, &sum);

	if (!peaks->samples++)
		series_init(&peaks->series, 0);
	if (!n)
		return;
	series_extend(&peaks->series, &sum);
	if (!peaks->known || sum.reserved > peaks->reserved.reserved)
		peaks->reserved = sum;
	if (!peaks->known || sum.used > peaks->used.used)
		peaks->used = sum;
	if (n > peaks->processes)
		peaks->processes = n;
	peaks->known = true;
}

static void fill_peaks(struct table *table, const struct peaks *peaks)
{
	table_number(table, PEAK_RESERVED, peaks->reserved.reserved);
	table_number(table, PEAK_RESERVED_TIME, peaks->reserved.x);
	table_number(table, PEAK_USED, peaks->used.used);
	table_number(table, PEAK_USED_TIME, peaks->used.x);
}

static void fill_program(struct table *table, const struct peaks *peaks)
{
	table_number(table, MAX_USED, peaks->max_used);
	table_number(table, EXIT, peaks->status);
}

void peaks_print(const struct peaks *peaks, const struct style *style,
		 bool stream)
{
	struct style all = *style;
	struct table table;

	all.columns = (struct column_choice){ 0 };
	table_open(&table, &columns, &all, stream ? TABLE_STREAM : 0);
	table_row_begin(&table);
	if (peaks->known)
		fill_peaks(&table, peaks);
	if (peaks->has_status)
		fill_program(&table, peaks);
	table_number(&table, PROCESSES, peaks->processes);
	table_number(&table, SECONDS, peaks->milliseconds);
	table_number(&table, SAMPLES, peaks->samples);
	table_text(&table, SOURCE, peaks->source);
	table_row_end(&table);
	table_close(&table);
}

bool peaks_plot(const struct peaks *peaks, const char *path)
{
	const struct chart_stage stage = {
		.length = peaks->milliseconds,
		.label = _("seconds"),
	};
	char reserved[SIZE_TEXT], used[SIZE_TEXT], title[128], conditions[256];
	const struct chart chart = {
		.title = title,
		.conditions = conditions,
		.y_label = _("bytes"),
		.unit = &chart_milliseconds,
		.stages = &stage,
		.n_stages = 1,
		.series = &peaks->series,
		.peak = peaks->known ? &peaks->used : NULL,
	};
	struct utsname kernel;

	uname(&kernel);
	size_format(reserved, peaks->reserved.reserved);
	size_format(used, peaks->used.used);
	snprintf(title, sizeof(title), _("at most %s reserved and %s used"),
		 reserved, used);
	snprintf(conditions, sizeof(conditions), _("Linux %s, %zu samples"),
		 kernel.release, peaks->samples);
	return plot_write(path, &chart);
}
