// SPDX-License-Identifier: GPL-2.0-or-later
/* tamalloc global: the sums over all processes. */
#include <err.h>
#include <stdlib.h>

#include "global.h"
#include "options.h"
#include "watch.h"
#include "output/table.h"
#include "shared/array.h"
#include "shared/i18n.h"
#include "source/machine.h"
#include "source/processes.h"
#include "source/procfs.h"

/* The call reports whole MiB. */
#define RESOLUTION_BYTES (INT64_C(1) << 20)

enum {
	TIME,
	RESERVED,
	RESERVED_DIFF,
	USED,
	USED_DIFF,
	RESOLUTION,
	RAM,
	SWAP,
	LIMIT,
	AVAILABLE,
	COMMITTED,
	COMMIT_LIMIT,
	RATIO,
	RAM_PERCENT,
	OVERCOMMIT,
	PROCESSES,
	HIDDEN,
	SOURCE,
};

static const struct column list[] = {
	[TIME] = {
		"TIME", "time", TYPE_TIME, IN_STREAM,
		N_("time of the sample; in JSON seconds since 1970"),
		.width = 8,
	},
	[RESERVED] = {
		"RESERVED", "reserved", TYPE_SIZE, SHOWN | IN_WATCH,
		N_("reserved memory (VmSize)"),
		.metric = "reserved_bytes",
	},
	[RESERVED_DIFF] = {
		"RESERVED_DIFF", "reserved_diff", TYPE_DIFFERENCE,
		IN_WATCH, N_("change of reserved memory since the last sample"),
	},
	[USED] = {
		"USED", "used", TYPE_SIZE, SHOWN | IN_WATCH,
		N_("used memory (VmRSS)"), .width = 7,
		.metric = "used_bytes",
	},
	[USED_DIFF] = {
		"USED_DIFF", "used_diff", TYPE_DIFFERENCE, IN_WATCH,
		N_("change of used memory since the last sample"),
	},
	[RESOLUTION] = {
		"RESOLUTION", "resolution", TYPE_SIZE, SHOWN,
		N_("unit to which these are rounded down"),
		.metric = "resolution_bytes",
	},
	[RAM] = {
		"RAM", "ram", TYPE_SIZE, SHOWN,
		N_("the machine's memory, or LIMIT if that is less"),
		.width = 7,
		.metric = "ram_bytes",
	},
	[SWAP] = {
		"SWAP", "swap", TYPE_SIZE, SHOWN,
		N_("its swap space, or what the cgroup may use of it"),
		.width = 7,
		.metric = "swap_bytes",
	},
	[LIMIT] = {
		"LIMIT", "limit", TYPE_SIZE, SHOWN,
		N_("memory limit of this cgroup, or of one above it"),
		.metric = "limit_bytes",
	},
	[AVAILABLE] = {
		"AVAILABLE", "available", TYPE_SIZE, IN_JSON,
		N_("memory available without swapping, within LIMIT"),
		.metric = "available_bytes",
	},
	[COMMITTED] = {
		"COMMITTED", "committed", TYPE_SIZE, IN_JSON,
		N_("memory promised to processes; from /proc"),
		.metric = "committed_bytes",
	},
	[COMMIT_LIMIT] = {
		"COMMIT_LIMIT", "commit_limit", TYPE_SIZE, IN_JSON,
		N_("its limit where OVERCOMMIT is never; from /proc"),
		.metric = "commit_limit_bytes",
	},
	[RATIO] = {
		"RATIO", "ratio", TYPE_NUMBER, SHOWN | IN_WATCH,
		N_("RESERVED as a multiple of RAM and SWAP together"),
		.decimals = 2,
	},
	[RAM_PERCENT] = {
		"RAM%", "ram_percent", TYPE_NUMBER, SHOWN | IN_WATCH,
		N_("USED in percent of RAM"), .decimals = 1, .width = 5,
	},
	[OVERCOMMIT] = {
		"OVERCOMMIT", "overcommit", TYPE_TEXT, SHOWN,
		N_("heuristic, always or never; from /proc"),
		.metric = "overcommit_policy", .label = "policy",
	},
	[PROCESSES] = {
		"PROCESSES", "processes", TYPE_NUMBER, IN_JSON,
		N_("number of processes in the sums; from /proc"),
		.metric = "processes",
	},
	[HIDDEN] = {
		"HIDDEN", "hidden", TYPE_NUMBER, IN_JSON,
		N_("number of processes hidden from this user"),
		.metric = "hidden",
	},
	[SOURCE] = {
		"SOURCE", "source", TYPE_TEXT, IN_EVERY_JSON,
		N_("syscall or procfs"),
		.metric = "info", .label = "source",
	},
};

static const struct columns columns = {
	.json_name = "global",
	.metrics = "tamalloc_",
	.list = list,
	.n = ARRAY_SIZE(list),
};

struct totals {
	int64_t reserved;
	int64_t used;
	struct process_count count;
};

/* What each sample needs. */
struct sampler {
	const struct source *source;
	bool notes;
	struct totals before;
	bool has_before;
};

/* The sums of /proc lack what is hidden, so they are never without the count. */
static bool needs_count(const struct sampler *sampler,
			const struct table *table)
{
	return sampler->source == &source_procfs ||
	       table_shows(table, PROCESSES) || table_shows(table, HIDDEN);
}

static struct totals ask(const struct sampler *sampler,
			 const struct table *table)
{
	struct process_count count = { COUNT_UNKNOWN, 0 };
	struct global_memory_stats stats;

	if (processes_total(sampler->source, &stats,
			    needs_count(sampler, table) ? &count : NULL))
		err(EXIT_FAILURE, _("cannot add up the processes"));
	return (struct totals){
		.reserved = stats.total_reserved_memory_mb * RESOLUTION_BYTES,
		.used = stats.total_used_memory_mb * RESOLUTION_BYTES,
		.count = count,
	};
}

/* Says once if the figures are not of all processes. */
static void note_hidden(const struct sampler *sampler,
			const struct table *table, const struct totals *totals)
{
	const struct process_count *count = &totals->count;
	bool summed = sampler->source != &source_procfs;

	if (!sampler->notes || sampler->has_before)
		return;
	if (summed && count->processes == COUNT_UNKNOWN && count->hidden &&
	    procfs_usable() && table_shows(table, PROCESSES))
		warnx(_("/proc hides processes from this user: their number "
			"is unknown, but the sums include them"));
	else if (!summed && count->hidden == COUNT_UNKNOWN)
		warnx(_("/proc hides processes from this user: the sums do "
			"not include them"));
	else if (!summed && count->hidden)
		warnx(_("processes (or kernel threads) hidden from this user, "
			"and not in the sums: %ld"),
		      count->hidden);
}

static bool shows_machine(const struct table *table)
{
	for (size_t id = RAM; id <= RAM_PERCENT; id++)
		if (table_shows(table, id))
			return true;
	return false;
}

static void fill_known(struct table *table, size_t id, int64_t size)
{
	if (size != MACHINE_UNKNOWN)
		table_number(table, id, size);
}

static void fill_machine(struct table *table, const struct totals *totals)
{
	struct machine machine = machine_memory(table_shows(table, AVAILABLE));

	table_number(table, RAM, machine.ram);
	table_number(table, SWAP, machine.swap);
	fill_known(table, LIMIT, machine.limit);
	table_number(table, AVAILABLE, machine.available);
	fill_known(table, COMMITTED, machine.committed);
	fill_known(table, COMMIT_LIMIT, machine.commit_limit);
	table_number(table, RATIO, machine_ratio(&machine, totals->reserved));
	table_number(table, RAM_PERCENT,
		     machine_ram_share(&machine, totals->used));
}

/* The words of the kernel's documentation for 0, 1 and 2. */
static void fill_overcommit(struct table *table)
{
	static const char *const policies[] = {
		"heuristic",
		"always",
		"never",
	};
	int policy;

	if (procfs_overcommit(&policy) && policy >= 0 &&
	    (size_t)policy < ARRAY_SIZE(policies))
		table_text(table, OVERCOMMIT, policies[policy]);
}

static void fill_count(struct table *table, const struct process_count *count)
{
	if (count->processes != COUNT_UNKNOWN)
		table_number(table, PROCESSES, count->processes);
	if (count->hidden != COUNT_UNKNOWN)
		table_number(table, HIDDEN, count->hidden);
}

static void fill_totals(struct table *table, const struct totals *totals)
{
	table_number(table, RESERVED, totals->reserved);
	table_number(table, USED, totals->used);
	table_number(table, RESOLUTION, RESOLUTION_BYTES);
}

static void fill_differences(struct table *table, const struct totals *totals,
			     const struct totals *before)
{
	table_number(table, RESERVED_DIFF, totals->reserved - before->reserved);
	table_number(table, USED_DIFF, totals->used - before->used);
}

/* Skips costly figures unless their column is shown. */
static void show(struct table *table, void *arg)
{
	struct sampler *sampler = arg;
	struct totals totals = ask(sampler, table);

	note_hidden(sampler, table, &totals);
	table_row_begin(table);
	table_number(table, TIME, watch_time());
	fill_totals(table, &totals);
	if (shows_machine(table))
		fill_machine(table, &totals);
	if (sampler->has_before)
		fill_differences(table, &totals, &sampler->before);
	if (table_shows(table, OVERCOMMIT))
		fill_overcommit(table);
	fill_count(table, &totals.count);
	table_text(table, SOURCE, sampler->source->name);
	table_row_end(table);
	sampler->before = totals;
	sampler->has_before = true;
}

static int run_global(int argc, char **argv)
{
	struct sampler sampler = { 0 };
	struct options opts = { 0 };
	struct watch watch = { 0 };
	int c;

	while ((c = options_next(&global_command, argc, argv, &opts)) != -1)
		watch_take_option(&watch, &global_command, c);
	watch_check(&global_command, &opts);
	if (optind < argc)
		misuse(&global_command, _("%s: unexpected"), argv[optind]);

	sampler.source = options_source(&opts);
	sampler.notes = options_notes(&opts);
	watch_run(&watch, &columns, &opts.style, show, &sampler);
	return EXIT_SUCCESS;
}

static const struct option options[] = {
	WATCH_OPTIONS,
	COMMON_OPTIONS,
};

const struct command global_command = {
	.name = "global",
	.run = run_global,
	.summary = N_("Show the sums over all processes, in whole MiB"),
	.operands = "",
	.options = options,
	.options_help = N_(
		"     --openmetrics     print metrics for Prometheus\n"
		"     --watch[=SECONDS] refresh every SECONDS (default 1)\n"
		"     --count=NUMBER    stop after NUMBER samples; implies --watch\n"),
	.columns = &columns,
};
