/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Transparent huge pages: what was asked for, and what there is. */
#ifndef THP_H
#define THP_H

#include <stdbool.h>
#include <stddef.h>

enum thp {
	THP_DEFAULT, /* as the system has it */
	THP_NEVER,
	THP_ALWAYS,
};

bool thp_parse(const char *name, enum thp *thp);

/* The system's setting: always, madvise, never, or absent. */
const char *thp_system(void);

/* always or never: what memory gets under the setting @system. */
const char *thp_in_force(enum thp thp, const char *system);

/* madvise(2) on a range; exits where that cannot be had. */
void thp_advise(void *memory, size_t size, enum thp thp);

#endif /* THP_H */
