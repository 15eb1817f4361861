// SPDX-License-Identifier: GPL-2.0
/* What tamalloc_get_stats() reserves, and what it refuses. */
#include <stdint.h>
#include <stdio.h>

#include "../kselftest_harness.h"
#include "util.h"

TEST(zero_size)
{
	EXPECT_EQ(EINVAL, reserve_error(0));
}

TEST(sizes_beyond_all_memory)
{
	static const size_t sizes[] = {
		/* These overflow when they are rounded up... */
		SIZE_MAX, SIZE_MAX - 1, SIZE_MAX - PAGE + 2,
		/* ...and these, whole pages, don't. */
		SIZE_MAX - PAGE + 1, SIZE_MAX - 2 * PAGE + 1,
		SIZE_MAX / 2, SIZE_MAX / 2 + 1, 1UL << 56, 1UL << 47,
		/* All that a process has, but some of it is taken. */
		(1UL << 47) - PAGE,
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		EXPECT_EQ(ENOMEM, reserve_error(sizes[i])) {
			TH_LOG("of size %#zx", sizes[i]);
		}
	}
}

FIXTURE(size) {
	void *memory;
	size_t rounded;
};

FIXTURE_VARIANT(size) {
	size_t size;
};

FIXTURE_VARIANT_ADD(size, byte) { .size = 1 };
FIXTURE_VARIANT_ADD(size, below_page) { .size = PAGE - 1 };
FIXTURE_VARIANT_ADD(size, page) { .size = PAGE };
FIXTURE_VARIANT_ADD(size, above_page) { .size = PAGE + 1 };
FIXTURE_VARIANT_ADD(size, huge) { .size = HUGE };
FIXTURE_VARIANT_ADD(size, above_huge) { .size = HUGE + 1 };
FIXTURE_VARIANT_ADD(size, beyond_32_bits) { .size = 5 * GIB - 1 };
FIXTURE_VARIANT_ADD(size, tib) { .size = 1024 * GIB };

FIXTURE_SETUP(size)
{
	self->rounded = (variant->size + PAGE - 1) / PAGE * PAGE;
	self->memory = reserve(variant->size);
	ASSERT_NE(MAP_FAILED, self->memory);
}

FIXTURE_TEARDOWN(size)
{
	munmap(self->memory, self->rounded);
}

/* The first reservation of a process has no like to be merged with. */
TEST_F(size, is_one_area)
{
	struct area area;

	EXPECT_EQ(0, (unsigned long)self->memory % PAGE);
	ASSERT_EQ(0, find_area(self->memory, &area));
	EXPECT_EQ((unsigned long)self->memory, area.start);
	EXPECT_EQ(self->rounded, area.end - area.start);
}

TEST_F(size, is_private_writable_and_not_charged)
{
	struct area area;

	ASSERT_EQ(0, find_area(self->memory, &area));
	EXPECT_STREQ("rw-p", area.perms);
	EXPECT_TRUE(area.noreserve);
	EXPECT_FALSE(area.accounted);
}

TEST_F(size, reaches_from_first_to_last_byte)
{
	unsigned char resident;
	char *memory = self->memory;

	write_byte(memory);
	write_byte(memory + self->rounded - 1);
	EXPECT_EQ(0, mincore(memory, PAGE, &resident));
	EXPECT_EQ(1, resident & 1);
	EXPECT_EQ(0, mincore(memory + self->rounded - PAGE, PAGE, &resident));
	EXPECT_EQ(1, resident & 1);
}

TEST_F(size, counts_as_reserved_until_unmapped)
{
	struct process_memory_stats with, without;

	ASSERT_EQ(0, process_stats(getpid(), &with));
	ASSERT_EQ(0, munmap(self->memory, self->rounded));
	ASSERT_EQ(0, process_stats(getpid(), &without));
	EXPECT_EQ(self->rounded / KIB,
		  with.reserved_memory_kb - without.reserved_memory_kb);
}

TEST(unmapped_memory_is_gone)
{
	unsigned char resident;
	void *memory;

	memory = reserve(PAGE);
	ASSERT_NE(MAP_FAILED, memory);
	ASSERT_EQ(0, mincore(memory, PAGE, &resident));
	ASSERT_EQ(0, munmap(memory, PAGE));
	EXPECT_EQ(-1, mincore(memory, PAGE, &resident));
	EXPECT_EQ(ENOMEM, errno);
}

TEST(reservations_do_not_overlap)
{
	char *a, *b;

	a = reserve(3 * PAGE);
	b = reserve(3 * PAGE);
	ASSERT_NE(MAP_FAILED, a);
	ASSERT_NE(MAP_FAILED, b);
	EXPECT_TRUE(a + 3 * PAGE <= b || b + 3 * PAGE <= a);
}

TEST(parts_can_be_unmapped)
{
	unsigned char resident;
	char *memory;

	memory = reserve(3 * PAGE);
	ASSERT_NE(MAP_FAILED, memory);
	ASSERT_EQ(0, munmap(memory + PAGE, PAGE));
	EXPECT_EQ(0, mincore(memory, PAGE, &resident));
	EXPECT_EQ(-1, mincore(memory + PAGE, PAGE, &resident));
	EXPECT_EQ(0, mincore(memory + 2 * PAGE, PAGE, &resident));
}

TEST_HARNESS_MAIN
