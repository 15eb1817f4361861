// SPDX-License-Identifier: GPL-2.0
/* Who asks from inside a PID namespace sees that namespace. */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>

#include "../kselftest_harness.h"
#include "util.h"

static void __attribute__((constructor)) start_up(void)
{
	need_root();
}

#define PLAIN_SIZE	(1 * GIB)
#define EXITED_SIZE	(4 * GIB)
#define OUTSIDE_SIZE	(16 * GIB)
#define DEEPER_SIZE	(64 * GIB)
#define INSIDE_SIZE	(PLAIN_SIZE + EXITED_SIZE + DEEPER_SIZE)

/*
 * What the namespace's first process saw.  It tells through shared memory, and
 * the test judges: assertions are for the process that the harness started.
 */
struct view {
	pid_t outside;
	pid_t test;

	int quiet_error;
	struct global_memory_stats global;
	struct pages sum;

	int outside_error;
	int test_error;
	pid_t last_inside;
	pid_t kernel_thread;

	struct process_memory_stats first;
	struct process_memory_stats plain;
	struct process_memory_stats exited;
	struct process_memory_stats exited_by_tid;
	struct process_memory_stats deeper;
	struct status plain_status;
	struct status exited_status;
	struct status deeper_status;
};

static void mount_own_proc(void)
{
	if (unshare(CLONE_NEWNS) ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("proc", "/proc", "proc", 0, NULL))
		_exit(1);
}

/* For prepare: as the first process inside. */
static void look_around(void *arg)
{
	struct process_memory_stats stats;
	struct view *view = arg;
	pid_t plain, exited, deeper, tid;
	size_t size = PLAIN_SIZE;

	mount_own_proc();
	plain = start(prepare_reserve, &size);
	size = EXITED_SIZE;
	exited = start_exited_leader(prepare_reserve, &size);
	tid = find_thread(exited);
	size = DEEPER_SIZE;
	deeper = unshare(CLONE_NEWPID) ? -1 : start(prepare_reserve, &size);
	if (getpid() != 1 || plain < 0 || exited < 0 || tid < 0 || deeper < 0)
		_exit(1);

	view->quiet_error = quiet_global_stats(&view->global, &view->sum);
	view->outside_error = process_error(view->outside, &stats);
	view->test_error = process_error(view->test, &stats);
	view->last_inside = deeper;
	view->kernel_thread = find_kernel_thread();
	if (process_stats(1, &view->first) ||
	    process_stats(plain, &view->plain) ||
	    process_stats(exited, &view->exited) ||
	    process_stats(tid, &view->exited_by_tid) ||
	    process_stats(deeper, &view->deeper) ||
	    read_status(plain, &view->plain_status) ||
	    read_status(tid, &view->exited_status) ||
	    read_status(deeper, &view->deeper_status))
		_exit(1);
}

FIXTURE(pidns) {
	struct view *view;
	pid_t inside;
};

FIXTURE_SETUP(pidns)
{
	size_t size = OUTSIDE_SIZE;

	self->view = mmap(NULL, sizeof(*self->view), PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, (void *)self->view);
	self->view->test = getpid();
	self->view->outside = start(prepare_reserve, &size);
	ASSERT_LT(0, self->view->outside);
	ASSERT_EQ(0, unshare(CLONE_NEWPID));
	self->inside = start(look_around, self->view);
	ASSERT_LT(0, self->inside);
}

FIXTURE_TEARDOWN(pidns)
{
	stop(self->inside);
	stop(self->view->outside);
}

TEST_F(pidns, sums_are_of_the_inside)
{
	const struct view *view = self->view;

	ASSERT_EQ(0, view->quiet_error);
	EXPECT_EQ(view->sum.reserved * PAGE / MIB,
		  view->global.total_reserved_memory_mb);
	EXPECT_EQ(view->sum.used * PAGE / MIB,
		  view->global.total_used_memory_mb);
	/* With less than a GiB besides. */
	EXPECT_EQ(INSIDE_SIZE / GIB,
		  view->global.total_reserved_memory_mb * MIB / GIB);
}

TEST_F(pidns, outside_is_hidden)
{
	const struct view *view = self->view;

	/* Else their numbers would be others' inside. */
	ASSERT_LT(view->last_inside, view->outside);
	ASSERT_LT(view->last_inside, view->test);
	EXPECT_EQ(ESRCH, view->outside_error);
	EXPECT_EQ(ESRCH, view->test_error);
	EXPECT_EQ(-1, view->kernel_thread);
}

TEST_F(pidns, inside_is_seen)
{
	const struct view *view = self->view;

	EXPECT_LT(0, view->first.reserved_memory_kb);
	EXPECT_GT(PLAIN_SIZE / KIB, view->first.reserved_memory_kb);
	EXPECT_EQ(view->plain_status.size_kb, view->plain.reserved_memory_kb);
	EXPECT_EQ(view->plain_status.rss_kb, view->plain.used_memory_kb);
}

TEST_F(pidns, a_namespace_below_is_seen)
{
	const struct view *view = self->view;

	EXPECT_EQ(view->deeper_status.size_kb, view->deeper.reserved_memory_kb);
	EXPECT_EQ(view->deeper_status.rss_kb, view->deeper.used_memory_kb);
	EXPECT_LE(DEEPER_SIZE / KIB, view->deeper.reserved_memory_kb);
}

TEST_F(pidns, exited_leader_inside_is_seen)
{
	const struct view *view = self->view;

	EXPECT_EQ(view->exited_status.size_kb, view->exited.reserved_memory_kb);
	EXPECT_EQ(view->exited_status.rss_kb, view->exited.used_memory_kb);
	EXPECT_EQ(0, memcmp(&view->exited, &view->exited_by_tid,
			    sizeof(view->exited)));
}

/* The initial namespace, or whichever the test runs in, sees both sides. */
TEST_F(pidns, outside_sees_all)
{
	struct global_memory_stats stats;
	struct process_memory_stats inside;
	struct pages sum;

	ASSERT_EQ(0, quiet_global_stats(&stats, &sum));
	EXPECT_EQ(sum.reserved * PAGE / MIB, stats.total_reserved_memory_mb);
	EXPECT_EQ(sum.used * PAGE / MIB, stats.total_used_memory_mb);
	EXPECT_LE((INSIDE_SIZE + OUTSIDE_SIZE) / MIB,
		  stats.total_reserved_memory_mb);
	EXPECT_EQ(0, process_stats(self->inside, &inside));
	EXPECT_EQ(self->view->first.reserved_memory_kb,
		  inside.reserved_memory_kb);
}

static int enter_pid_namespace(pid_t pid)
{
	char path[64];
	int fd, ret;

	snprintf(path, sizeof(path), "/proc/%d/ns/pid", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	ret = setns(fd, CLONE_NEWPID);
	close(fd);
	return ret;
}

/* setns() is for the children: they see the inside, and the caller does not. */
TEST_F(pidns, children_of_who_joins_see_the_inside)
{
	struct {
		struct process_memory_stats first;
		struct global_memory_stats global;
		int first_error;
		int test_error;
	} *child;
	struct process_memory_stats stats;
	struct global_memory_stats global;
	int status;
	pid_t pid;

	child = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, (void *)child);
	/* The fixture has unshared it: back, so as to join by setns() alone. */
	ASSERT_EQ(0, enter_pid_namespace(getpid()));
	ASSERT_EQ(0, enter_pid_namespace(self->inside));
	pid = fork();
	if (!pid) {
		child->first_error = process_error(1, &child->first);
		child->test_error = process_error(self->view->test, &stats);
		_exit(global_stats(&child->global));
	}
	waitpid(pid, &status, 0);
	ASSERT_EQ(0, status);
	EXPECT_EQ(0, child->first_error);
	EXPECT_EQ(self->view->first.reserved_memory_kb,
		  child->first.reserved_memory_kb);
	EXPECT_EQ(ESRCH, child->test_error);
	EXPECT_EQ(INSIDE_SIZE / GIB,
		  child->global.total_reserved_memory_mb * MIB / GIB);

	EXPECT_EQ(0, process_stats(self->view->test, &stats));
	ASSERT_EQ(0, global_stats(&global));
	EXPECT_LE((INSIDE_SIZE + OUTSIDE_SIZE) / MIB,
		  global.total_reserved_memory_mb);
}

TEST_HARNESS_MAIN
