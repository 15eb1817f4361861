// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "alloc/rss_lag.h"
#include "alloc/summary.h"
#include "output/figure.h"
#include "output/table.h"
#include "output/terminal.h"
#include "shared/array.h"
#include "shared/i18n.h"
#include "shared/size.h"

#define LINES_MAX 16
#define VALUE_SIZE 192

struct line {
	const char *label;
	char value[VALUE_SIZE];
};

/* Lines for people, collected first so that they can be aligned. */
struct summary {
	const struct experiment *exp;
	const struct style *style;
	const struct sample *before, *after, *last;
	struct line lines[LINES_MAX];
	size_t n;
};

/* Returns nanoseconds, with the work on the pages, or -1 without a fault. */
static int64_t time_a_fault(const struct sample *sample)
{
	long faults = sample->minor_faults + sample->major_faults;

	return faults ? (int64_t)(sample->seconds * 1e9 / faults) : -1;
}

/* Returns the value of a new line. */
static char *new_line(struct summary *sum, const char *label)
{
	struct line *line = &sum->lines[sum->n++];

	line->label = label;
	return line->value;
}

/* Adds a line: @label, and then what printf() takes. */
#define add(sum, label, ...) \
	snprintf(new_line(sum, label), VALUE_SIZE, __VA_ARGS__)

static void add_reserved(struct summary *sum)
{
	int64_t bytes = sample_reserved_growth(sum->exp, sum->after);
	char all[SIZE_TEXT], growth[SIZE_TEXT];

	format_bytes(sum->style, all, sum->exp->plan.size);
	add(sum, _("requested"), "%s", all);
	format_bytes(sum->style, all,
		     sum->after->stats.reserved_memory_kb * 1024);
	format_bytes(sum->style, growth, growth_or_none(bytes));
	add(sum, _("reserved"), _("%s, %s more than before"), all, growth);
}

static void add_used(struct summary *sum)
{
	const struct process_memory_stats *stats = &sum->after->stats;
	int64_t growth = sample_used_growth(sum->exp, sum->after);
	char all[SIZE_TEXT], size[SIZE_TEXT];

	format_bytes(sum->style, all, stats->used_memory_kb * 1024);
	format_bytes(sum->style, size, llabs(growth));
	add(sum, _("used"),
	    growth < 0 ? _("%s, %s less than before; %u%% of reserved") :
			 _("%s, %s more than before; %u%% of reserved"),
	    all, size, stats->used_memory_percentage);
}

static void add_touched(struct summary *sum)
{
	const struct plan *plan = &sum->exp->plan;
	const char *label = plan->read ? _("read") : _("written");
	char size[SIZE_TEXT], seed[SIZE_TEXT];

	format_bytes(sum->style, size, plan->touch);
	snprintf(seed, sizeof(seed), "%" PRIu64, plan->seed);
	if (plan->random)
		add(sum, label, _("%s, in random order (seed %s)"), size, seed);
	else
		add(sum, label, _("%s, in order"), size);
	if (plan->verify)
		add(sum, _("verified"), _("%s, all zero"), size);
}

static void add_released(struct summary *sum)
{
	char size[SIZE_TEXT], used[SIZE_TEXT];

	if (!sum->exp->plan.release)
		return;
	format_bytes(sum->style, size, sum->last->released);
	format_bytes(sum->style, used, sum->last->stats.used_memory_kb * 1024);
	add(sum, _("given back"), _("%s, which leaves %s used"), size, used);
}

/* Units of the SI, which all languages share. */
static void format_time(char text[SIZE_TEXT], int64_t nanoseconds)
{
	if (nanoseconds < 10000)
		snprintf(text, SIZE_TEXT, "%" PRId64 " ns", nanoseconds);
	else if (nanoseconds < 10000000)
		snprintf(text, SIZE_TEXT, "%.1f us", nanoseconds / 1e3);
	else
		snprintf(text, SIZE_TEXT, "%.1f ms", nanoseconds / 1e6);
}

static void add_faults(struct summary *sum)
{
	int64_t nanoseconds = time_a_fault(sum->after);
	char time[SIZE_TEXT];

	add(sum, _("page faults"), _("%ld minor, %ld major"),
	    sum->after->minor_faults, sum->after->major_faults);
	format_time(time, nanoseconds);
	if (nanoseconds >= 0)
		add(sum, _("time a fault"), "%s", time);
}

static void add_huge_pages(struct summary *sum)
{
	add(sum, _("huge pages"), _("%s (the system's setting: %s)"),
	    experiment_thp(sum->exp), sum->exp->thp_system);
}

static void format_score(char text[SIZE_TEXT], const struct sample *sample)
{
	if (sample->oom_score_known)
		snprintf(text, SIZE_TEXT, "%d", sample->oom_score);
	else
		snprintf(text, SIZE_TEXT, "-");
}

static void add_scores(struct summary *sum)
{
	char before[SIZE_TEXT], after[SIZE_TEXT];

	add(sum, "oom_score_adj", _("%d before, %d after"),
	    sum->before->stats.oom_score, sum->after->stats.oom_score);
	format_score(before, sum->before);
	format_score(after, sum->after);
	add(sum, "oom_score", _("%s before, %s after"), before, after);
}

static void print_lines(const struct summary *sum)
{
	int width = 0;

	for (size_t i = 0; i < sum->n; i++) {
		int needed = terminal_width_of(sum->lines[i].label);

		width = needed > width ? needed : width;
	}
	for (size_t i = 0; i < sum->n; i++) {
		const struct line *line = &sum->lines[i];

		printf("%s%*s%s\n", line->label,
		       width + 2 - terminal_width_of(line->label), "",
		       line->value);
	}
}

static void print_text(const struct experiment *exp, const struct style *style)
{
	struct summary sum = {
		.exp = exp,
		.style = style,
		.before = &exp->samples[BEFORE],
		.after = &exp->samples[TOUCHED],
		.last = &exp->samples[RELEASED],
	};

	add_reserved(&sum);
	add_used(&sum);
	add_touched(&sum);
	add_faults(&sum);
	add_released(&sum);
	add_huge_pages(&sum);
	add_scores(&sum);
	print_lines(&sum);
}

enum {
	STAGE,
	REQUESTED,
	RESERVED_SIZE,
	RESERVED_GROWTH,
	USED,
	USED_GROWTH,
	USED_PERCENT,
	ACCESS,
	PATTERN,
	SEED,
	TOUCHED_SIZE,
	VERIFIED,
	MINOR_FAULTS,
	MAJOR_FAULTS,
	SECONDS,
	FAULT_TIME,
	RELEASED_SIZE,
	USED_RELEASED,
	THP,
	THP_SYSTEM,
	LAG,
	ADJ_BEFORE,
	ADJ_AFTER,
	SCORE_BEFORE,
	SCORE_AFTER,
	SOURCE,
};

/* For JSON only, so without headings. */
static const struct column list[] = {
	[STAGE] = { NULL, "stage", TYPE_TEXT, IN_JSON },
	[REQUESTED] = { NULL, "requested", TYPE_SIZE, IN_JSON },
	[RESERVED_SIZE] = { NULL, "reserved", TYPE_SIZE, IN_JSON },
	[RESERVED_GROWTH] = { NULL, "reserved_growth", TYPE_SIZE, IN_JSON },
	[USED] = { NULL, "used", TYPE_SIZE, IN_JSON },
	[USED_GROWTH] = { NULL, "used_growth", TYPE_SIZE, IN_JSON },
	[USED_PERCENT] = { NULL, "used_percent", TYPE_NUMBER, IN_JSON },
	[ACCESS] = { NULL, "access", TYPE_TEXT, IN_JSON },
	[PATTERN] = { NULL, "pattern", TYPE_TEXT, IN_JSON },
	[SEED] = { NULL, "seed", TYPE_NUMBER, IN_JSON },
	[TOUCHED_SIZE] = { NULL, "touched", TYPE_SIZE, IN_JSON },
	[VERIFIED] = { NULL, "verified_bytes", TYPE_SIZE, IN_JSON },
	[MINOR_FAULTS] = { NULL, "minor_faults", TYPE_NUMBER, IN_JSON },
	[MAJOR_FAULTS] = { NULL, "major_faults", TYPE_NUMBER, IN_JSON },
	[SECONDS] = { NULL, "seconds", TYPE_NUMBER, IN_JSON, .decimals = 6 },
	[FAULT_TIME] = { NULL, "fault_ns", TYPE_NUMBER, IN_JSON },
	[RELEASED_SIZE] = { NULL, "released", TYPE_SIZE, IN_JSON },
	[USED_RELEASED] = { NULL, "used_released", TYPE_SIZE, IN_JSON },
	[THP] = { NULL, "thp", TYPE_TEXT, IN_JSON },
	[THP_SYSTEM] = { NULL, "thp_system", TYPE_TEXT, IN_JSON },
	[LAG] = { NULL, "lag", TYPE_SIZE, IN_JSON },
	[ADJ_BEFORE] = { NULL, "oom_score_adj_before", TYPE_NUMBER, IN_JSON },
	[ADJ_AFTER] = { NULL, "oom_score_adj_after", TYPE_NUMBER, IN_JSON },
	[SCORE_BEFORE] = { NULL, "oom_score_before", TYPE_NUMBER, IN_JSON },
	[SCORE_AFTER] = { NULL, "oom_score_after", TYPE_NUMBER, IN_JSON },
	[SOURCE] = { NULL, "source", TYPE_TEXT, IN_JSON },
};

static void set_memory(struct table *table, const struct experiment *exp)
{
	const struct sample *touched = &exp->samples[TOUCHED];

	table_number(table, REQUESTED, exp->plan.size);
	table_number(table, RESERVED_SIZE,
		     touched->stats.reserved_memory_kb * 1024);
	table_number(table, RESERVED_GROWTH,
		     sample_reserved_growth(exp, touched));
	table_number(table, USED, touched->stats.used_memory_kb * 1024);
	table_number(table, USED_GROWTH, sample_used_growth(exp, touched));
	table_number(table, USED_PERCENT,
		     touched->stats.used_memory_percentage);
	if (!exp->plan.release)
		return;
	table_number(table, RELEASED_SIZE, exp->samples[RELEASED].released);
	table_number(table, USED_RELEASED,
		     exp->samples[RELEASED].stats.used_memory_kb * 1024);
}

static void set_touching(struct table *table, const struct experiment *exp)
{
	const struct plan *plan = &exp->plan;
	const struct sample *touched = &exp->samples[TOUCHED];

	table_text(table, ACCESS, plan->read ? "read" : "write");
	table_text(table, PATTERN, plan->random ? "random" : "sequential");
	if (plan->random)
		table_number(table, SEED, plan->seed);
	table_number(table, TOUCHED_SIZE, touched->touched);
	table_number(table, VERIFIED, plan->verify ? touched->touched : 0);
	table_number(table, MINOR_FAULTS, touched->minor_faults);
	table_number(table, MAJOR_FAULTS, touched->major_faults);
	table_number(table, SECONDS, touched->seconds * 1e6);
	if (time_a_fault(touched) >= 0)
		table_number(table, FAULT_TIME, time_a_fault(touched));
}

static void set_scores(struct table *table, const struct experiment *exp)
{
	const struct sample *before = &exp->samples[BEFORE];
	const struct sample *after = &exp->samples[TOUCHED];

	table_number(table, ADJ_BEFORE, before->stats.oom_score);
	table_number(table, ADJ_AFTER, after->stats.oom_score);
	if (before->oom_score_known)
		table_number(table, SCORE_BEFORE, before->oom_score);
	if (after->oom_score_known)
		table_number(table, SCORE_AFTER, after->oom_score);
}

static void print_json(const struct experiment *exp, const struct style *style)
{
	static const struct columns columns = {
		.list = list,
		.n = ARRAY_SIZE(list),
	};
	/* --output applies to the other lines. */
	struct style own = *style;
	struct table table;

	own.columns = (struct column_choice){ 0 };
	table_open(&table, &columns, &own, TABLE_STREAM);
	table_row_begin(&table);
	table_text(&table, STAGE, "summary");
	set_memory(&table, exp);
	set_touching(&table, exp);
	set_scores(&table, exp);
	table_text(&table, THP, experiment_thp(exp));
	table_text(&table, THP_SYSTEM, exp->thp_system);
	table_number(&table, LAG, rss_lag());
	table_text(&table, SOURCE, exp->src->name);
	table_row_end(&table);
	table_close(&table);
}

void summary_print(const struct experiment *exp, const struct style *style)
{
	if (style->format == FORMAT_JSON)
		print_json(exp, style);
	else
		print_text(exp, style);
}

int summary_lines(const struct plan *plan)
{
	/* Nine, and one for each of the options that has its own. */
	return 9 + plan->verify + plan->release;
}
