/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Visits memory page by page, to write, read or give it back. */
#ifndef TOUCH_H
#define TOUCH_H

#include <stdbool.h>
#include <stddef.h>

#include "alloc/page_order.h"

struct touch {
	unsigned char *memory;
	size_t size;
	size_t total;            /* bytes to touch */
	struct page_order order; /* of all its pages */
	bool read;               /* instead of writing */
	bool verify;             /* each byte must be zero first */

	size_t page;   /* size of one */
	size_t done;   /* bytes touched or given back */
	size_t offset; /* of a byte that is not zero */
};

enum touch_end {
	TOUCH_DONE,
	TOUCH_INTERRUPTED,
	TOUCH_NOT_ZERO,
};

/* Continues until @until bytes are touched, or an error or a signal comes. */
enum touch_end touch_until(struct touch *touch, size_t until);

/* Gives back likewise, with madvise(MADV_DONTNEED). */
enum touch_end touch_release_until(struct touch *touch, size_t until);

#endif /* TOUCH_H */
