// SPDX-License-Identifier: GPL-2.0-or-later
#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "output/terminal.h"
#include "shared/array.h"

bool terminal_redraws(int fd)
{
	const char *term = getenv("TERM");

	return isatty(fd) && term && *term && strcmp(term, "dumb");
}

bool terminal_has_colour(int fd)
{
	const char *no_colour = getenv("NO_COLOR");

	return terminal_redraws(fd) && !(no_colour && *no_colour);
}

bool terminal_is_unicode(void)
{
	return !strcmp(nl_langinfo(CODESET), "UTF-8");
}

void terminal_size(int fd, int *columns, int *rows)
{
	struct winsize size;

	*columns = 80;
	*rows = 24;
	if (ioctl(fd, TIOCGWINSZ, &size))
		return;
	if (size.ws_col)
		*columns = size.ws_col;
	if (size.ws_row)
		*rows = size.ws_row;
}

/* Counts one column for each byte that the locale cannot decode. */
int terminal_width_of(const char *text)
{
	wchar_t wide[256];
	size_t n = mbstowcs(wide, text, ARRAY_SIZE(wide));
	int width = -1;

	if (n < ARRAY_SIZE(wide))
		width = wcswidth(wide, n);
	return width < 0 ? (int)strlen(text) : width;
}
