/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The order in which pages are visited. */
#ifndef PAGE_ORDER_H
#define PAGE_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ORDER_ROUNDS 4

/*
 * A permutation of the numbers below @n that takes no memory, however many
 * pages there are: that would count as used.
 */
struct order {
	bool random;
	size_t n;
	unsigned int half_bits;
	uint64_t keys[ORDER_ROUNDS];
};

void order_sequential(struct order *order, size_t n);

/* The same @seed and @n make the same order, everywhere. */
void order_random(struct order *order, size_t n, uint64_t seed);

/* The page to visit as the @i-th. */
size_t order_page(const struct order *order, size_t i);

#endif /* PAGE_ORDER_H */
