/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --watch and --count: samples at a steady pace. */
#ifndef WATCH_H
#define WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "options.h"

struct style;
struct table;

struct watch {
	bool on;
	double seconds;      /* from sample to sample */
	unsigned long count; /* of samples; 0: endless */

	unsigned long n;     /* samples taken so far */
	bool redraw;         /* each sample replaces the last one */
	double start;        /* by clock_now() */
	unsigned long ticks; /* since then */
};

enum {
	OPT_WATCH = OPT_COMMON_END,
	OPT_COUNT,
	OPT_WATCH_END
};

/* clang-format off */
#define WATCH_OPTIONS						\
	{ "openmetrics", no_argument, NULL, OPT_OPENMETRICS },	\
	{ "watch", optional_argument, NULL, OPT_WATCH },	\
	{ "count", required_argument, NULL, OPT_COUNT }
/* clang-format on */

/* Exits if one of them is given beside --openmetrics, which is one sample. */
void watch_check(const struct command *cmd, const struct options *opts);

/* Takes @c if it is one of those; exits if its argument is wrong. */
bool watch_take_option(struct watch *watch, const struct command *cmd, int c);

/*
 * Calls @show for each sample, or only once without --watch.  If samples
 * replace one another on a terminal, each has a table of its own; otherwise all
 * are rows of one.
 */
void watch_run(struct watch *watch, const struct columns *columns,
	       const struct style *style,
	       void (*show)(struct table *table, void *arg), void *arg);

/* Returns how many rows of a table are visible. */
size_t watch_rows(const struct watch *watch);

/* Returns milliseconds since 1970. */
int64_t watch_time(void);

#endif /* WATCH_H */
