// SPDX-License-Identifier: GPL-2.0-or-later
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "shared/array.h"
#include "shared/exit.h"
#include "shared/i18n.h"
#include "shared/words.h"
#include "source/choose.h"
#include "source/procfs.h"
#include "source/syscalls.h"

bool source_parse(const char *name, enum source_choice *choice)
{
	static const char *const names[] = {
		[SOURCE_AUTO] = "auto",
		[SOURCE_SYSCALL] = "syscall",
		[SOURCE_PROCFS] = "procfs",
	};
	int found = word_find(names, ARRAY_SIZE(names), name);

	if (found >= 0)
		*choice = found;
	return found >= 0;
}

/* Returns why the system calls are not available, or NULL if they are. */
static const char *syscalls_absent(void)
{
	/*
	 * A size of 0 reserves nothing, and EINVAL shows that the call exists.
	 */
	if (tamalloc_get_stats(0) != -1)
		return NULL;
	switch (errno) {
	case ENOSYS:
		return _("this kernel lacks the tamalloc system calls");
	case EPERM:
		return _("the tamalloc system calls are blocked here "
			 "(seccomp)");
	default:
		return NULL;
	}
}

static void fail_without_syscalls(const char *absent)
{
	bool blocked = errno == EPERM;

	warnx("%s", absent);
	if (!blocked)
		fputs(_("Install tamalloc-dkms to get them on this kernel, or boot a "
			"tamalloc kernel. See tamalloc(7).\n"),
		      stderr);
	exit(EXIT_NO_SYSCALLS);
}

const struct source *source_choose(enum source_choice choice, bool note)
{
	const char *absent = NULL;

	if (choice != SOURCE_PROCFS) {
		absent = syscalls_absent();
		if (!absent)
			return &source_syscall;
	}
	if (choice == SOURCE_SYSCALL)
		fail_without_syscalls(absent);
	if (!procfs_usable() && absent)
		errx(EXIT_FAILURE,
		     _("%s, and /proc is not mounted here, or "
		       "shows another PID namespace"),
		     absent);
	if (!procfs_usable())
		errx(EXIT_FAILURE, _("/proc is not mounted here, or shows "
				     "another PID namespace"));
	if (absent && note)
		warnx(_("%s: answering from mmap(2) and /proc"), absent);
	return &source_procfs;
}
