/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Good and bad pointers for a call that fills in a struct.  Included after
 * kselftest_harness.h by the test of each such call, which defines the type
 * POINTER_STATS, whose first member is the reserved memory in MiB or KiB, and
 * pointer_error(), which makes the call and returns its error or 0.
 */
#ifndef TAMALLOC_POINTER_H
#define TAMALLOC_POINTER_H

#include <limits.h>

#include "util.h"

#define CANARY		0xa5

/* A place for the struct that ends where the memory does. */
FIXTURE(pointer) {
	char *page;
	POINTER_STATS *fits;
};

FIXTURE_SETUP(pointer)
{
	self->page = page_before_gap();
	ASSERT_NE(NULL, self->page);
	memset(self->page, CANARY, PAGE);
	self->fits = (void *)(self->page + PAGE - sizeof(*self->fits));
}

FIXTURE_TEARDOWN(pointer)
{
	munmap(self->page, PAGE);
}

TEST_F(pointer, up_to_the_end_of_memory)
{
	EXPECT_EQ(0, pointer_error(self->fits));
	EXPECT_LT(0, *(__kernel_size_t *)self->fits);
	EXPECT_EQ(CANARY, (unsigned char)((char *)self->fits)[-1]);
}

TEST_F(pointer, unaligned)
{
	char *start = (char *)self->fits - 3;
	__kernel_size_t reserved;

	EXPECT_EQ(0, pointer_error(start));
	memcpy(&reserved, start, sizeof(reserved));
	EXPECT_LT(0, reserved);
	EXPECT_LT(reserved, 1UL << 37);
	EXPECT_EQ(CANARY, (unsigned char)start[-1]);
	EXPECT_EQ(CANARY, (unsigned char)start[sizeof(POINTER_STATS)]);
}

TEST_F(pointer, beyond_the_end_of_memory)
{
	size_t i;

	for (i = 1; i <= sizeof(POINTER_STATS); i++)
		EXPECT_EQ(EFAULT, pointer_error((char *)self->fits + i));
}

TEST_F(pointer, null)
{
	EXPECT_EQ(EFAULT, pointer_error(NULL));
}

TEST_F(pointer, into_the_kernel)
{
	EXPECT_EQ(EFAULT, pointer_error((void *)LONG_MIN));
	EXPECT_EQ(EFAULT, pointer_error((void *)0xffff888000000000UL));
	EXPECT_EQ(EFAULT, pointer_error((void *)-PAGE));
	EXPECT_EQ(EFAULT, pointer_error((void *)-1UL));
	/* From the last bytes of the user's half into the hole behind. */
	EXPECT_EQ(EFAULT, pointer_error((void *)((1UL << 47) - 8)));
}

TEST_F(pointer, read_only)
{
	ASSERT_EQ(0, mprotect(self->page, PAGE, PROT_READ));
	EXPECT_EQ(EFAULT, pointer_error(self->fits));
	EXPECT_EQ(CANARY, (unsigned char)self->page[PAGE - 1]);
}

TEST_F(pointer, inaccessible)
{
	ASSERT_EQ(0, mprotect(self->page, PAGE, PROT_NONE));
	EXPECT_EQ(EFAULT, pointer_error(self->fits));
}

#endif /* TAMALLOC_POINTER_H */
