/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A chart as an SVG file. */
#ifndef PLOT_H
#define PLOT_H

#include <stdbool.h>

#include "output/chart.h"

/* Exits if @path cannot be written later. */
void plot_check(const char *path);

/*
 * Writes the file under another name and renames it, so that no half-written
 * file is ever there.  Returns false, with a message if it cannot be written,
 * and silently if it is interrupted.
 */
bool plot_write(const char *path, const struct chart *chart);

#endif /* PLOT_H */
