/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Transparent huge pages: the requested setting, and the actual one. */
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

/* Returns the system's setting: always, madvise, never or absent. */
const char *thp_system(void);

/* Returns what memory gets under the setting @system: always or never. */
const char *thp_in_force(enum thp thp, const char *system);

/* Advises the kernel about a range; exits if it cannot comply. */
void thp_advise(void *memory, size_t size, enum thp thp);

#endif /* THP_H */
