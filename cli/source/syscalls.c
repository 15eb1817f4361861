// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/syscalls.h"

const struct source source_syscall = {
	.name = "syscall",
	.reserve = tamalloc_get_stats,
	.global = tamalloc_get_global_stats,
	.process = tamalloc_get_indiviual_stats,
};
