// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>

#include "proc/sums.h"

struct order {
	const struct process_context *context;
	size_t column;
};

static int compare_keys(struct process *a, struct process *b,
			const struct order *order)
{
	return process_order(order->context, order->column, false, a, b);
}

static int by_key(const void *a, const void *b, void *order)
{
	return compare_keys(*(struct process *const *)a,
			    *(struct process *const *)b, order);
}

static void copy_key(struct process *sum, struct process *process,
		     size_t column)
{
	switch (column) {
	case PROCESS_USER:
		process_copy_owner(sum, process);
		break;
	case PROCESS_COMMAND:
		process_copy_command(sum, process);
		break;
	case PROCESS_UNIT:
		process_copy_text(sum, process, DETAIL_UNIT);
		break;
	default:
		process_copy_text(sum, process, DETAIL_CGROUP);
	}
}

/* Both lists are in the order of the keys. */
static void compare_groups(struct sums *sums, const struct order *order)
{
	struct processes *before = &sums->groups_before;
	size_t next = 0;

	for (size_t i = 0; i < sums->groups.n; i++) {
		struct process *group = &sums->groups.list[i];
		int found = 1;

		while (next < before->n &&
		       (found = compare_keys(&before->list[next], group,
					     order)) < 0)
			next++;
		if (next < before->n && !found)
			process_compare(group, &before->list[next]);
	}
}

void sums_take_groups(struct sums *sums, const struct process_context *context,
		      struct process **rows, size_t n, size_t column,
		      uint32_t details)
{
	struct order order = { context, column };
	struct process *group = NULL;

	processes_keep_order(&sums->groups, &sums->groups_before);
	qsort_r(rows, n, sizeof(*rows), by_key, &order);
	for (size_t i = 0; i < n; i++) {
		if (process_has_ended(rows[i]))
			continue;
		if (!group || compare_keys(group, rows[i], &order)) {
			group = processes_add_sum(&sums->groups, details);
			copy_key(group, rows[i], column);
		}
		process_add_to(group, rows[i], details);
	}
	compare_groups(sums, &order);
}

void sums_take_total(struct sums *sums, struct process **rows, size_t n,
		     uint32_t details)
{
	struct process *total;

	processes_keep_order(&sums->total, &sums->total_before);
	total = processes_add_sum(&sums->total, details);
	total->is_total = true;
	for (size_t i = 0; i < n; i++)
		process_add_to(total, rows[i], details);
	if (sums->total_before.n)
		process_compare(total, sums->total_before.list);
}

void sums_free(struct sums *sums)
{
	processes_free(&sums->groups);
	processes_free(&sums->groups_before);
	processes_free(&sums->total);
	processes_free(&sums->total_before);
}
