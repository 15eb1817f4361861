// SPDX-License-Identifier: GPL-2.0-or-later
/* tamalloc global: the sums over all processes. */
#include <err.h>
#include <stdlib.h>

#include "command.h"
#include "options.h"

/* The call answers in whole MiB. */
#define RESOLUTION (UINT64_C(1) << 20)

static void print_totals(const struct options *opts, const struct source *src,
			 const struct global_memory_stats *stats)
{
	struct table table;

	table_open(&table, &global_command.columns, opts);
	table_row(&table);
	table_size(&table, COL_RESERVED,
		   stats->total_reserved_memory_mb * RESOLUTION);
	table_size(&table, COL_USED, stats->total_used_memory_mb * RESOLUTION);
	table_size(&table, COL_RESOLUTION, RESOLUTION);
	table_text(&table, COL_SOURCE, src->name);
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
		misuse(&global_command, "%s: unexpected", argv[optind]);

	src = source_choose(opts.source);
	if (src->global(&stats))
		err(EXIT_FAILURE, "cannot add up the processes");
	print_totals(&opts, src, &stats);
	return EXIT_SUCCESS;
}

static const struct option options[] = { COMMON_OPTIONS };

static const enum column columns[] = {
	COL_RESERVED, COL_USED, COL_RESOLUTION, COL_SOURCE
};

const struct command global_command = {
	.name = "global",
	.run = run_global,
	.summary = "Show the sums over all processes, in whole MiB",
	.operands = "",
	.options = options,
	.options_help = "",
	.columns = {
		.json_name = "global",
		.ids = columns,
		.n = ARRAY_SIZE(columns),
		.n_text = 3,
	},
};
