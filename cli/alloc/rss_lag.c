// SPDX-License-Identifier: GPL-2.0-or-later
#include <err.h>
#include <stdio.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "alloc/rss_lag.h"
#include "shared/i18n.h"
#include "shared/size.h"

/* The kernel checks TASK_RSS_EVENTS_THRESH, 64, before it counts a fault. */
#define FAULTS 66

size_t rss_lag(void)
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

bool rss_lag_explains(size_t touched, int64_t growth)
{
	int64_t missing = (int64_t)touched - growth;

	return missing > 0 && missing <= (int64_t)rss_lag();
}

void rss_lag_warn(void)
{
	char lag[SIZE_TEXT];

	size_format(lag, rss_lag());
	warnx(_("used lags by up to %s: this kernel adds up a thread's page "
		"faults in batches"),
	      lag);
}
