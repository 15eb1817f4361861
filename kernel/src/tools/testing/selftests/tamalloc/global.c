// SPDX-License-Identifier: GPL-2.0
/* The sums of tamalloc_get_global_stats(), and the pointers it takes. */
#include <stdio.h>

#include "../kselftest_harness.h"
#include "util.h"

static int pointer_error(void *stats)
{
	return global_error(stats);
}

#define POINTER_STATS	struct global_memory_stats
#include "pointer.h"

#define PAGES_PER_MIB	(MIB / PAGE)

/* Sizes that leave a remainder of most of a MiB each, and how many. */
#define ODD_SIZE	(MIB - 4 * KIB)
#define ODD_PROCESSES	40

/* Steps through a MiB, so that every way of rounding shows. */
#define FINE_STEP	(60 * KIB)
#define FINE_STEPS	20

#define EXPECT_EQUALS_PROC() do {					\
	struct global_memory_stats seen;				\
	struct pages sum;						\
									\
	ASSERT_EQ(0, quiet_global_stats(&seen, &sum));			\
	EXPECT_EQ(sum.reserved / PAGES_PER_MIB,				\
		  seen.total_reserved_memory_mb);			\
	EXPECT_EQ(sum.used / PAGES_PER_MIB, seen.total_used_memory_mb);	\
} while (0)

TEST(equals_proc)
{
	EXPECT_EQUALS_PROC();
}

TEST(is_rounded_once)
{
	size_t size = ODD_SIZE;
	pid_t pids[ODD_PROCESSES];
	int i;

	for (i = 0; i < ODD_PROCESSES; i++) {
		pids[i] = start(prepare_reserve, &size);
		ASSERT_LT(0, pids[i]);
	}
	EXPECT_EQUALS_PROC();
	for (i = 0; i < ODD_PROCESSES; i++)
		stop(pids[i]);
}

TEST(is_rounded_down)
{
	char *memory;
	int i;

	for (i = 0; i < FINE_STEPS; i++) {
		memory = reserve(FINE_STEP);
		ASSERT_NE(MAP_FAILED, memory);
		memset(memory, 1, FINE_STEP);
		EXPECT_EQUALS_PROC();
	}
}

/*
 * Processes in all states reserve powers of two GiB of their own each, and a
 * little besides, so that the sum tells who was counted, and how often.
 */
struct kind {
	const char *name;
	pid_t (*start)(prepare_fn prepare, void *arg);
	prepare_fn prepare;
	/* As often as processes have the memory. */
	unsigned int times;
};

static const struct kind kinds[] = {
	{ "process", start, prepare_reserve, 1 },
	{ "threads", start, prepare_threads, 1 },
	{ "exited leader", start_exited_leader, prepare_reserve, 1 },
	{ "exited leader of threads", start_exited_leader, prepare_threads, 1 },
	{ "sharer of memory", start, prepare_sibling, 2 },
	{ "vfork", start_vfork, prepare_reserve, 2 },
	{ "exec", start_exec, prepare_reserve, 0 },
	{ "exec of a thread", start_exec_thread, prepare_reserve, 0 },
	{ "zombie", start_zombie, prepare_reserve, 0 },
};

#define N_KINDS	ARRAY_SIZE(kinds)

/* Two bits for each kind hold how often it was counted. */
static size_t kind_size(int kind)
{
	return GIB << 2 * kind;
}

/* Rounded: what others reserve grows meanwhile, or shrinks. */
static unsigned long gib_more(const struct global_memory_stats *stats,
			      unsigned long before_mb)
{
	return (stats->total_reserved_memory_mb + GIB / MIB / 2 - before_mb) /
	       (GIB / MIB);
}

FIXTURE(kinds) {
	unsigned long before_mb;
	pid_t pids[N_KINDS];
};

FIXTURE_SETUP(kinds)
{
	struct global_memory_stats stats;
	struct pages sum;
	size_t size;
	int i;

	ASSERT_EQ(0, quiet_global_stats(&stats, &sum));
	self->before_mb = stats.total_reserved_memory_mb;
	for (i = 0; i < N_KINDS; i++) {
		size = kind_size(i);
		self->pids[i] = kinds[i].start(kinds[i].prepare, &size);
		ASSERT_LT(0, self->pids[i]) {
			TH_LOG("cannot start: %s", kinds[i].name);
		}
	}
}

FIXTURE_TEARDOWN(kinds)
{
	int i;

	for (i = 0; i < N_KINDS; i++)
		stop(self->pids[i]);
}

TEST_F(kinds, are_counted_as_often_as_they_should)
{
	struct global_memory_stats stats;
	unsigned long gib;
	int i;

	ASSERT_EQ(0, global_stats(&stats));
	gib = gib_more(&stats, self->before_mb);
	for (i = 0; i < N_KINDS; i++) {
		EXPECT_EQ(kinds[i].times, (gib >> 2 * i) & 3) {
			TH_LOG("of kind: %s", kinds[i].name);
		}
	}
	EXPECT_EQ(0, gib >> 2 * N_KINDS);
}

TEST_F(kinds, equal_proc)
{
	EXPECT_EQUALS_PROC();
}

TEST_F(kinds, are_not_counted_when_gone)
{
	struct global_memory_stats stats;
	struct pages sum;
	int i;

	for (i = 0; i < N_KINDS; i++)
		stop(self->pids[i]);
	ASSERT_EQ(0, quiet_global_stats(&stats, &sum));
	EXPECT_EQ(0, gib_more(&stats, self->before_mb));
}

/* A kernel thread that uses a process's memory doesn't count it again. */
TEST(borrowed_memory_counts_once)
{
	struct global_memory_stats before, after;
	struct process_memory_stats stats;
	size_t size = 4 * GIB;
	struct pages sum;
	pid_t pid, worker;

	if (access(VHOST_DEVICE, R_OK | W_OK))
		SKIP(return, "cannot use %s", VHOST_DEVICE);
	ASSERT_EQ(0, quiet_global_stats(&before, &sum));
	pid = start(prepare_vhost, &size);
	ASSERT_LT(0, pid);
	EXPECT_EQUALS_PROC();
	ASSERT_EQ(0, global_stats(&after));
	EXPECT_EQ(4, gib_more(&after, before.total_reserved_memory_mb));
	/* Since Linux 6.4 it may be one of the process's threads. */
	worker = find_vhost_worker(pid);
	if (worker > 0)
		EXPECT_EQ(EINVAL, process_error(worker, &stats));
	stop(pid);
}

/* The answer itself may be what commits the page. */
TEST_F(pointer, into_a_reservation)
{
	struct global_memory_stats *stats = reserve(PAGE);

	ASSERT_NE(MAP_FAILED, (void *)stats);
	EXPECT_EQ(0, global_stats(stats));
	EXPECT_LT(0, stats->total_reserved_memory_mb);
}

TEST_HARNESS_MAIN
