/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Draws the curve of an experiment. */
#ifndef SVG_H
#define SVG_H

#include <stdio.h>

#include "alloc/experiment.h"
#include "alloc/series.h"

void svg_write(FILE *file, const struct experiment *exp,
	       const struct series *series);

#endif /* SVG_H */
