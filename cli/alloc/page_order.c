// SPDX-License-Identifier: GPL-2.0-or-later
#include "alloc/page_order.h"

void page_order_sequential(struct page_order *order, size_t n)
{
	*order = (struct page_order){ .n = n };
}

/* The finalizer of splitmix64: every bit of @x affects every bit. */
static uint64_t mix(uint64_t x)
{
	x += UINT64_C(0x9e3779b97f4a7c15);
	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

void page_order_random(struct page_order *order, size_t n, uint64_t seed)
{
	*order = (struct page_order){ .random = true, .n = n, .half_bits = 1 };
	while ((UINT64_C(1) << (2 * order->half_bits)) < n)
		order->half_bits++;
	for (int round = 0; round < PAGE_ORDER_ROUNDS; round++) {
		seed = mix(seed);
		order->keys[round] = seed;
	}
}

/* A Feistel network is a permutation, whatever its round function does. */
static uint64_t permute(const struct page_order *order, uint64_t x)
{
	uint64_t mask = (UINT64_C(1) << order->half_bits) - 1;
	uint64_t left = x >> order->half_bits, right = x & mask;

	for (int round = 0; round < PAGE_ORDER_ROUNDS; round++) {
		uint64_t next = left ^ (mix(right ^ order->keys[round]) & mask);

		left = right;
		right = next;
	}
	return left << order->half_bits | right;
}

/*
 * The network permutes up to four times as many numbers.  A number that is too
 * large is permuted again, until it comes back into the range.
 */
size_t page_order_at(const struct page_order *order, size_t i)
{
	if (!order->random)
		return i;
	do
		i = permute(order, i);
	while (i >= order->n);
	return i;
}
