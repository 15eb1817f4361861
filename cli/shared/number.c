// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>

#include "shared/number.h"

const char *number_prefix(const char *text, uint64_t *number)
{
	char *end;

	/* strtoumax() would accept white space and a sign. */
	if (!isdigit((unsigned char)*text))
		return NULL;
	errno = 0;
	*number = strtoumax(text, &end, 10);
	return end;
}

bool number_parse(const char *text, uint64_t min, uint64_t max,
		  uint64_t *number)
{
	const char *end = number_prefix(text, number);

	return end && !*end && !errno && *number >= min && *number <= max;
}
