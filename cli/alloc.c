// SPDX-License-Identifier: GPL-2.0-or-later
/* tamalloc alloc: reserve memory, touch some of it, and see what is used. */
#include <err.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "command.h"
#include "hold.h"
#include "i18n.h"
#include "options.h"
#include "table.h"
#include "touch.h"

enum stage {
	BEFORE,
	RESERVED,
	TOUCHED,
	N_STAGES
};

struct experiment {
	struct options opts;
	size_t size;
	size_t touch;
	bool touch_given;
	bool verify;
	bool hold;
	double hold_seconds;

	const struct source *src;
	unsigned char *memory;
	struct process_memory_stats samples[N_STAGES];
};

static void sample(struct experiment *exp, enum stage stage)
{
	if (exp->src->process(getpid(), &exp->samples[stage]))
		err(EXIT_FAILURE, "cannot measure this process");
}

static _Noreturn void refuse_size(const char *text, const char *why)
{
	errx(EXIT_MISUSE, "%s: %s", text, why);
}

static size_t parse_size(const char *text)
{
	size_t size;
	const char *why = size_parse(text, &size);

	if (why)
		refuse_size(text, why);
	return size;
}

static double parse_seconds(const char *text)
{
	double seconds;
	const char *why = seconds_parse(text, &seconds);

	if (why)
		errx(EXIT_MISUSE, "%s: %s", text, why);
	return seconds;
}

static void parse_options(struct experiment *exp, int argc, char **argv)
{
	int c;

	while ((c = options_next(&alloc_command, argc, argv,
				 &exp->opts)) != -1) {
		switch (c) {
		case 't':
			exp->touch = parse_size(optarg);
			exp->touch_given = true;
			break;
		case 'v':
			exp->verify = true;
			break;
		case 'w':
			exp->hold = true;
			exp->hold_seconds = optarg ? parse_seconds(optarg) :
						     INFINITY;
			break;
		}
	}
}

static void parse_arguments(struct experiment *exp, int argc, char **argv)
{
	parse_options(exp, argc, argv);
	if (optind == argc)
		misuse(&alloc_command, "SIZE is missing");
	if (optind + 1 < argc)
		misuse(&alloc_command, "%s: unexpected", argv[optind + 1]);

	exp->size = parse_size(argv[optind]);
	if (!exp->size)
		refuse_size(argv[optind], "nothing to reserve");
	if (exp->touch > exp->size)
		errx(EXIT_MISUSE, "--touch is more than SIZE");
	if (exp->verify && !exp->touch_given)
		misuse(&alloc_command,
		       "--verify reads what --touch will write");
}

static void reserve(struct experiment *exp)
{
	long address = exp->src->reserve(exp->size);
	char text[SIZE_TEXT];

	if (address != -1) {
		exp->memory = (unsigned char *)address;
		return;
	}
	size_format(text, exp->size);
	if (errno == ENOMEM)
		errx(EXIT_FAILURE, "cannot reserve %s: refused by the address "
		     "space, ulimit -v or vm.overcommit_memory", text);
	err(EXIT_FAILURE, "cannot reserve %s", text);
}

/* Nothing is allocated or printed between the samples: it would show. */
static void measure(struct experiment *exp)
{
	/* The first faults in the code that the others run. */
	sample(exp, BEFORE);
	sample(exp, BEFORE);
	reserve(exp);
	sample(exp, RESERVED);
	touch(exp->memory, exp->touch, exp->verify);
	sample(exp, TOUCHED);
}

enum {
	STAGE,
	RESERVED_SIZE,
	USED,
	USED_PERCENT,
	PID,
	ADDRESS,
	SIZE,
	TOUCHED_SIZE,
	VERIFIED,
	SOURCE,
};

static const struct column columns[] = {
	[STAGE] = { "STAGE", "stage", TYPE_TEXT, SHOWN,
		N_("before, reserved or touched"), .width = 8 },
	[RESERVED_SIZE] = { "RESERVED", "reserved", TYPE_SIZE, SHOWN,
		N_("reserved memory (VmSize)") },
	[USED] = { "USED", "used", TYPE_SIZE, SHOWN,
		N_("used memory (VmRSS)"), .width = 8 },
	[USED_PERCENT] = { "USED%", "used_percent", TYPE_NUMBER, SHOWN,
		N_("used memory in percent of reserved memory") },
	[PID] = { "PID", "pid", TYPE_NUMBER, IN_JSON,
		N_("process ID") },
	[ADDRESS] = { "ADDRESS", "address", TYPE_TEXT, IN_JSON,
		N_("start of the reservation") },
	[SIZE] = { "SIZE", "size", TYPE_SIZE, IN_JSON,
		N_("size that was asked for") },
	[TOUCHED_SIZE] = { "TOUCHED", "touched", TYPE_SIZE, IN_JSON,
		N_("bytes to write") },
	[VERIFIED] = { "VERIFIED", "verified", TYPE_BOOLEAN, IN_JSON,
		N_("were they all read as zero first?") },
	[SOURCE] = { "SOURCE", "source", TYPE_TEXT, IN_EVERY_JSON,
		N_("syscall or procfs") },
};

static void add_stage(struct table *table, const struct experiment *exp,
		      enum stage stage)
{
	static const char *const names[] = { "before", "reserved", "touched" };
	const struct process_memory_stats *stats = &exp->samples[stage];
	char address[SIZE_TEXT];

	snprintf(address, sizeof(address), "%p", (void *)exp->memory);
	table_row_begin(table);
	table_text(table, STAGE, names[stage]);
	table_number(table, RESERVED_SIZE, stats->reserved_memory_kb * 1024);
	table_number(table, USED, stats->used_memory_kb * 1024);
	table_number(table, USED_PERCENT, stats->used_memory_percentage);
	table_number(table, PID, getpid());
	table_text(table, ADDRESS, address);
	table_number(table, SIZE, exp->size);
	table_number(table, TOUCHED_SIZE, exp->touch);
	table_number(table, VERIFIED, exp->verify);
	table_text(table, SOURCE, exp->src->name);
	table_row_end(table);
}

static void print_summary(const struct experiment *exp)
{
	char size[SIZE_TEXT], touched[SIZE_TEXT];

	format_bytes(&exp->opts, size, exp->size);
	format_bytes(&exp->opts, touched, exp->touch);
	printf("PID %d: %s at %p, %s touched%s\n", getpid(), size,
	       (void *)exp->memory, touched,
	       exp->verify ? ", all zero before" : "");
}

static void print_experiment(const struct experiment *exp)
{
	struct table table;

	if (exp->opts.format == FORMAT_TABLE)
		print_summary(exp);
	table_open(&table, &alloc_command.columns, &exp->opts, 0);
	for (enum stage stage = BEFORE; stage < N_STAGES; stage++)
		add_stage(&table, exp, stage);
	table_close(&table);
}

static void hold(const struct experiment *exp)
{
	char size[SIZE_TEXT], limit[SIZE_TEXT] = "";

	format_bytes(&exp->opts, size, exp->size);
	if (isfinite(exp->hold_seconds))
		snprintf(limit, sizeof(limit), " for %g s, or",
			 exp->hold_seconds);
	warnx("PID %d holds %s%s until %sSIGINT or SIGTERM", getpid(), size,
	      limit, hold_has_terminal() ? "ENTER, " : "");
	hold_wait(exp->hold_seconds);
}

static int run_alloc(int argc, char **argv)
{
	struct experiment exp = { 0 };

	parse_arguments(&exp, argc, argv);
	exp.src = source_choose(exp.opts.source);
	measure(&exp);
	/* Before anyone can read that there is something to signal. */
	if (exp.hold)
		hold_prepare();
	print_experiment(&exp);
	if (fflush(stdout))
		return EXIT_FAILURE;
	if (exp.hold)
		hold(&exp);
	munmap(exp.memory, exp.size);
	return EXIT_SUCCESS;
}

static const struct option options[] = {
	{ "touch", required_argument, NULL, 't' },
	{ "verify", no_argument, NULL, 'v' },
	{ "hold", optional_argument, NULL, 'w' },
	COMMON_OPTIONS
};

const struct command alloc_command = {
	.name = "alloc",
	.run = run_alloc,
	.summary = "Reserve memory, touch some of it, and see what is used",
	.operands = "SIZE",
	.options = options,
	.options_help =
		"     --touch=SIZE      write into the first SIZE bytes (none)\n"
		"     --verify          read them first: each must be zero\n"
		"     --hold[=SECONDS]  keep the memory until ENTER, SIGINT or\n"
		"                         SIGTERM, or for SECONDS\n",
	.columns = {
		.json_name = "stages",
		.list = columns,
		.n = ARRAY_SIZE(columns),
	},
};
