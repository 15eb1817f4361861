/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Draws a curve of reserved and used memory as SVG. */
#ifndef CHART_H
#define CHART_H

#include <stdint.h>
#include <stdio.h>

#include "output/series.h"
#include "shared/size.h"

/* A part of the x axis with a label of its own, whose numbers begin with 0. */
struct chart_stage {
	uint64_t length;
	const char *label;
};

/* What the numbers of the x axis look like, and where they stand. */
struct chart_unit {
	uint64_t (*tick)(uint64_t max);
	void (*format)(char text[SIZE_TEXT], uint64_t x);
};

extern const struct chart_unit chart_bytes;
extern const struct chart_unit chart_milliseconds;

struct chart {
	const char *title;
	const char *conditions; /* below the title */
	const char *y_label;
	const struct chart_unit *unit;
	const struct chart_stage *stages;
	size_t n_stages;
	const struct series *series;
	const struct point *peak; /* is marked; NULL: none */
};

void chart_write(FILE *file, const struct chart *chart);

#endif /* CHART_H */
