/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sums over groups of processes, and over all that are shown. */
#ifndef SUMS_H
#define SUMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proc/process_columns.h"
#include "source/processes.h"

/* The sums of this sample and of the last one; all zero at first. */
struct sums {
	struct processes groups; /* in the order of their keys */
	struct processes groups_before;
	struct processes total; /* of one element */
	struct processes total_before;
};

/*
 * Groups the @n @rows by a column, whose text is the key of the group; sorts
 * @rows by it.  The sums of @details, a bit for each, cost a read.
 */
void sums_take_groups(struct sums *sums, const struct process_context *context,
		      struct process **rows, size_t n, size_t column,
		      uint32_t details);

void sums_take_total(struct sums *sums, struct process **rows, size_t n,
		     uint32_t details);

void sums_free(struct sums *sums);

#endif /* SUMS_H */
