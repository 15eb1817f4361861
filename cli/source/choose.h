/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The choice of the source of all figures. */
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

/*
 * Chooses once; exits if @choice is not available.  If the system calls are not,
 * @note tells so.
 */
const struct source *source_choose(enum source_choice choice, bool note);

#endif /* CHOOSE_H */
