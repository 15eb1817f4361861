// SPDX-License-Identifier: GPL-2.0
/* What tamalloc_get_indiviual_stats() tells of a process, and of which. */
#include <limits.h>
#include <stdio.h>

#include "../kselftest_harness.h"
#include "util.h"

static int pointer_error(void *stats)
{
	return process_error(getpid(), stats);
}

#define POINTER_STATS	struct process_memory_stats
#include "pointer.h"

/* Reserve a GiB and write into a fraction of it. */
static void prepare_use(void *percent)
{
	char *memory;

	memory = reserve(GIB);
	if (memory == MAP_FAILED)
		_exit(1);
	memset(memory, 1, GIB / 100 * *(long *)percent);
}

/* TID shows what PID's leader, which may have exited, can't. */
#define EXPECT_EQUALS_STATUS(pid, tid) do {				\
	struct process_memory_stats seen;				\
	struct status status;						\
									\
	ASSERT_EQ(0, read_status(tid, &status));			\
	memset(&seen, CANARY, sizeof(seen));				\
	ASSERT_EQ(0, process_stats(pid, &seen));			\
	EXPECT_EQ(status.size_kb, seen.reserved_memory_kb);		\
	EXPECT_EQ(status.rss_kb, seen.used_memory_kb);			\
	EXPECT_EQ(100 * status.rss_kb / status.size_kb,			\
		  seen.used_memory_percentage);				\
} while (0)

FIXTURE(child) {
	pid_t pid;
};

FIXTURE_VARIANT(child) {
	pid_t (*start)(prepare_fn prepare, void *arg);
	prepare_fn prepare;
	long arg;
};

FIXTURE_VARIANT_ADD(child, plain) {
	.start = start, .prepare = prepare_nothing,
};

FIXTURE_VARIANT_ADD(child, reserves) {
	.start = start, .prepare = prepare_reserve, .arg = 5 * GIB + 12 * KIB,
};

FIXTURE_VARIANT_ADD(child, uses_percents) {
	.start = start, .prepare = prepare_use, .arg = 3,
};

FIXTURE_VARIANT_ADD(child, uses_more_percents) {
	.start = start, .prepare = prepare_use, .arg = 7,
};

FIXTURE_VARIANT_ADD(child, has_threads) {
	.start = start, .prepare = prepare_threads, .arg = GIB,
};

FIXTURE_SETUP(child)
{
	long arg = variant->arg;

	self->pid = variant->start(variant->prepare, &arg);
	ASSERT_LT(0, self->pid);
}

FIXTURE_TEARDOWN(child)
{
	stop(self->pid);
}

TEST_F(child, equals_its_status)
{
	EXPECT_EQUALS_STATUS(self->pid, self->pid);
}

TEST(thread)
{
	size_t size = GIB;
	pid_t pid, tid;

	pid = start(prepare_threads, &size);
	ASSERT_LT(0, pid);
	tid = find_thread(pid);
	ASSERT_LT(0, tid);
	EXPECT_EQUALS_STATUS(tid, pid);
	stop(pid);
}

FIXTURE(sharers) {
	pid_t pid;
	pid_t child;
};

FIXTURE_VARIANT(sharers) {
	pid_t (*start)(prepare_fn prepare, void *arg);
	prepare_fn prepare;
};

FIXTURE_VARIANT_ADD(sharers, clone_vm) {
	.start = start, .prepare = prepare_sibling,
};

FIXTURE_VARIANT_ADD(sharers, vfork) {
	.start = start_vfork, .prepare = prepare_reserve,
};

FIXTURE_SETUP(sharers)
{
	size_t size = GIB;

	self->pid = variant->start(variant->prepare, &size);
	ASSERT_LT(0, self->pid);
	self->child = find_child(self->pid);
	ASSERT_LT(0, self->child);
}

FIXTURE_TEARDOWN(sharers)
{
	stop(self->pid);
}

TEST_F(sharers, both_have_the_memory)
{
	EXPECT_EQUALS_STATUS(self->pid, self->pid);
	EXPECT_EQUALS_STATUS(self->child, self->child);
	EXPECT_EQUALS_STATUS(self->child, self->pid);
}

FIXTURE(other_program) {
	pid_t pid;
};

FIXTURE_VARIANT(other_program) {
	pid_t (*start)(prepare_fn prepare, void *arg);
};

FIXTURE_VARIANT_ADD(other_program, by_the_leader) {
	.start = start_exec,
};

FIXTURE_VARIANT_ADD(other_program, by_a_thread) {
	.start = start_exec_thread,
};

FIXTURE_SETUP(other_program)
{
	size_t size = 5 * GIB;

	self->pid = variant->start(prepare_reserve, &size);
	ASSERT_LT(0, self->pid);
}

FIXTURE_TEARDOWN(other_program)
{
	stop(self->pid);
}

TEST_F(other_program, has_its_own_memory_alone)
{
	struct process_memory_stats stats;

	EXPECT_EQUALS_STATUS(self->pid, self->pid);
	ASSERT_EQ(0, process_stats(self->pid, &stats));
	EXPECT_GT(5 * GIB / KIB, stats.reserved_memory_kb);
	EXPECT_LT(0, stats.used_memory_kb);
}

/* A percentage of nothing: 0, and no division by it. */
TEST(no_memory_left)
{
	struct process_memory_stats stats;
	pid_t pid;

	pid = start_unmapped();
	ASSERT_LT(0, pid);
	memset(&stats, CANARY, sizeof(stats));
	ASSERT_EQ(0, process_stats(pid, &stats));
	EXPECT_EQ(0, stats.reserved_memory_kb);
	EXPECT_EQ(0, stats.used_memory_kb);
	EXPECT_EQ(0, stats.used_memory_percentage);
	stop(pid);
}

/* How much is used is known here, not just that /proc agrees. */
TEST(percentage_of_a_gib)
{
	struct process_memory_stats stats;
	long percent = 7;
	pid_t pid;

	pid = start(prepare_use, &percent);
	ASSERT_LT(0, pid);
	ASSERT_EQ(0, process_stats(pid, &stats));
	stop(pid);
	EXPECT_LE(GIB / KIB, stats.reserved_memory_kb);
	EXPECT_GT((GIB + 64 * MIB) / KIB, stats.reserved_memory_kb);
	EXPECT_LE(6, stats.used_memory_percentage);
	EXPECT_GE(7, stats.used_memory_percentage);
}

/* The calling process itself: more than nothing, and no more than it has. */
TEST(self)
{
	struct process_memory_stats stats;
	struct status before, after;

	do {
		ASSERT_EQ(0, read_status(getpid(), &before));
		ASSERT_EQ(0, process_stats(getpid(), &stats));
		ASSERT_EQ(0, read_status(getpid(), &after));
	} while (memcmp(&before, &after, sizeof(after)));
	EXPECT_EQ(before.size_kb, stats.reserved_memory_kb);
	EXPECT_EQ(before.rss_kb, stats.used_memory_kb);
}

TEST(init)
{
	struct process_memory_stats stats;

	EXPECT_EQ(0, process_stats(1, &stats));
	EXPECT_LT(0, stats.reserved_memory_kb);
}

FIXTURE(exited_leader) {
	pid_t pid;
	pid_t tid;
};

FIXTURE_SETUP(exited_leader)
{
	size_t size = 3 * GIB;

	self->pid = start_exited_leader(prepare_reserve, &size);
	ASSERT_LT(0, self->pid);
	self->tid = find_thread(self->pid);
	ASSERT_LT(0, self->tid);
}

FIXTURE_TEARDOWN(exited_leader)
{
	stop(self->pid);
}

/* /proc has no word on the leader's memory; that is why it is tested. */
TEST_F(exited_leader, has_the_memory_of_its_threads)
{
	struct status status;

	EXPECT_EQ(-ENODATA, read_status(self->pid, &status));
	EXPECT_EQUALS_STATUS(self->pid, self->tid);
}

TEST_F(exited_leader, answers_by_the_id_of_a_thread)
{
	EXPECT_EQUALS_STATUS(self->tid, self->tid);
}

TEST(zombie)
{
	struct process_memory_stats stats;
	size_t size = GIB;
	pid_t pid;

	pid = start_zombie(prepare_reserve, &size);
	ASSERT_LT(0, pid);
	EXPECT_EQ(EINVAL, process_error(pid, &stats));
	EXPECT_EQ(EINVAL, process_error(pid, NULL));
	stop(pid);
	EXPECT_EQ(ESRCH, process_error(pid, &stats));
}

TEST(zombie_of_threads)
{
	struct process_memory_stats stats;
	size_t size = GIB;
	pid_t pid;

	pid = start_zombie(prepare_threads, &size);
	ASSERT_LT(0, pid);
	EXPECT_EQ(EINVAL, process_error(pid, &stats));
	stop(pid);
}

TEST(kernel_thread)
{
	struct process_memory_stats stats;
	pid_t pid = find_kernel_thread();

	if (pid < 0)
		SKIP(return, "no kernel thread in this PID namespace");
	EXPECT_EQ(EINVAL, process_error(pid, &stats));
	EXPECT_EQ(EINVAL, process_error(pid, NULL));
}

TEST(no_such_process)
{
	const pid_t pids[] = {
		0, -1, -getpid(), INT_MIN, INT_MAX, gone_process(),
	};
	struct process_memory_stats stats;
	int i;

	for (i = 0; i < ARRAY_SIZE(pids); i++) {
		EXPECT_EQ(ESRCH, process_error(pids[i], &stats)) {
			TH_LOG("of PID %d", pids[i]);
		}
		EXPECT_EQ(ESRCH, process_error(pids[i], NULL)) {
			TH_LOG("of PID %d, with a bad pointer", pids[i]);
		}
	}
}

FIXTURE(oom) {
	pid_t pid;
	char path[64];
};

FIXTURE_VARIANT(oom) {
	int adj;
};

FIXTURE_VARIANT_ADD(oom, min) { .adj = -1000 };
FIXTURE_VARIANT_ADD(oom, negative) { .adj = -1 };
FIXTURE_VARIANT_ADD(oom, zero) { .adj = 0 };
FIXTURE_VARIANT_ADD(oom, positive) { .adj = 500 };
FIXTURE_VARIANT_ADD(oom, max) { .adj = 1000 };

FIXTURE_SETUP(oom)
{
	self->pid = start(prepare_nothing, NULL);
	ASSERT_LT(0, self->pid);
	snprintf(self->path, sizeof(self->path), "/proc/%d/oom_score_adj",
		 self->pid);
}

FIXTURE_TEARDOWN(oom)
{
	stop(self->pid);
}

TEST_F(oom, score_is_the_adjustment)
{
	struct process_memory_stats stats;
	char adj[16];

	if (geteuid())
		SKIP(return, "only root can lower oom_score_adj");
	snprintf(adj, sizeof(adj), "%d", variant->adj);
	ASSERT_EQ(0, write_line(self->path, adj));
	ASSERT_EQ(0, process_stats(self->pid, &stats));
	EXPECT_EQ(variant->adj, stats.oom_score);
}

/* Nothing is written where there is nothing to tell. */
TEST_F(pointer, untouched_on_error)
{
	size_t size = PAGE;
	pid_t zombie;
	int i;

	zombie = start_zombie(prepare_reserve, &size);
	ASSERT_LT(0, zombie);
	EXPECT_EQ(ESRCH, process_error(gone_process(), self->fits));
	EXPECT_EQ(EINVAL, process_error(zombie, self->fits));
	for (i = 0; i < PAGE; i++)
		ASSERT_EQ(CANARY, (unsigned char)self->page[i]);
	stop(zombie);
}

TEST_HARNESS_MAIN
