/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The curve of an experiment: a bounded number of its samples. */
#ifndef SERIES_H
#define SERIES_H

#include "alloc/experiment.h"

#define SERIES_MAX 512

struct point {
	uint64_t done;     /* bytes touched and given back */
	uint64_t reserved; /* growth in bytes since before */
	uint64_t used;
};

/* In order of @done. */
struct series {
	struct point points[SERIES_MAX];
	size_t n;
	uint64_t spacing; /* the least distance of points */
};

/*
 * Makes an empty series, whose memory is in use already: no page of it becomes
 * used while used memory is measured.
 */
void series_init(struct series *series, const struct plan *plan);

/* Adds a point; one too close to the last but one replaces the last. */
void series_add(struct series *series, const struct experiment *exp,
		const struct sample *sample);

/* Returns the highest value, at least 1. */
uint64_t series_highest(const struct series *series);

#endif /* SERIES_H */
