/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which source the figures come from. */
#ifndef CHOOSE_H
#define CHOOSE_H

#include <stdbool.h>

#include "source/source.h"

enum source_choice {
	SOURCE_AUTO,
	SOURCE_SYSCALL,
	SOURCE_PROCFS,
};

bool source_parse(const char *name, enum source_choice *choice);

/* Made once; exits where @choice cannot be had. */
const struct source *source_choose(enum source_choice choice);

#endif /* CHOOSE_H */
