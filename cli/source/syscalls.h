/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SYSCALLS_H
#define SYSCALLS_H

#include "source/source.h"

extern const struct source source_syscall;

#endif /* SYSCALLS_H */
