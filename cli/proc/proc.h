/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROC_H
#define PROC_H

#include "command.h"

extern const struct command proc_command;

#endif /* PROC_H */
