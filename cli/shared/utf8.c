// SPDX-License-Identifier: GPL-2.0-or-later
#include "shared/array.h"
#include "shared/utf8.h"

size_t utf8_length(const char *at)
{
	const unsigned char *text = (const unsigned char *)at;
	static const struct {
		unsigned char first, last; /* of the first byte */
		unsigned char low, high;   /* of the second */
		size_t length;
	} forms[] = {
		/* clang-format off */
		{ 0x01, 0x7f, 0, 0, 1 },
		{ 0xc2, 0xdf, 0x80, 0xbf, 2 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 3 },
		{ 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 },
		{ 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 },
		{ 0xf1, 0xf3, 0x80, 0xbf, 4 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
		/* clang-format on */
	};
	size_t i = 0, n;

	while (*text < forms[i].first || *text > forms[i].last)
		if (++i == ARRAY_SIZE(forms))
			return 0;
	for (n = 1; n < forms[i].length; n++)
		if (text[n] < (n == 1 ? forms[i].low : 0x80) ||
		    text[n] > (n == 1 ? forms[i].high : 0xbf))
			return 0;
	return n;
}
