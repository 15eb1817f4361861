// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "proc/process_columns.h"
#include "shared/array.h"
#include "shared/i18n.h"

#define IN_ALL (SHOWN | IN_WATCH)

static const struct column list[] = {
	[PROCESS_TIME] = {
		"TIME", "time", TYPE_TIME, IN_STREAM,
		N_("time of the sample; in JSON seconds since 1970"),
		.width = 8,
	},
	[PROCESS_PID] = {
		"PID", "pid", TYPE_NUMBER, IN_ALL | IN_EVERY_METRICS,
		N_("process ID"), .width = 7,
		.label = "pid",
	},
	[PROCESS_USER] = {
		"USER", "user", TYPE_TEXT, 0,
		N_("name of the effective user"), .width = 8,
		.label = "user",
	},
	[PROCESS_START] = {
		"START", "start", TYPE_DATE, 0,
		N_("when it started; in JSON seconds since 1970"), .width = 19,
	},
	[PROCESS_PROCESSES] = {
		"PROCESSES", "processes", TYPE_NUMBER, 0,
		N_("number of processes in a sum"),
	},
	[PROCESS_RESERVED] = {
		"RESERVED", "reserved", TYPE_SIZE, IN_ALL,
		N_("reserved memory (VmSize)"),
		.metric = "reserved_bytes",
	},
	[PROCESS_RESERVED_DIFF] = {
		"RESERVED_DIFF", "reserved_diff",
		TYPE_DIFFERENCE, IN_WATCH,
		N_("change of reserved memory since the last sample"),
	},
	[PROCESS_USED] = {
		"USED", "used", TYPE_SIZE, IN_ALL,
		N_("used memory (VmRSS)"), .width = 7,
		.metric = "used_bytes",
	},
	[PROCESS_USED_DIFF] = {
		"USED_DIFF", "used_diff", TYPE_DIFFERENCE,
		IN_WATCH, N_("change of used memory since the last sample"),
	},
	[PROCESS_THREADS] = {
		"THREADS", "threads", TYPE_NUMBER, 0,
		N_("number of its threads"),
	},
	[PROCESS_PEAK] = {
		"PEAK", "peak", TYPE_SIZE, 0,
		N_("the most that it has used so far (VmHWM)"), .width = 7,
	},
	[PROCESS_ANON] = {
		"ANON", "anon", TYPE_SIZE, 0,
		N_("part of USED that is in no file (RssAnon)"), .width = 7,
	},
	[PROCESS_FILE] = {
		"FILE", "file", TYPE_SIZE, 0,
		N_("part of USED that is mapped files (RssFile)"), .width = 7,
	},
	[PROCESS_SHARED] = {
		"SHARED", "shared", TYPE_SIZE, 0,
		N_("part of USED in tmpfs and the like (RssShmem)"),
		.width = 7,
	},
	[PROCESS_SWAP] = {
		"SWAP", "swap", TYPE_SIZE, 0,
		N_("what has been swapped out (VmSwap)"), .width = 7,
	},
	[PROCESS_HUGETLB] = {
		"HUGETLB", "hugetlb", TYPE_SIZE, 0,
		N_("pages of hugetlbfs, which USED leaves out"), .width = 7,
	},
	[PROCESS_PSS] = {
		"PSS", "pss", TYPE_SIZE, 0,
		N_("its share of USED, if sharers split it; slow"), .width = 7,
	},
	[PROCESS_USS] = {
		"USS", "uss", TYPE_SIZE, 0,
		N_("part of USED that it shares with nobody; slow"),
		.width = 7,
	},
	[PROCESS_USED_PERCENT] = {
		"USED%", "used_percent", TYPE_NUMBER, SHOWN,
		N_("used memory in percent of reserved memory"),
	},
	[PROCESS_RAM_PERCENT] = {
		"RAM%", "ram_percent", TYPE_NUMBER, 0,
		N_("used memory in percent of RAM"), .decimals = 1,
	},
	[PROCESS_OOM_SCORE_ADJ] = {
		"OOM_SCORE_ADJ", "oom_score_adj",
		TYPE_NUMBER, SHOWN, N_("the adjustment, -1000 to 1000"),
		.metric = "oom_score_adj",
	},
	[PROCESS_OOM_SCORE] = {
		"OOM_SCORE", "oom_score", TYPE_NUMBER, SHOWN,
		N_("what the OOM killer sees; from /proc"),
		.metric = "oom_score",
	},
	[PROCESS_UNIT] = {
		"UNIT", "unit", TYPE_TEXT, 0,
		N_("its systemd unit"), .width = 15,
	},
	[PROCESS_CGROUP] = {
		"CGROUP", "cgroup", TYPE_TEXT, 0,
		N_("the cgroup to which its memory is charged"), .width = 15,
	},
	[PROCESS_COMMAND] = {
		"COMMAND", "command", TYPE_TEXT,
		IN_ALL | IN_EVERY_METRICS,
		N_("its name, at most 15 bytes of it"), .width = 15,
		.label = "command",
	},
	[PROCESS_ARGS] = {
		"ARGS", "args", TYPE_TEXT, 0,
		N_("its command line; COMMAND in brackets if empty"),
	},
	[PROCESS_STATUS] = {
		"STATUS", "status", TYPE_TEXT, IN_EVERY_JSON,
		N_("ok, denied, gone, none (has no memory) or error"),
		.width = 6,
	},
	[PROCESS_SOURCE] = {
		"SOURCE", "source", TYPE_TEXT, IN_EVERY_JSON,
		N_("syscall or procfs"),
	},
};

const struct columns process_columns = {
	.json_name = "processes",
	.metrics = "tamalloc_process_",
	.list = list,
	.n = ARRAY_SIZE(list),
};

static bool is_detail(size_t column)
{
	return column >= PROCESS_THREADS && column <= PROCESS_USS;
}

bool process_is_summed(size_t column)
{
	switch (column) {
	case PROCESS_PROCESSES:
	case PROCESS_RESERVED:
	case PROCESS_RESERVED_DIFF:
	case PROCESS_USED:
	case PROCESS_USED_DIFF:
	case PROCESS_USED_PERCENT:
	case PROCESS_RAM_PERCENT:
		return true;
	case PROCESS_PEAK:
		/* Each had its own at another time. */
		return false;
	default:
		return is_detail(column);
	}
}

const struct columns *process_group_columns(size_t key)
{
	static struct column group_list[ARRAY_SIZE(list)];
	static struct columns columns;

	for (size_t i = 0; i < ARRAY_SIZE(list); i++) {
		group_list[i] = list[i];
		if (i >= PROCESS_PID && i < PROCESS_STATUS &&
		    !process_is_summed(i))
			group_list[i].shown = 0;
	}
	group_list[key].shown = IN_ALL;
	group_list[PROCESS_PROCESSES].shown = IN_ALL;
	columns = process_columns;
	columns.json_name = "groups";
	columns.list = group_list;
	return &columns;
}

/* The status in every format and language; it also replaces the figures. */
static const char *status(const struct process *process)
{
	static const char *const words[] = {
		[ANSWER_OK] = "ok",
		[ANSWER_DENIED] = "denied",
		[ANSWER_GONE] = "gone",
		[ANSWER_NONE] = "none", /* it has no memory */
		[ANSWER_ERROR] = "error",
	};

	if (process->is_total)
		return "total";
	if (process->n_summed && process->n_left_out)
		return "partial";
	return words[process_answer(process)];
}

/* Returns a text, or NULL if it is unknown. */
static const char *text_of(const struct process_context *context,
			   struct process *process, size_t column)
{
	switch (column) {
	case PROCESS_USER:
		return process_user(process);
	case PROCESS_COMMAND:
		return process_command(process);
	case PROCESS_UNIT:
		return process_text(process, DETAIL_UNIT);
	case PROCESS_CGROUP:
		return process_text(process, DETAIL_CGROUP);
	case PROCESS_ARGS:
		return process_text(process, DETAIL_ARGS);
	case PROCESS_STATUS:
		return status(process);
	default:
		return context->source;
	}
}

/* Sets @figure, and returns whether @column is one that the source provides. */
static bool asked_figure(const struct process_context *context,
			 const struct process *process, size_t column,
			 int64_t *figure)
{
	const struct process_memory_stats *stats = &process->stats;

	switch (column) {
	case PROCESS_RESERVED:
		*figure = stats->reserved_memory_kb * 1024;
		return true;
	case PROCESS_USED:
		*figure = stats->used_memory_kb * 1024;
		return true;
	case PROCESS_USED_PERCENT:
		*figure = stats->used_memory_percentage;
		return true;
	case PROCESS_RAM_PERCENT:
		*figure = machine_ram_share(&context->machine,
					    stats->used_memory_kb * 1024);
		return true;
	case PROCESS_OOM_SCORE_ADJ:
		*figure = stats->oom_score;
		return true;
	default:
		return false;
	}
}

/* Returns when the machine started, in milliseconds since 1970. */
static int64_t machine_start(void)
{
	static int64_t start;
	struct timespec now, up;

	if (start)
		return start;
	clock_gettime(CLOCK_REALTIME, &now);
	clock_gettime(CLOCK_BOOTTIME, &up);
	start = (now.tv_sec - up.tv_sec) * INT64_C(1000) +
		(now.tv_nsec - up.tv_nsec) / 1000000;
	return start;
}

/* Sets milliseconds since 1970. */
static bool started_at(struct process *process, int64_t *figure)
{
	uint64_t ticks;

	if (!process_start(process, &ticks))
		return false;
	*figure = machine_start() + ticks * 1000 / sysconf(_SC_CLK_TCK);
	return true;
}

static bool other_figure(const struct process_context *context,
			 struct process *process, size_t column,
			 int64_t *figure)
{
	bool known = true;
	int score;

	switch (column) {
	case PROCESS_TIME:
		*figure = context->time;
		break;
	case PROCESS_PID:
		*figure = process->pid;
		known = !process->is_sum;
		break;
	case PROCESS_PROCESSES:
		*figure = process->is_sum ? process->n_summed : !process->error;
		break;
	case PROCESS_RESERVED_DIFF:
		*figure = process->reserved_difference;
		known = process->has_differences;
		break;
	case PROCESS_USED_DIFF:
		*figure = process->used_difference;
		known = process->has_differences;
		break;
	case PROCESS_START:
		known = started_at(process, figure);
		break;
	case PROCESS_OOM_SCORE:
		known = process_oom_score(process, &score);
		*figure = score;
		break;
	default:
		known = false;
	}
	return known;
}

static bool figure_of(const struct process_context *context,
		      struct process *process, size_t column, int64_t *figure)
{
	if (process->is_sum && column == PROCESS_OOM_SCORE_ADJ)
		return false;
	if (asked_figure(context, process, column, figure))
		return !process->error;
	if (is_detail(column))
		return process_detail(process, column - PROCESS_THREADS,
				      figure);
	return other_figure(context, process, column, figure);
}

static void show_text(struct table *table,
		      const struct process_context *context,
		      struct process *process, size_t column)
{
	const char *text = text_of(context, process, column);

	if (text)
		table_text(table, column, text);
}

static void show_figure(struct table *table,
			const struct process_context *context,
			struct process *process, size_t column)
{
	int64_t figure;

	if (figure_of(context, process, column, &figure))
		table_number(table, column, figure);
	else if (process->error &&
		 asked_figure(context, process, column, &figure))
		table_word(table, column, status(process));
}

static void fill(struct table *table, const struct process_context *context,
		 struct process *process)
{
	table_row_begin(table);
	for (size_t i = 0; i < table->n_shown; i++) {
		size_t column = table->shown[i];

		if (list[column].type == TYPE_TEXT)
			show_text(table, context, process, column);
		else
			show_figure(table, context, process, column);
	}
}

/* Names the row of the total, where the others have a name or a PID. */
static void name_total(struct table *table)
{
	for (size_t i = 0; i < table->n_shown; i++) {
		size_t column = table->shown[i];

		if (column == PROCESS_PID || (column < PROCESS_STATUS &&
					      list[column].type == TYPE_TEXT)) {
			table_word(table, column, "total");
			return;
		}
	}
}

void process_fill(struct table *table, const struct process_context *context,
		  struct process *process)
{
	int error;

	do {
		error = process->error;
		fill(table, context, process);
	} while (process->error != error);
	if (process->is_total)
		name_total(table);
}

static int compare_texts(const char *a, const char *b, bool descending)
{
	if (!a || !b)
		return !a - !b;
	return descending ? strcmp(b, a) : strcmp(a, b);
}

static int compare_figures(int64_t a, int64_t b, bool descending)
{
	int order = (a > b) - (a < b);

	return descending ? -order : order;
}

int process_order(const struct process_context *context, size_t column,
		  bool descending, struct process *a, struct process *b)
{
	int64_t first, second;
	bool first_known, second_known;

	if (list[column].type == TYPE_TEXT)
		return compare_texts(text_of(context, a, column),
				     text_of(context, b, column), descending);
	first_known = figure_of(context, a, column, &first);
	second_known = figure_of(context, b, column, &second);
	if (!first_known || !second_known)
		return second_known - first_known;
	return compare_figures(first, second, descending);
}
