/* SPDX-License-Identifier: GPL-2.0 */
/* So that a figure is the same each time. */
#ifndef REPEAT_H
#define REPEAT_H

#include <err.h>
#include <sys/personality.h>
#include <unistd.h>

/*
 * Starts this program anew without address space layout randomization, by which
 * fork(2) has a page table more or less to copy.
 */
static inline void without_randomization(char **argv)
{
	int persona = personality(0xffffffff);

	if (persona & ADDR_NO_RANDOMIZE)
		return;
	personality(persona | ADDR_NO_RANDOMIZE);
	execv("/proc/self/exe", argv);
	err(1, "/proc/self/exe");
}

#endif /* REPEAT_H */
