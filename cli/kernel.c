// SPDX-License-Identifier: GPL-2.0-or-later
#include <err.h>
#include <stdio.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "i18n.h"
#include "kernel.h"
#include "size.h"

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

void kernel_explain_lag(size_t touched, int64_t growth)
{
	int64_t lag = kernel_rss_lag(), missing = (int64_t)touched - growth;
	char text[SIZE_TEXT];

	if (missing <= 0 || missing > lag)
		return;
	size_format(text, lag);
	warnx(_("used lags by up to %s: this kernel adds up a thread's page "
		"faults in batches"), text);
}
