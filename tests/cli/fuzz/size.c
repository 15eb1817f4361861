// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * For libFuzzer: sizes and seconds.  What is taken lies in its limits, and is
 * the number that is written there; what a size is shown as is read as nearly
 * the same.
 */
#include <ctype.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/size.h"

#define ADDRESS_SPACE ((UINT64_C(1) << 47) - 4096)

static const char units[] = "BKMGTPE";

static void must(int good, const char *what, const char *text)
{
	if (good)
		return;
	fprintf(stderr, "%s: %s\n", text, what);
	abort();
}

/* The number that is written in @text, far beyond what an integer holds. */
static long double value_of(const char *text)
{
	char *unit;
	long double value = strtold(text, &unit);
	const char *letter = strchr(units, toupper((unsigned char)*unit));

	if (!*unit)
		return value;
	must(letter != NULL, "taken, and no unit", text);
	return value * powl(!unit[1] || tolower((unsigned char)unit[1]) == 'i' ?
			    1024 : 1000, letter - units);
}

static void try_size(const char *text)
{
	char shown[SIZE_TEXT];
	const char *why;
	size_t size, again;
	double tenth;

	why = size_parse(text, &size);
	if (why) {
		must(*why, "refused without a reason", text);
		return;
	}
	must(isdigit((unsigned char)*text), "taken, and no number", text);
	must(size <= ADDRESS_SPACE, "beyond the address space", text);
	/* A part of a byte is left out, and so are digits beyond the eighteenth. */
	must(size <= value_of(text) + 1 && value_of(text) - size < 3,
	     "another number", text);

	size_format(shown, size);
	must(strlen(shown) < 8, "too long to show", shown);
	/* A whole number of a unit is exact; else it is a tenth of it off. */
	if (!strchr(shown, '.')) {
		if (shown[0] == '1' && !strcmp(shown + 1, "28T"))
			return;
		must(!size_parse(shown, &again), "cannot be read", shown);
		tenth = again / 10.0;
		must(fabs((double)again - (double)size) <= tenth + 1,
		     "is another size", shown);
	}
}

static void try_seconds(const char *text)
{
	double seconds = -1;
	const char *why = seconds_parse(text, &seconds);

	if (why) {
		must(*why, "refused without a reason", text);
		return;
	}
	must(isfinite(seconds) && seconds >= 0, "no time to wait for", text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	memcpy(text, data, size);
	text[size] = '\0';
	try_size(text);
	try_seconds(text);
	free(text);
	return 0;
}
