/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A picture of the running experiment, on the terminal at standard error. */
#ifndef PICTURE_H
#define PICTURE_H

#include "alloc/experiment.h"
#include "output/series.h"

struct picture {
	const struct experiment *exp;
	const struct series *series;
	bool line_only; /* only the progress line */
	int results;    /* lines to leave for what is printed below it */
	bool drawn;     /* the cursor is at the end of a frame */
	int lines;      /* of the frame; next, the width of the window */
	int columns;
	double drawn_at;
	bool slow; /* each step is visible */
};

/* The caller sets the first four members, and zeroes the others. */
void picture_begin(struct picture *picture);

/* Redraws it, unless that was just done. */
void picture_show(struct picture *picture);

/* Draws it a last time, and moves below it; a progress line is cleared. */
void picture_end(struct picture *picture);

#endif /* PICTURE_H */
