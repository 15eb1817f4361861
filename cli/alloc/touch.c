// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>
#include <sys/mman.h>

#include "alloc/touch.h"
#include "shared/interrupt.h"

#define PATTERN 0xa5

/* Returns the next page, and how much of it to touch. */
static unsigned char *next_page(const struct touch *touch, size_t *size)
{
	size_t i = touch->done / touch->page;
	size_t offset = page_order_at(&touch->order, i) * touch->page;
	/* The last page, which may be partial, comes last only in order. */
	size_t end = touch->order.random ? touch->size : touch->total;

	*size = end - offset < touch->page ? end - offset : touch->page;
	return touch->memory + offset;
}

static void advance(struct touch *touch)
{
	touch->done += touch->page;
	if (touch->done > touch->total)
		touch->done = touch->total;
}

static bool is_zero(struct touch *touch, const unsigned char *page, size_t size)
{
	size_t i = 0;

	/* The first byte is zero, and each byte equals the one before. */
	if (!page[0] && !memcmp(page, page + 1, size - 1))
		return true;
	while (!page[i])
		i++;
	touch->offset = page - touch->memory + i;
	return false;
}

enum touch_end touch_until(struct touch *touch, size_t until)
{
	for (; touch->done < until; advance(touch)) {
		size_t size;
		unsigned char *page = next_page(touch, &size);

		if (interrupted())
			return TOUCH_INTERRUPTED;
		if (touch->verify && !is_zero(touch, page, size))
			return TOUCH_NOT_ZERO;
		if (touch->read)
			(void)*(volatile unsigned char *)page;
		else
			memset(page, PATTERN, size);
	}
	return TOUCH_DONE;
}

enum touch_end touch_release_until(struct touch *touch, size_t until)
{
	if (interrupted())
		return TOUCH_INTERRUPTED;
	if (!touch->order.random) {
		/* Advise in one go: smaller ranges would split huge pages. */
		madvise(touch->memory + touch->done, until - touch->done,
			MADV_DONTNEED);
		touch->done = until;
		return TOUCH_DONE;
	}
	for (; touch->done < until; advance(touch)) {
		size_t size;
		unsigned char *page = next_page(touch, &size);

		if (interrupted())
			return TOUCH_INTERRUPTED;
		madvise(page, size, MADV_DONTNEED);
	}
	return TOUCH_DONE;
}
