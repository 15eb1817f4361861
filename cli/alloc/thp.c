// SPDX-License-Identifier: GPL-2.0-or-later
#include <err.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "alloc/thp.h"
#include "shared/array.h"
#include "shared/i18n.h"
#include "shared/words.h"

#define SETTING "/sys/kernel/mm/transparent_hugepage/enabled"

bool thp_parse(const char *name, enum thp *thp)
{
	static const char *const names[] = {
		[THP_DEFAULT] = "default",
		[THP_NEVER] = "never",
		[THP_ALWAYS] = "always",
	};
	int found = word_find(names, ARRAY_SIZE(names), name);

	if (found >= 0)
		*thp = found;
	return found >= 0;
}

/* The file lists all settings, with the current one in brackets. */
const char *thp_system(void)
{
	FILE *file = fopen(SETTING, "re");
	char text[64] = "";

	if (!file)
		return "absent";
	if (!fgets(text, sizeof(text), file))
		*text = '\0';
	fclose(file);
	if (strstr(text, "[always]"))
		return "always";
	return strstr(text, "[madvise]") ? "madvise" : "never";
}

const char *thp_in_force(enum thp thp, const char *system)
{
	bool allowed = !strcmp(system, "always") ||
		       (!strcmp(system, "madvise") && thp == THP_ALWAYS);

	/* A process may have been started without huge pages. */
	if (thp == THP_NEVER || prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0) == 1)
		allowed = false;
	return allowed ? "always" : "never";
}

void thp_advise(void *memory, size_t size, enum thp thp)
{
	int advice = thp == THP_ALWAYS ? MADV_HUGEPAGE : MADV_NOHUGEPAGE;
	uintptr_t page = sysconf(_SC_PAGESIZE), start = (uintptr_t)memory;
	uintptr_t aligned = (start + page - 1) / page * page;

	/* malloc(3)'s memory begins within a page. */
	if (thp == THP_DEFAULT || aligned - start >= size ||
	    !madvise((void *)aligned, size - (aligned - start), advice))
		return;
	/* A kernel without huge pages knows neither advice. */
	if (errno == EINVAL && thp == THP_NEVER)
		return;
	if (errno == EINVAL)
		errx(EXIT_FAILURE, _("this kernel has no transparent huge "
				     "pages"));
	err(EXIT_FAILURE, "madvise");
}
