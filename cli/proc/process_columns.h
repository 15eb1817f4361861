/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The columns of a process, to show and to sort by. */
#ifndef PROCESS_COLUMNS_H
#define PROCESS_COLUMNS_H

#include "output/columns.h"
#include "output/table.h"
#include "source/machine.h"
#include "source/processes.h"

enum process_column {
	PROCESS_TIME,
	PROCESS_PID,
	PROCESS_USER,
	PROCESS_START,
	PROCESS_PROCESSES,
	PROCESS_RESERVED,
	PROCESS_RESERVED_DIFF,
	PROCESS_USED,
	PROCESS_USED_DIFF,
	PROCESS_THREADS, /* from here to PROCESS_USS as in enum detail */
	PROCESS_PEAK,
	PROCESS_ANON,
	PROCESS_FILE,
	PROCESS_SHARED,
	PROCESS_SWAP,
	PROCESS_HUGETLB,
	PROCESS_PSS,
	PROCESS_USS,
	PROCESS_USED_PERCENT,
	PROCESS_RAM_PERCENT,
	PROCESS_OOM_SCORE_ADJ,
	PROCESS_OOM_SCORE,
	PROCESS_UNIT,
	PROCESS_CGROUP,
	PROCESS_COMMAND,
	PROCESS_ARGS,
	PROCESS_STATUS,
	PROCESS_SOURCE,
};

extern const struct columns process_columns;

/* Returns the same for rows of sums, with the @key that they are grouped by. */
const struct columns *process_group_columns(size_t key);

/* Returns whether a group has a figure for @column. */
bool process_is_summed(size_t column);

/* Values that all processes of a sample share. */
struct process_context {
	const char *source;
	struct machine machine;
	int64_t time;
};

/*
 * Begins a row.  A process that ends while its values are read has no figures,
 * rather than some.
 */
void process_fill(struct table *table, const struct process_context *context,
		  struct process *process);

/* Compares for qsort(); unknown values come last, whatever the direction. */
int process_order(const struct process_context *context, size_t column,
		  bool descending, struct process *a, struct process *b);

#endif /* PROCESS_COLUMNS_H */
