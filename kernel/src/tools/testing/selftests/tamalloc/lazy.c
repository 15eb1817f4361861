// SPDX-License-Identifier: GPL-2.0
/*
 * What is reserved reads as zero and costs no memory until it is written, with
 * and without transparent huge pages.
 */
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/utsname.h>

#include "../kselftest_harness.h"
#include "util.h"

#define THP_ENABLED	"/sys/kernel/mm/transparent_hugepage/enabled"

#define STEP		HUGE
#define STEPS		4

/*
 * Until 6.2 a thread kept its RSS changes to itself for up to 66 faults (see
 * check_sync_rss_stat()), each of a page where huge pages are off.
 */
#define LAG_PAGES	66
#define SETTLE_PAGES	128

static unsigned long rss_lag_kb(void)
{
	struct utsname uts;
	int major, minor;

	if (uname(&uts) || sscanf(uts.release, "%d.%d", &major, &minor) != 2)
		return 0;
	if (major > 6 || (major == 6 && minor >= 2))
		return 0;
	return LAG_PAGES * PAGE / KIB;
}

/* Have what was mapped so far counted, with more faults than the lag has. */
static void settle_rss(void)
{
	char *memory;

	memory = mmap(NULL, SETTLE_PAGES * PAGE, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memset(memory, 1, SETTLE_PAGES * PAGE);
	munmap(memory, SETTLE_PAGES * PAGE);
}

static unsigned long used_kb(void)
{
	struct process_memory_stats stats = {};

	process_stats(getpid(), &stats);
	return stats.used_memory_kb;
}

static unsigned long reserved_kb(void)
{
	struct process_memory_stats stats = {};

	process_stats(getpid(), &stats);
	return stats.reserved_memory_kb;
}

/* One byte a page is enough to commit it. */
static void write_pages(char *memory, size_t size)
{
	size_t i;

	for (i = 0; i < size; i += PAGE)
		write_byte(memory + i);
}

static bool is_zero(const char *memory, size_t size)
{
	static const char zeros[PAGE];
	size_t i;

	for (i = 0; i < size; i += PAGE) {
		if (memcmp(memory + i, zeros, PAGE))
			return false;
	}
	return true;
}

static bool is_zero_but_first(const char *page)
{
	static const char zeros[PAGE];

	return !memcmp(page + 1, zeros + 1, PAGE - 1);
}

static unsigned long resident_pages(void *memory, size_t size)
{
	static unsigned char map[STEPS * STEP / PAGE];
	unsigned long pages = 0;
	size_t i;

	if (mincore(memory, size, map))
		return -1;
	for (i = 0; i < size / PAGE; i++)
		pages += map[i] & 1;
	return pages;
}

/* Without huge pages, page by page. */
FIXTURE(small_pages) {
	char *memory;
	unsigned long lag_kb;
	unsigned long before_kb;
};

FIXTURE_SETUP(small_pages)
{
	ASSERT_EQ(0, prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0));
	self->lag_kb = rss_lag_kb();
	/* What is mapped so far, code among it, shall not fault any more. */
	ASSERT_EQ(0, mlockall(MCL_CURRENT));
	settle_rss();
	self->before_kb = used_kb();
	self->memory = reserve(STEPS * STEP);
	ASSERT_NE(MAP_FAILED, self->memory);
}

FIXTURE_TEARDOWN(small_pages)
{
	munmap(self->memory, STEPS * STEP);
}

TEST_F(small_pages, reserving_uses_nothing)
{
	EXPECT_GE(self->lag_kb, distance(used_kb(), self->before_kb));
	EXPECT_EQ(0, resident_pages(self->memory, STEPS * STEP));
}

TEST_F(small_pages, reading_uses_nothing)
{
	EXPECT_TRUE(is_zero(self->memory, STEPS * STEP));
	EXPECT_GE(self->lag_kb, distance(used_kb(), self->before_kb));
}

TEST_F(small_pages, writing_uses_what_is_written)
{
	unsigned long written_kb;
	int i;

	for (i = 0; i < STEPS; i++) {
		write_pages(self->memory + i * STEP, STEP);
		written_kb = (i + 1) * STEP / KIB;
		EXPECT_GE(self->lag_kb, distance(used_kb(), self->before_kb +
						 written_kb));
		EXPECT_EQ(written_kb * KIB / PAGE,
			  resident_pages(self->memory, STEPS * STEP));
	}
}

/* The page tables, which smaps goes through, know of no lag. */
TEST_F(small_pages, a_byte_commits_its_page)
{
	struct area area;

	write_byte(self->memory + 5 * PAGE + 77);
	ASSERT_EQ(0, find_area(self->memory, &area));
	EXPECT_EQ(PAGE / KIB, area.rss_kb);
	EXPECT_EQ(1, resident_pages(self->memory, STEPS * STEP));
	EXPECT_EQ(1, resident_pages(self->memory + 5 * PAGE, PAGE));
}

TEST_F(small_pages, writing_what_was_read_commits_it)
{
	struct area area;

	EXPECT_TRUE(is_zero(self->memory, STEP));
	write_pages(self->memory, STEP);
	ASSERT_EQ(0, find_area(self->memory, &area));
	EXPECT_EQ(STEP / KIB, area.rss_kb);
}

TEST_F(small_pages, unmapping_frees)
{
	unsigned long before_kb;

	write_pages(self->memory, STEPS * STEP);
	before_kb = reserved_kb();
	ASSERT_EQ(0, munmap(self->memory, STEPS * STEP));
	EXPECT_EQ(STEPS * STEP / KIB, before_kb - reserved_kb());
	EXPECT_GE(self->lag_kb, distance(used_kb(), self->before_kb));
}

TEST_F(small_pages, pages_used_before_come_back_zeroed)
{
	char *again;
	size_t i;

	memset(self->memory, 0xff, STEPS * STEP);
	ASSERT_EQ(0, munmap(self->memory, STEPS * STEP));
	again = reserve(STEPS * STEP);
	ASSERT_NE(MAP_FAILED, again);
	for (i = 0; i < STEPS * STEP; i += PAGE) {
		/* Written first: to read would map the shared zero page. */
		again[i] = 1;
		ASSERT_TRUE(is_zero_but_first(again + i));
	}
}

/* Whoever writes after a fork gets a page of their own. */
TEST_F(small_pages, fork_copies_on_write)
{
	char *memory = self->memory;
	int status;
	pid_t pid;

	memory[0] = 'p';
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		if (memory[0] != 'p' || !is_zero(memory + PAGE, PAGE))
			_exit(1);
		memory[0] = 'c';
		memory[PAGE] = 'c';
		_exit(memory[0] != 'c' || memory[PAGE] != 'c');
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_EQ('p', memory[0]);
	EXPECT_TRUE(is_zero(memory + PAGE, PAGE));
}

/* The system's setting, for the length of a test. */
FIXTURE(thp) {
	char saved[64];
	char *memory;
	char *aligned;
};

FIXTURE_VARIANT(thp) {
	const char *enabled;
	size_t committed;
};

FIXTURE_VARIANT_ADD(thp, always) {
	.enabled = "always", .committed = HUGE,
};

FIXTURE_VARIANT_ADD(thp, never) {
	.enabled = "never", .committed = PAGE,
};

/* The kernel shows all values, with brackets around the one in force. */
static bool read_choice(const char *path, char *choice, size_t size)
{
	char line[128], *start, *end;

	if (read_line(path, line, sizeof(line)))
		return false;
	start = strchr(line, '[');
	end = strchr(line, ']');
	if (!start || !end)
		return false;
	*end = '\0';
	snprintf(choice, size, "%s", start + 1);
	return true;
}

FIXTURE_SETUP(thp)
{
	/* Missing where there are none, as with PREEMPT_RT. */
	if (!access(THP_ENABLED, F_OK)) {
		ASSERT_TRUE(read_choice(THP_ENABLED, self->saved,
					sizeof(self->saved)));
	}
	self->memory = reserve(3 * HUGE);
	ASSERT_NE(MAP_FAILED, self->memory);
	self->aligned = (char *)(((unsigned long)self->memory + HUGE - 1) /
				 HUGE * HUGE);
}

FIXTURE_TEARDOWN(thp)
{
	write_line(THP_ENABLED, self->saved);
	munmap(self->memory, 3 * HUGE);
}

TEST_F(thp, first_write_commits)
{
	struct area area;

	if (access(THP_ENABLED, W_OK))
		SKIP(return, "cannot set %s: %s", THP_ENABLED, strerror(errno));
	ASSERT_EQ(0, write_line(THP_ENABLED, variant->enabled));
	write_byte(self->aligned + 3 * PAGE);
	ASSERT_EQ(0, find_area(self->memory, &area));
	EXPECT_EQ(variant->committed / KIB, area.rss_kb);
	EXPECT_EQ(variant->committed == HUGE ? HUGE / KIB : 0, area.huge_kb);
	EXPECT_EQ(variant->committed / PAGE,
		  resident_pages(self->aligned, HUGE));
	EXPECT_TRUE(is_zero(self->aligned, PAGE));
	EXPECT_TRUE(is_zero(self->aligned + HUGE - PAGE, PAGE));
}

TEST_F(thp, reserving_and_reading_use_nothing)
{
	struct area area;

	if (access(THP_ENABLED, W_OK))
		SKIP(return, "cannot set %s: %s", THP_ENABLED, strerror(errno));
	ASSERT_EQ(0, write_line(THP_ENABLED, variant->enabled));
	EXPECT_EQ(0, resident_pages(self->memory, 3 * HUGE));
	EXPECT_TRUE(is_zero(self->memory, 3 * HUGE));
	ASSERT_EQ(0, find_area(self->memory, &area));
	EXPECT_EQ(0, area.rss_kb);
}

TEST_HARNESS_MAIN
