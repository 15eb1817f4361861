/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The order in which pages are visited. */
#ifndef PAGE_ORDER_H
#define PAGE_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAGE_ORDER_ROUNDS 4

/*
 * A permutation of the numbers below @n.  It takes no memory, however many
 * pages there are, because memory would count as used.
 */
struct page_order {
	bool random;
	size_t n;
	unsigned int half_bits;
	uint64_t keys[PAGE_ORDER_ROUNDS];
};

void page_order_sequential(struct page_order *order, size_t n);

/* The same @seed and @n make the same order, everywhere. */
void page_order_random(struct page_order *order, size_t n, uint64_t seed);

/* Returns the page to visit as the @i-th. */
size_t page_order_at(const struct page_order *order, size_t i);

#endif /* PAGE_ORDER_H */
