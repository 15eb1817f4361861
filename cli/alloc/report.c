// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alloc/report.h"
#include "alloc/rss_lag.h"
#include "output/figure.h"
#include "output/stdout.h"
#include "shared/array.h"
#include "shared/i18n.h"
#include "shared/interrupt.h"
#include "shared/size.h"

enum {
	STAGE,
	TOUCHED_SIZE,
	RESERVED_SIZE,
	USED,
	USED_PERCENT,
	MINOR_FAULTS,
	MAJOR_FAULTS,
	SECONDS,
	PID,
	ADDRESS,
	SIZE,
	VERIFIED,
	OOM_SCORE_ADJ,
	OOM_SCORE,
	THP,
	THP_SYSTEM,
	LAG,
	SOURCE,
};

/* "Watch" stands for rows step by step here. */
#define ALWAYS (SHOWN | IN_WATCH)

static const struct column list[] = {
	[STAGE] = {
		"STAGE", "stage", TYPE_TEXT, ALWAYS,
		N_("before, reserved, touched or released"), .width = 8,
	},
	[TOUCHED_SIZE] = {
		"TOUCHED", "touched", TYPE_SIZE, IN_JSON | IN_WATCH,
		N_("bytes touched so far, less those given back"), .width = 8,
	},
	[RESERVED_SIZE] = {
		"RESERVED", "reserved", TYPE_SIZE, ALWAYS,
		N_("reserved memory (VmSize)"),
	},
	[USED] = {
		"USED", "used", TYPE_SIZE, ALWAYS,
		N_("used memory (VmRSS)"), .width = 8,
	},
	[USED_PERCENT] = {
		"USED%", "used_percent", TYPE_NUMBER, ALWAYS,
		N_("used memory in percent of reserved memory"),
	},
	[MINOR_FAULTS] = {
		"MINFLT", "minor_faults", TYPE_NUMBER,
		IN_JSON | IN_WATCH, N_("page faults of touching"),
		.width = 8,
	},
	[MAJOR_FAULTS] = {
		"MAJFLT", "major_faults", TYPE_NUMBER,
		IN_JSON | IN_WATCH, N_("those that read from a disk"),
	},
	[SECONDS] = {
		"SECONDS", "seconds", TYPE_NUMBER, IN_JSON | IN_WATCH,
		N_("time that touching took"), .decimals = 6, .width = 10,
	},
	[PID] = {
		"PID", "pid", TYPE_NUMBER, IN_JSON,
		N_("process ID"),
	},
	[ADDRESS] = {
		"ADDRESS", "address", TYPE_TEXT, IN_JSON,
		N_("start of the reservation"),
	},
	[SIZE] = {
		"SIZE", "size", TYPE_SIZE, IN_JSON,
		N_("requested size"),
	},
	[VERIFIED] = {
		"VERIFIED", "verified", TYPE_BOOLEAN, IN_JSON,
		N_("whether each byte is read first and must be zero"),
	},
	[OOM_SCORE_ADJ] = {
		"OOM_SCORE_ADJ", "oom_score_adj", TYPE_NUMBER,
		IN_JSON, N_("the adjustment, -1000 to 1000"),
	},
	[OOM_SCORE] = {
		"OOM_SCORE", "oom_score", TYPE_NUMBER, IN_JSON,
		N_("what the OOM killer sees; from /proc"),
	},
	[THP] = {
		"THP", "thp", TYPE_TEXT, IN_JSON,
		N_("huge pages in force: always or never"),
	},
	[THP_SYSTEM] = {
		"THP_SYSTEM", "thp_system", TYPE_TEXT, IN_JSON,
		N_("the system's setting for huge pages"),
	},
	[LAG] = {
		"LAG", "lag", TYPE_SIZE, IN_JSON,
		N_("how far used memory may lag on this kernel"),
	},
	[SOURCE] = {
		"SOURCE", "source", TYPE_TEXT, IN_EVERY_JSON,
		N_("syscall or procfs"),
	},
};

const struct columns report_columns = {
	.json_name = "stages",
	.list = list,
	.n = ARRAY_SIZE(list),
};

static void set_sample(struct table *table, const struct sample *sample)
{
	static const char *const stages[] = {
		"before",
		"reserved",
		"touched",
		"released",
	};
	const struct process_memory_stats *stats = &sample->stats;

	table_text(table, STAGE, stages[sample->stage]);
	table_number(table, TOUCHED_SIZE, sample->touched - sample->released);
	table_number(table, RESERVED_SIZE, stats->reserved_memory_kb * 1024);
	table_number(table, USED, stats->used_memory_kb * 1024);
	table_number(table, USED_PERCENT, stats->used_memory_percentage);
	table_number(table, MINOR_FAULTS, sample->minor_faults);
	table_number(table, MAJOR_FAULTS, sample->major_faults);
	table_number(table, SECONDS, sample->seconds * 1e6);
	table_number(table, OOM_SCORE_ADJ, stats->oom_score);
	if (sample->oom_score_known)
		table_number(table, OOM_SCORE, sample->oom_score);
}

static void set_experiment(struct table *table, const struct experiment *exp,
			   const char *address)
{
	table_number(table, PID, getpid());
	if (exp->memory)
		table_text(table, ADDRESS, address);
	table_number(table, SIZE, exp->plan.size);
	table_number(table, VERIFIED, exp->plan.verify);
	table_text(table, THP, experiment_thp(exp));
	table_text(table, THP_SYSTEM, exp->thp_system);
	table_number(table, LAG, rss_lag());
	table_text(table, SOURCE, exp->src->name);
}

static void add_row(struct table *table, const struct experiment *exp,
		    const struct sample *sample)
{
	char address[SIZE_TEXT];

	snprintf(address, sizeof(address), "%p", (void *)exp->memory);
	table_row_begin(table);
	set_sample(table, sample);
	set_experiment(table, exp, address);
	table_row_end(table);
}

/*
 * stdio would allocate its buffer with the first row.  A row that is not shown
 * brings the code and data into memory before that.
 */
void report_open(struct table *table, const struct experiment *exp,
		 const struct style *style)
{
	static char buffer[BUFSIZ];

	memset(buffer, ' ', sizeof(buffer));
	setvbuf(stdout, buffer, _IOFBF, sizeof(buffer));
	table_open(table, &report_columns, style, TABLE_STREAM | TABLE_WATCH);
	add_row(table, exp, &exp->now);
	__fpurge(stdout);
	table->n_rows = 0;
}

void report_row(struct table *table, const struct experiment *exp,
		const struct sample *sample)
{
	add_row(table, exp, sample);
	/* If the output cannot be written, don't go on to the end. */
	if (stdout_flush())
		return;
	if (interrupted())
		interrupt_die();
	exit(EXIT_FAILURE);
}

void report_heading(const struct experiment *exp, const struct style *style)
{
	const struct plan *plan = &exp->plan;
	char size[SIZE_TEXT], touched[SIZE_TEXT];
	void *memory = exp->memory;

	format_bytes(style, size, plan->size);
	format_bytes(style, touched, plan->touch);
	if (plan->read)
		printf(plan->verify ?
			       _("PID %d: %s at %p, %s read, all zero\n") :
			       _("PID %d: %s at %p, %s read\n"),
		       getpid(), size, memory, touched);
	else
		printf(plan->verify ?
			       _("PID %d: %s at %p, %s touched, all zero "
				 "before\n") :
			       _("PID %d: %s at %p, %s touched\n"),
		       getpid(), size, memory, touched);
}

void report_huge_pages(const struct experiment *exp)
{
	printf(_("Huge pages: %s (the system's setting: %s)\n"),
	       experiment_thp(exp), exp->thp_system);
}

void report_stages(const struct experiment *exp, const struct style *style)
{
	enum stage last = plan_last_stage(&exp->plan);
	struct table table;

	table_open(&table, &report_columns, style, 0);
	for (enum stage stage = BEFORE; stage <= last; stage++)
		add_row(&table, exp, &exp->samples[stage]);
	table_close(&table);
}

int report_lines(const struct plan *plan)
{
	/* The heading, the headings of the columns, and the stages. */
	return 2 + plan_last_stage(plan) + 1;
}
