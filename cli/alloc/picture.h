/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The experiment as it goes on, on the terminal at standard error. */
#ifndef PICTURE_H
#define PICTURE_H

#include "alloc/experiment.h"
#include "alloc/series.h"

struct picture {
	const struct experiment *exp;
	const struct series *series;
	bool line_only; /* no more than the progress line */
	bool drawn;     /* something, and the cursor is at its end */
	int lines;      /* of what is drawn, and the window's width */
	int columns;
	double drawn_at;
	bool slow; /* steps are seen one by one */
};

/* The first three members are given, the others zero. */
void picture_begin(struct picture *picture);

/* Draws it anew, unless that was just now. */
void picture_show(struct picture *picture);

/* Draws it a last time, and leaves the terminal below it; a line vanishes. */
void picture_end(struct picture *picture);

#endif /* PICTURE_H */
