/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GLOBAL_H
#define GLOBAL_H

#include "command.h"

extern const struct command global_command;

#endif /* GLOBAL_H */
