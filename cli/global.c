// SPDX-License-Identifier: GPL-2.0-or-later
/* tamalloc global: the sums over all processes. */
#include <err.h>
#include <stdlib.h>

#include "command.h"
#include "i18n.h"
#include "options.h"
#include "table.h"

/* The call answers in whole MiB. */
#define RESOLUTION_BYTES (INT64_C(1) << 20)

enum {
	RESERVED,
	USED,
	RESOLUTION,
	SOURCE,
};

static const struct column columns[] = {
	[RESERVED] = { "RESERVED", "reserved", TYPE_SIZE, SHOWN,
		N_("reserved memory (VmSize)") },
	[USED] = { "USED", "used", TYPE_SIZE, SHOWN,
		N_("used memory (VmRSS)") },
	[RESOLUTION] = { "RESOLUTION", "resolution", TYPE_SIZE, SHOWN,
		N_("what the figures are rounded down to") },
	[SOURCE] = { "SOURCE", "source", TYPE_TEXT, IN_EVERY_JSON,
		N_("syscall or procfs") },
};

static void print_totals(const struct options *opts, const struct source *src,
			 const struct global_memory_stats *stats)
{
	struct table table;

	table_open(&table, &global_command.columns, opts, 0);
	table_row_begin(&table);
	table_number(&table, RESERVED,
		     stats->total_reserved_memory_mb * RESOLUTION_BYTES);
	table_number(&table, USED,
		     stats->total_used_memory_mb * RESOLUTION_BYTES);
	table_number(&table, RESOLUTION, RESOLUTION_BYTES);
	table_text(&table, SOURCE, src->name);
	table_row_end(&table);
	table_close(&table);
}

static int run_global(int argc, char **argv)
{
	struct options opts = { 0 };
	struct global_memory_stats stats;
	const struct source *src;

	while (options_next(&global_command, argc, argv, &opts) != -1)
		;
	if (optind < argc)
		misuse(&global_command, _("%s: unexpected"), argv[optind]);

	src = source_choose(opts.source);
	if (src->global(&stats))
		err(EXIT_FAILURE, _("cannot add up the processes"));
	print_totals(&opts, src, &stats);
	return EXIT_SUCCESS;
}

static const struct option options[] = { COMMON_OPTIONS };

const struct command global_command = {
	.name = "global",
	.run = run_global,
	.summary = N_("Show the sums over all processes, in whole MiB"),
	.operands = "",
	.options = options,
	.columns = {
		.json_name = "global",
		.list = columns,
		.n = ARRAY_SIZE(columns),
	},
};
