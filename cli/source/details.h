/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What /proc says of a process beside its sums; each file costs a read. */
#ifndef DETAILS_H
#define DETAILS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum detail {
	DETAIL_THREADS, /* from status; bytes, except for this one */
	DETAIL_PEAK,
	DETAIL_ANON,
	DETAIL_FILE,
	DETAIL_SHARED,
	DETAIL_SWAP,
	DETAIL_HUGETLB,
	DETAIL_PSS, /* from smaps_rollup, which walks all page tables */
	DETAIL_USS,
	DETAILS,
};

enum detail_text {
	DETAIL_ARGS,
	DETAIL_CGROUP,
	DETAIL_UNIT,
	DETAIL_TEXTS,
};

/* The values that have been asked for. */
struct details {
	uint32_t read; /* a bit for each detail that has been looked for */
	uint32_t known;
	int64_t values[DETAILS];
	bool text_read[DETAIL_TEXTS];
	char *texts[DETAIL_TEXTS]; /* NULL: unknown */
};

static inline bool details_has_asked(const struct details *details,
				     enum detail detail)
{
	return details->read & UINT32_C(1) << detail;
}

/* Makes the sums of @known 0, a bit for each, and everything else unknown. */
void details_begin_sums(struct details *details, uint32_t known);

/* Look up a value, or know it from an earlier call; false or NULL: unknown. */
bool details_value(struct details *details, pid_t pid, enum detail detail,
		   int64_t *value);
const char *details_text(struct details *details, pid_t pid,
			 enum detail_text text);

void details_free(struct details *details);

#endif /* DETAILS_H */
