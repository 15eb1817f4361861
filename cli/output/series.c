// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdbool.h>
#include <string.h>

#include "output/series.h"

void series_init(struct series *series, uint64_t length)
{
	/* A pattern other than zero, so that the pages are really used. */
	memset(series, 0xff, sizeof(*series));
	series->n = 0;
	/* Points two apart are at least this far from each other. */
	series->spacing = length / (SERIES_MAX / 2 - 2) + 1;
}

/* Returns whether nobody would see the last point beside its neighbours. */
static bool last_is_superfluous(const struct series *series, uint64_t x)
{
	const struct point *end = series->points + series->n;

	return series->n >= 2 && x - end[-2].x < series->spacing;
}

void series_add(struct series *series, const struct point *point)
{
	if (last_is_superfluous(series, point->x))
		series->n--;
	series->points[series->n++] = *point;
}

uint64_t series_highest(const struct series *series)
{
	uint64_t max = 1;

	for (size_t i = 0; i < series->n; i++) {
		if (series->points[i].reserved > max)
			max = series->points[i].reserved;
		if (series->points[i].used > max)
			max = series->points[i].used;
	}
	return max;
}
