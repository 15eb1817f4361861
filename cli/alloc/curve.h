/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The curve of an experiment: over the bytes touched and given back. */
#ifndef CURVE_H
#define CURVE_H

#include <stdbool.h>

#include "alloc/experiment.h"
#include "output/series.h"

/* Adds how much reserved and used memory have grown since before. */
void curve_add(struct series *series, const struct experiment *exp,
	       const struct sample *sample);

/* Draws it into the SVG file @path, as plot_write() does. */
bool curve_write(const char *path, const struct experiment *exp,
		 const struct series *series);

#endif /* CURVE_H */
