// SPDX-License-Identifier: GPL-2.0
/* What a process or the system may refuse, and memory that is not lazy. */
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "../kselftest_harness.h"
#include "util.h"

#define OVERCOMMIT	"/proc/sys/vm/overcommit_memory"
#define NOBODY		65534

static int set_limit(int resource, rlim_t limit)
{
	struct rlimit rlimit = { .rlim_cur = limit, .rlim_max = limit };

	return setrlimit(resource, &rlimit);
}

TEST(address_space_limit)
{
	struct process_memory_stats stats;
	void *memory;

	ASSERT_EQ(0, process_stats(getpid(), &stats));
	ASSERT_EQ(0, set_limit(RLIMIT_AS, stats.reserved_memory_kb * KIB +
					  64 * MIB));
	EXPECT_EQ(ENOMEM, reserve_error(64 * MIB + 1));
	memory = reserve(64 * MIB);
	ASSERT_NE(MAP_FAILED, memory);
	EXPECT_EQ(ENOMEM, reserve_error(1));
	EXPECT_EQ(0, munmap(memory, 64 * MIB));
	EXPECT_EQ(0, reserve_error(64 * MIB));
}

/* Private writable memory is data, whether or not it is touched. */
TEST(data_limit)
{
	void *memory;

	ASSERT_EQ(0, set_limit(RLIMIT_DATA, 64 * MIB));
	EXPECT_EQ(ENOMEM, reserve_error(64 * MIB));
	memory = reserve(16 * MIB);
	ASSERT_NE(MAP_FAILED, memory);
	EXPECT_EQ(ENOMEM, reserve_error(48 * MIB));
	EXPECT_EQ(0, munmap(memory, 16 * MIB));
	EXPECT_EQ(0, reserve_error(48 * MIB));
}

FIXTURE(overcommit) {
	char saved[16];
};

FIXTURE_SETUP(overcommit)
{
	ASSERT_EQ(0, read_line(OVERCOMMIT, self->saved, sizeof(self->saved)));
}

FIXTURE_TEARDOWN(overcommit)
{
	write_line(OVERCOMMIT, self->saved);
}

/* A figure of /proc/meminfo. */
static long meminfo_kb(const char *name)
{
	char line[128];
	long kb = -1;
	FILE *file;

	file = fopen("/proc/meminfo", "re");
	if (!file)
		return -1;
	while (kb < 0 && fgets(line, sizeof(line), file)) {
		if (!strncmp(line, name, strlen(name)))
			sscanf(line + strlen(name), ": %ld", &kb);
	}
	fclose(file);
	return kb;
}

static size_t all_memory(void)
{
	return (meminfo_kb("MemTotal") + meminfo_kb("SwapTotal")) * KIB;
}

TEST_F(overcommit, heuristic_does_not_count)
{
	if (geteuid())
		SKIP(return, "only root can set %s", OVERCOMMIT);
	ASSERT_EQ(0, write_line(OVERCOMMIT, "0"));
	EXPECT_EQ(0, reserve_error(4 * all_memory()));
}

TEST_F(overcommit, always_does_not_count)
{
	if (geteuid())
		SKIP(return, "only root can set %s", OVERCOMMIT);
	ASSERT_EQ(0, write_line(OVERCOMMIT, "1"));
	EXPECT_EQ(0, reserve_error(4 * all_memory()));
}

/* This policy takes no heed of MAP_NORESERVE: what is reserved is charged. */
TEST_F(overcommit, never_counts)
{
	long room_kb, charged_kb;
	struct area area;
	void *memory;

	if (geteuid())
		SKIP(return, "only root can set %s", OVERCOMMIT);
	ASSERT_EQ(0, write_line(OVERCOMMIT, "2"));
	room_kb = meminfo_kb("CommitLimit") - meminfo_kb("Committed_AS");
	if (room_kb < (long)(64 * MIB / KIB))
		SKIP(return, "the commit limit leaves %ld KiB", room_kb);
	EXPECT_EQ(ENOMEM, reserve_error(2 * room_kb * KIB));

	charged_kb = meminfo_kb("Committed_AS");
	memory = reserve(room_kb / 2 * KIB);
	charged_kb = meminfo_kb("Committed_AS") - charged_kb;
	ASSERT_NE(MAP_FAILED, memory);
	EXPECT_LE(room_kb / 4, charged_kb);
	ASSERT_EQ(0, find_area(memory, &area));
	EXPECT_FALSE(area.noreserve);
	EXPECT_TRUE(area.accounted);
}

TEST(locked_memory_is_not_lazy)
{
	unsigned char map[8 * MIB / PAGE];
	struct area area;
	void *memory;
	int i;

	if (geteuid())
		SKIP(return, "the limit of locked memory may be too low");
	ASSERT_EQ(0, mlockall(MCL_FUTURE));
	memory = reserve(8 * MIB);
	ASSERT_EQ(0, munlockall());
	ASSERT_NE(MAP_FAILED, memory);
	ASSERT_EQ(0, mincore(memory, 8 * MIB, map));
	for (i = 0; i < ARRAY_SIZE(map); i++)
		ASSERT_EQ(1, map[i] & 1);
	ASSERT_EQ(0, find_area(memory, &area));
	EXPECT_EQ(8 * MIB / KIB, area.rss_kb);
}

/* An error of the mapping path that is none of the contract's own. */
TEST(locked_memory_limit)
{
	int within, beyond;

	ASSERT_EQ(0, set_limit(RLIMIT_MEMLOCK, MIB));
	if (!geteuid())
		ASSERT_EQ(0, setresuid(NOBODY, NOBODY, NOBODY));
	ASSERT_EQ(0, mlockall(MCL_FUTURE));
	beyond = reserve_error(4 * MIB);
	within = reserve_error(64 * KIB);
	ASSERT_EQ(0, munlockall());
	EXPECT_EQ(EAGAIN, beyond);
	EXPECT_EQ(0, within);
}

#define MAX_PIECES	4096

struct piece {
	char *start;
	size_t size;
};

static struct piece pieces[MAX_PIECES];

/* Take all there is, in ever smaller pieces.  Returns how many. */
static int exhaust(void)
{
	size_t size = 1UL << 46;
	int n = 0;

	while (size >= PAGE && n < MAX_PIECES) {
		pieces[n].start = reserve(size);
		pieces[n].size = size;
		if (pieces[n].start != MAP_FAILED)
			n++;
		else if (errno == ENOMEM)
			size /= 2;
		else
			break;
	}
	return n;
}

static void release(int n)
{
	while (n--)
		munmap(pieces[n].start, pieces[n].size);
}

/* Between exhaust() and release() nothing may need another page of stack. */
TEST(exhausted_address_space)
{
	struct process_memory_stats stats = {};
	int last_error, fork_status = -1, n;
	pid_t pid;

	if (geteuid())
		SKIP(return, "what is left below mmap_min_addr is EPERM");
	n = exhaust();
	last_error = reserve_error(1);
	process_stats(getpid(), &stats);
	if (n)
		write_byte(pieces[0].start);
	pid = fork();
	if (!pid)
		_exit(0);
	waitpid(pid, &fork_status, 0);
	release(n);

	EXPECT_LT(0, n);
	EXPECT_GT(MAX_PIECES, n);
	EXPECT_EQ(ENOMEM, last_error);
	/* All of the 47 bits but what the stack's guard and such keep free. */
	EXPECT_LT((1UL << 47) / KIB - GIB / KIB, stats.reserved_memory_kb);
	EXPECT_GE((1UL << 47) / KIB, stats.reserved_memory_kb);
	EXPECT_EQ(0, stats.used_memory_percentage);
	EXPECT_EQ(0, fork_status);
	EXPECT_EQ(0, reserve_error(1UL << 45));
}

TEST_HARNESS_MAIN
