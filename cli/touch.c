// SPDX-License-Identifier: GPL-2.0-or-later
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "size.h"
#include "touch.h"

#define PATTERN 0xa5

/* The clock is looked at once for so many bytes. */
#define PROGRESS_STEP ((size_t)1 << 20)
#define PROGRESS_WIDTH 26

static void verify_zero(const unsigned char *memory, size_t offset, size_t size)
{
	const unsigned char *page = memory + offset;
	size_t i = 0;

	/* All equal to the one before them, and the first is zero. */
	if (!page[0] && !memcmp(page, page + 1, size - 1))
		return;
	while (!page[i])
		i++;
	errx(EXIT_FAILURE, "offset %zu: byte is 0x%02x, not zero",
	     offset + i, page[i]);
}

/* Shows on a terminal, once a second, how far it is. */
static void show_progress(size_t done, size_t size, time_t *shown)
{
	char done_text[SIZE_TEXT], size_text[SIZE_TEXT];
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	if (ts.tv_sec == *shown)
		return;
	*shown = ts.tv_sec;
	size_format(done_text, done);
	size_format(size_text, size);
	fprintf(stderr, "\rtouched %7s of %7s", done_text, size_text);
}

static void clear_progress(void)
{
	fprintf(stderr, "\r%*s\r", PROGRESS_WIDTH, "");
}

void touch(unsigned char *memory, size_t size, bool verify)
{
	size_t page = sysconf(_SC_PAGESIZE);
	bool progress = size > PROGRESS_STEP && isatty(STDERR_FILENO);
	time_t shown = 0;

	for (size_t done = 0; done < size; done += page) {
		if (page > size - done)
			page = size - done;
		if (verify)
			verify_zero(memory, done, page);
		memset(memory + done, PATTERN, page);
		if (progress && done % PROGRESS_STEP == 0)
			show_progress(done, size, &shown);
	}
	if (progress)
		clear_progress();
}
