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

/* Keeps the time of the point with more used memory. */
static void merge(struct point *into, const struct point *point)
{
	uint64_t reserved = into->reserved;

	if (point->used >= into->used)
		*into = *point;
	if (reserved > into->reserved)
		into->reserved = reserved;
}

static void append(struct series *series, struct point point)
{
	struct point *last = series->points + series->n - 1;

	if (series->n && last->x / series->spacing == point.x / series->spacing)
		merge(last, &point);
	else
		series->points[series->n++] = point;
}

static void double_spacing(struct series *series)
{
	size_t n = series->n;

	series->spacing *= 2;
	series->n = 0;
	/* It never writes beyond what it has read. */
	for (size_t i = 0; i < n; i++)
		append(series, series->points[i]);
}

void series_extend(struct series *series, const struct point *point)
{
	while (series->n == SERIES_MAX)
		double_spacing(series);
	append(series, *point);
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
