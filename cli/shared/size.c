// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <limits.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "shared/i18n.h"
#include "shared/number.h"
#include "shared/size.h"

static const char units[] = "BKMGTPE";

static const char *not_a_size(void)
{
	return _("not a size (a number and a unit, as in 100M or 1.5G)");
}

/* The user address space of x86-64 is 47 bits wide, less a guard page. */
#define SIZE_LIMIT ((UINT64_C(1) << 47) - 4096)

/* Returns the bytes in one @unit, or 0 if there is no such unit. */
static uint64_t unit_size(const char *unit)
{
	const char *letter = strchr(units, toupper((unsigned char)*unit));
	uint64_t size = 1, base = 1024;

	if (!*unit || !strcasecmp(unit, "B"))
		return 1;
	if (!letter || letter == units)
		return 0;
	if (!strcasecmp(unit + 1, "B"))
		base = 1000;
	else if (unit[1] && strcasecmp(unit + 1, "iB"))
		return 0;
	for (; letter > units; letter--)
		size *= base;
	return size;
}

/* The locale's, though figures are written as in the locale C. */
static const char *locale_point(void)
{
	static char point[2 * MB_LEN_MAX];

	if (!*point) {
		setlocale(LC_NUMERIC, "");
		snprintf(point, sizeof(point), "%s",
			 localeconv()->decimal_point);
		setlocale(LC_NUMERIC, "C");
	}
	return point;
}

/* Returns the length of a decimal point: a dot, or as the locale has it. */
static size_t decimal_point(const char *text)
{
	const char *point = locale_point();
	size_t length = strlen(point);

	return strncmp(text, point, length) ? *text == '.' : length;
}

/* A part of 1, as a number of units of 10^-FRACTION_DIGITS. */
#define FRACTION_DIGITS 18
#define FRACTION_WHOLE UINT64_C(1000000000000000000)

/* For a size times such a number. */
__extension__ typedef unsigned __int128 product_t;

/*
 * Reads decimals, if there are any, and returns what follows, or NULL if there
 * is a decimal point without them.  Later digits are a byte or less.
 */
static const char *fraction_prefix(const char *text, uint64_t *fraction)
{
	size_t point = decimal_point(text);
	int digits = 0;

	*fraction = 0;
	if (!point)
		return text;
	for (text += point; isdigit((unsigned char)*text); text++)
		if (digits++ < FRACTION_DIGITS)
			*fraction = *fraction * 10 + *text - '0';
	for (int i = digits; i < FRACTION_DIGITS; i++)
		*fraction *= 10;
	return digits ? text : NULL;
}

const char *size_parse(const char *text, size_t *size)
{
	uint64_t number, fraction, unit;
	const char *decimals, *end;

	if (*text == '-')
		return _("negative");
	decimals = number_prefix(text, &number);
	end = decimals ? fraction_prefix(decimals, &fraction) : NULL;
	unit = end ? unit_size(end) : 0;
	/* There is no part of a byte. */
	if (!unit || (unit == 1 && end != decimals))
		return not_a_size();
	/* A number that is too large reads as the largest one. */
	if (__builtin_mul_overflow(number, unit, size) || *size > SIZE_LIMIT)
		return _("beyond the address space (128T less a page)");
	*size += (product_t)unit * fraction / FRACTION_WHOLE;
	if (*size > SIZE_LIMIT)
		return _("beyond the address space (128T less a page)");
	return NULL;
}

void size_format(char text[SIZE_TEXT], uint64_t bytes)
{
	uint64_t whole = bytes, tenths = 0;
	const char *unit = units;
	unsigned int shift;

	while (whole >= 1024) {
		whole >>= 10;
		unit++;
	}
	shift = 10 * (unit - units);
	if (shift) {
		tenths = bytes & ((UINT64_C(1) << shift) - 1);
		tenths = (tenths * 10 + (UINT64_C(1) << (shift - 1))) >> shift;
	}
	if (tenths == 10) {
		whole++;
		tenths = 0;
	}
	/* 1023.96K is nearer to 1M than to any tenth of a K. */
	if (whole == 1024) {
		whole = 1;
		unit++;
	}
	if (tenths)
		snprintf(text, SIZE_TEXT, "%lu.%lu%c", whole, tenths, *unit);
	else
		snprintf(text, SIZE_TEXT, "%lu%c", whole, *unit);
}

const char *seconds_parse(const char *text, double *seconds)
{
	char *end;

	*seconds = strtod(text, &end);
	/* strtod() would accept a sign, an exponent, inf and nan. */
	if (!*text || text[strspn(text, "0123456789.")] || *end)
		return _("not a number of seconds");
	if (*seconds > INT_MAX)
		return _("too many seconds");
	return NULL;
}
