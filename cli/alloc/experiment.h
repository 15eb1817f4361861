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

/* What to do. */
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
	size_t touched; /* bytes; next, those given back */
	size_t released;
	struct process_memory_stats stats;
	int oom_score;
	bool oom_score_known;
	/* During touching and giving back. */
	long minor_faults;
	long major_faults;
	double seconds;
};

struct experiment {
	struct plan plan;
	const struct source *src;
	/* Called with each sample; may be NULL. */
	void (*observe)(void *observer, const struct sample *sample);
	void *observer;

	const char *thp_system;
	bool proc; /* /proc has the oom_score */
	unsigned char *memory;
	double reserve_seconds;
	long reserve_faults;
	struct touch touch;
	struct sample now;
	struct sample samples[N_STAGES]; /* at the end of each stage */
};

/* Examines the system, before anything is shown. */
void experiment_prepare(struct experiment *exp);

/*
 * Exits if memory cannot be reserved or measured.  Returns any other cause of
 * an early end, with the state at that time in @exp->now.
 */
enum touch_end experiment_run(struct experiment *exp);
void experiment_free(struct experiment *exp);

/* Returns how many bytes a plan touches and gives back. */
size_t plan_work(const struct plan *plan);

/* Returns the last stage of @plan. */
enum stage plan_last_stage(const struct plan *plan);

/* Returns "always" if huge pages are in force, or else "never". */
const char *experiment_thp(const struct experiment *exp);

/* Return how much used and reserved memory have grown since before. */
int64_t sample_used_growth(const struct experiment *exp,
			   const struct sample *sample);
int64_t sample_reserved_growth(const struct experiment *exp,
			       const struct sample *sample);

/* Returns 0 for less than before, where that cannot be shown. */
static inline uint64_t growth_or_none(int64_t growth)
{
	return growth > 0 ? growth : 0;
}

#endif /* EXPERIMENT_H */
