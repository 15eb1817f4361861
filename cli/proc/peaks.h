/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The highest figures of processes over time. */
#ifndef PEAKS_H
#define PEAKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "output/series.h"
#include "output/style.h"
#include "source/processes.h"

struct peaks {
	const char *source;
	size_t samples;
	bool known; /* at least one process had figures */
	struct point reserved;
	struct point used;
	size_t processes; /* most at a time */
	uint64_t milliseconds;
	struct series series; /* of the sums */

	/* If they are a program of our own. */
	bool has_status;
	int status;
	int64_t max_used;
};

/* Adds the sums over @processes, @milliseconds after the beginning. */
void peaks_add(struct peaks *peaks, const struct processes *processes,
	       uint64_t milliseconds);

/* Prints them as a table of one row; @stream as in TABLE_STREAM. */
void peaks_print(const struct peaks *peaks, const struct style *style,
		 bool stream);

/* Draws the curve into the SVG file @path, as plot_write() does. */
bool peaks_plot(const struct peaks *peaks, const char *path);

#endif /* PEAKS_H */
