/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Going over memory page by page: to write, to read, to give it back. */
#ifndef TOUCH_H
#define TOUCH_H

#include <stdbool.h>
#include <stddef.h>

#include "alloc/page_order.h"

struct touch {
	unsigned char *memory;
	size_t size;
	size_t total;            /* bytes of it to touch */
	struct page_order order; /* of all its pages */
	bool read;               /* and not write */
	bool verify;             /* each byte must be zero before */

	size_t page;   /* size of one */
	size_t done;   /* bytes touched, or given back */
	size_t offset; /* of a byte that is not zero */
};

enum touch_end {
	TOUCH_DONE,
	TOUCH_INTERRUPTED,
	TOUCH_NOT_ZERO,
};

/* Goes on until @until bytes are touched, or something is in the way. */
enum touch_end touch_until(struct touch *touch, size_t until);

/* The same with madvise(MADV_DONTNEED). */
enum touch_end touch_release_until(struct touch *touch, size_t until);

#endif /* TOUCH_H */
