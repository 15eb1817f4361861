/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ALLOC_H
#define ALLOC_H

#include "command.h"

extern const struct command alloc_command;

#endif /* ALLOC_H */
