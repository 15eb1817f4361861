// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "kernel.h"

/* TASK_RSS_EVENTS_THRESH, 64, is looked at before a fault is counted. */
#define FAULTS 66

size_t kernel_rss_lag(void)
{
	struct utsname kernel;
	int version, patchlevel;

	uname(&kernel);
	if (sscanf(kernel.release, "%d.%d", &version, &patchlevel) != 2)
		return 0;
	if (version > 6 || (version == 6 && patchlevel >= 2))
		return 0;
	return FAULTS * sysconf(_SC_PAGESIZE);
}
