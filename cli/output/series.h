/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A curve of reserved and used memory: a bounded number of its samples. */
#ifndef SERIES_H
#define SERIES_H

#include <stddef.h>
#include <stdint.h>

#define SERIES_MAX 512

struct point {
	uint64_t x;        /* bytes, or milliseconds */
	uint64_t reserved; /* bytes */
	uint64_t used;
};

/* In order of @x. */
struct series {
	struct point points[SERIES_MAX];
	size_t n;
	uint64_t spacing; /* the least distance of points */
};

/*
 * Makes an empty series for values of x up to @length, whose memory is in use
 * already: no page of it becomes used while used memory is measured.
 */
void series_init(struct series *series, uint64_t length);

/* Adds a point; one too close to the last but one replaces the last. */
void series_add(struct series *series, const struct point *point);

/*
 * Adds a point to a curve of unknown length, made with a @length of 0.  Points
 * within @spacing, which doubles when there is no room left, become one with
 * their highest values.
 */
void series_extend(struct series *series, const struct point *point);

/* Returns the highest value, at least 1. */
uint64_t series_highest(const struct series *series);

#endif /* SERIES_H */
