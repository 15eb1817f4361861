/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The experiment's curve as an SVG file. */
#ifndef PLOT_H
#define PLOT_H

#include "alloc/experiment.h"
#include "alloc/series.h"

/* Exits where @path could not be written later on. */
void plot_check(const char *path);

/*
 * Writes it under another name and renames that: there is never half a file.
 * Returns false, and says why, where it could not be written; and without a
 * word where it was interrupted.
 */
bool plot_write(const char *path, const struct experiment *exp,
		const struct series *series);

#endif /* PLOT_H */
