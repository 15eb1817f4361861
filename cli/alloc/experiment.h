/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The experiment: reserve, touch step by step, give back, and measure. */
#ifndef EXPERIMENT_H
#define EXPERIMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alloc/thp.h"
#include "alloc/touch.h"
#include "source/source.h"

/* What is to be done. */
struct plan {
	size_t size;
	size_t touch;    /* bytes */
	size_t step;     /* bytes between two measurements; 0: all */
	double rate;     /* bytes a second, or 0 */
	double interval; /* seconds between two steps, or 0 */
	bool random;
	uint64_t seed;
	bool read;
	bool verify;
	bool release;
	enum thp thp;
};

enum stage {
	BEFORE,
	RESERVED,
	TOUCHED,
	RELEASED,
	N_STAGES
};

struct sample {
	enum stage stage;
	size_t touched; /* bytes, and how many were then given back */
	size_t released;
	struct process_memory_stats stats;
	int oom_score;
	bool oom_score_known;
	/* While the memory was touched and given back. */
	long minor_faults;
	long major_faults;
	double seconds;
};

struct experiment {
	struct plan plan;
	const struct source *src;
	/* Is told of each sample; may be NULL. */
	void (*observe)(void *observer, const struct sample *sample);
	void *observer;

	const char *thp_system;
	bool proc; /* can tell the oom_score */
	unsigned char *memory;
	double reserve_seconds;
	long reserve_faults;
	struct touch touch;
	struct sample now;
	struct sample samples[N_STAGES]; /* at the end of each */
};

/* Finds out about the system, before anyone is told of it. */
void experiment_prepare(struct experiment *exp);

/*
 * Exits where memory cannot be reserved or measured.  All else that can end it
 * early is returned, with what was done until then in @exp->now.
 */
enum touch_end experiment_run(struct experiment *exp);
void experiment_free(struct experiment *exp);

/* Bytes that a plan touches and gives back. */
size_t plan_work(const struct plan *plan);

/* The last stage of @plan. */
enum stage plan_last_stage(const struct plan *plan);

/* Are huge pages in force?  always or never. */
const char *experiment_thp(const struct experiment *exp);

/* By how much used and reserved memory have grown since before. */
int64_t sample_used_growth(const struct experiment *exp,
			   const struct sample *sample);
int64_t sample_reserved_growth(const struct experiment *exp,
			       const struct sample *sample);

/* For what has no room for less than before. */
static inline uint64_t growth_or_none(int64_t growth)
{
	return growth > 0 ? growth : 0;
}

#endif /* EXPERIMENT_H */
