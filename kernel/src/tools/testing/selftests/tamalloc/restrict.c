// SPDX-License-Identifier: GPL-2.0
/* vm.tamalloc_restrict: who may ask about whose processes. */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>

#include <linux/capability.h>

#include "../kselftest_harness.h"
#include "util.h"

static void __attribute__((constructor)) start_up(void)
{
	need_root();
}

#define USER		65534
#define OTHER_USER	65533

/* The capabilities of a caller who has changed to its user ID. */
enum caps {
	NO_CAPS,
	PTRACE_CAP,
	ALL_CAPS,
};

static int set_caps(__u32 caps)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2] = {
		{ .effective = caps, .permitted = caps },
	};

	return syscall(__NR_capset, &header, data);
}

static int become(uid_t uid, enum caps caps)
{
	if (caps == ALL_CAPS && !uid)
		return 0;
	prctl(PR_SET_KEEPCAPS, 1);
	if (setresuid(uid, uid, uid))
		return -1;
	return set_caps(caps == PTRACE_CAP ? 1U << CAP_SYS_PTRACE : 0);
}

/*
 * The error that a process of @uid with @caps gets for @pid, or for itself if
 * @pid is -1.
 */
static int error_as(uid_t uid, enum caps caps, pid_t pid, void *stats)
{
	int status;
	pid_t asker;

	asker = fork();
	if (!asker) {
		if (become(uid, caps))
			_exit(255);
		_exit(process_error(pid == -1 ? getpid() : pid, stats));
	}
	waitpid(asker, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

/* For prepare: a process of a user, as one that has logged in would be. */
static void prepare_user(void *uid)
{
	if (become(*(uid_t *)uid, NO_CAPS) || prctl(PR_SET_DUMPABLE, 1))
		_exit(1);
}

static void prepare_undumpable_user(void *uid)
{
	prepare_user(uid);
	if (prctl(PR_SET_DUMPABLE, 0))
		_exit(1);
}

static void prepare_user_threads(void *uid)
{
	size_t size = PAGE;

	prepare_user(uid);
	prepare_threads(&size);
}

static pid_t start_user(uid_t uid)
{
	return start(prepare_user, &uid);
}

/* Where the copies of this program are that the chain below executes. */
#define PLAIN_COPY	"/tmp/tamalloc-plain-XXXXXX"
#define SETUID_COPY	"/tmp/tamalloc-setuid-XXXXXX"

/* What the privileged one has reserved, and nobody else. */
#define SECRET_SIZE	(64 * GIB)

/*
 * Two copies of this program execute each other by turns, as USER: a plain one
 * and one that is set-user-ID to root.
 */
static void __attribute__((constructor(101))) run_exec_chain(int argc, char **argv)
{
	if (argc != 4 || strcmp(argv[1], "exec-chain"))
		return;
	if (geteuid() != getuid() && reserve(SECRET_SIZE) == MAP_FAILED)
		_exit(1);
	usleep(3000);
	if (setresuid(USER, USER, USER))
		_exit(1);
	execl(argv[2], argv[2], "exec-chain", argv[3], argv[2], NULL);
	_exit(1);
}

FIXTURE(level) {
	struct process_memory_stats stats;
	char saved[16];
	pid_t root;
	pid_t user;
	pid_t other;
};

/* With the error that who may not look gets. */
FIXTURE_VARIANT(level) {
	const char *level;
	int denied;
};

FIXTURE_VARIANT_ADD(level, none) {
	.level = "0", .denied = 0,
};

FIXTURE_VARIANT_ADD(level, deny) {
	.level = "1", .denied = EPERM,
};

FIXTURE_VARIANT_ADD(level, hide) {
	.level = "2", .denied = ESRCH,
};

FIXTURE_SETUP(level)
{
	ASSERT_EQ(0, read_line(RESTRICT_SYSCTL, self->saved,
			       sizeof(self->saved)));
	self->root = start(prepare_nothing, NULL);
	self->user = start_user(USER);
	self->other = start_user(OTHER_USER);
	ASSERT_LT(0, self->root);
	ASSERT_LT(0, self->user);
	ASSERT_LT(0, self->other);
	ASSERT_EQ(0, write_line(RESTRICT_SYSCTL, variant->level));
}

FIXTURE_TEARDOWN(level)
{
	write_line(RESTRICT_SYSCTL, self->saved);
	stop(self->root);
	stop(self->user);
	stop(self->other);
}

TEST_F(level, others_processes)
{
	EXPECT_EQ(variant->denied,
		  error_as(USER, NO_CAPS, self->root, &self->stats));
	EXPECT_EQ(variant->denied,
		  error_as(USER, NO_CAPS, self->other, &self->stats));
	EXPECT_EQ(variant->denied, error_as(USER, NO_CAPS, 1, &self->stats));
}

TEST_F(level, own_processes)
{
	EXPECT_EQ(0, error_as(USER, NO_CAPS, -1, &self->stats));
	EXPECT_EQ(0, error_as(USER, NO_CAPS, self->user, &self->stats));
	EXPECT_EQ(0, error_as(OTHER_USER, NO_CAPS, self->other, &self->stats));
}

TEST_F(level, with_cap_sys_ptrace)
{
	EXPECT_EQ(0, error_as(USER, PTRACE_CAP, self->root, &self->stats));
	EXPECT_EQ(0, error_as(USER, PTRACE_CAP, self->other, &self->stats));
	EXPECT_EQ(0, error_as(0, ALL_CAPS, self->user, &self->stats));
}

/* It's the capability that counts, not the user ID. */
TEST_F(level, root_without_cap_sys_ptrace)
{
	EXPECT_EQ(variant->denied,
		  error_as(0, NO_CAPS, self->user, &self->stats));
	EXPECT_EQ(variant->denied,
		  error_as(0, NO_CAPS, self->root, &self->stats));
}

/* A process of the same user's that has other groups is not the caller's own. */
TEST_F(level, with_other_group_ids)
{
	int status;
	pid_t asker;

	asker = fork();
	if (!asker) {
		if (setresgid(USER, USER, USER) || become(USER, NO_CAPS))
			_exit(255);
		_exit(process_error(self->user, &self->stats));
	}
	waitpid(asker, &status, 0);
	ASSERT_TRUE(WIFEXITED(status));
	EXPECT_EQ(variant->denied, WEXITSTATUS(status));
}

/* It is the file system's IDs that count, as where /proc is read. */
TEST_F(level, with_file_system_ids_of_the_owner)
{
	int status;
	pid_t asker;

	asker = fork();
	if (!asker) {
		setfsuid(USER);
		_exit(set_caps(0) ||
		      process_error(self->user, &self->stats));
	}
	waitpid(asker, &status, 0);
	EXPECT_EQ(0, status);
}

/* What happens in a user namespace where two users have IDs, by number. */
struct user_namespace {
	int ready[2];
	int mapped[2];
	pid_t other_inside;
	int error_inside;
	int error_outside;
};

#define INSIDE_ROOT	0
#define INSIDE_OTHER	1

/* As USER, who is root there: may it see OTHER_USER inside, and outside? */
static void ask_in_user_namespace(struct user_namespace *ns, pid_t outside)
{
	struct process_memory_stats stats;
	uid_t uid = INSIDE_OTHER;
	char c;

	if (become(USER, NO_CAPS) || prctl(PR_SET_DUMPABLE, 1) ||
	    unshare(CLONE_NEWUSER) || write(ns->ready[1], "", 1) != 1 ||
	    read(ns->mapped[0], &c, 1) != 1)
		_exit(1);
	ns->other_inside = start(prepare_user, &uid);
	ns->error_inside = process_error(ns->other_inside, &stats);
	ns->error_outside = process_error(outside, &stats);
	stop(ns->other_inside);
	_exit(0);
}

/* CAP_SYS_PTRACE is worth what it is worth to a reader of /proc: its namespace. */
TEST_F(level, with_cap_sys_ptrace_in_a_user_namespace)
{
	struct user_namespace *ns;
	char path[64], map[64], c;
	int status;
	pid_t pid;

	if (access("/proc/self/ns/user", F_OK))
		SKIP(return, "no user namespaces");
	ns = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
		  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, (void *)ns);
	ASSERT_EQ(0, pipe(ns->ready));
	ASSERT_EQ(0, pipe(ns->mapped));
	pid = fork();
	if (!pid)
		ask_in_user_namespace(ns, self->other);
	ASSERT_EQ(1, read(ns->ready[0], &c, 1));
	snprintf(path, sizeof(path), "/proc/%d/uid_map", pid);
	snprintf(map, sizeof(map), "%d %d 1\n%d %d 1", INSIDE_ROOT, USER,
		 INSIDE_OTHER, OTHER_USER);
	ASSERT_EQ(0, write_line(path, map));
	ASSERT_EQ(1, write(ns->mapped[1], "", 1));
	waitpid(pid, &status, 0);
	ASSERT_EQ(0, status);
	ASSERT_LT(0, ns->other_inside);
	/* A module can only ask for it in the initial one. */
	EXPECT_EQ(calls_are_of_module() ? variant->denied : 0,
		  ns->error_inside);
	EXPECT_EQ(variant->denied, ns->error_outside);
}

TEST_F(level, thread_of_another)
{
	uid_t uid = OTHER_USER;
	pid_t pid, tid;

	pid = start(prepare_user_threads, &uid);
	ASSERT_LT(0, pid);
	tid = find_thread(pid);
	ASSERT_LT(0, tid);
	EXPECT_EQ(variant->denied,
		  error_as(USER, NO_CAPS, tid, &self->stats));
	EXPECT_EQ(0, error_as(OTHER_USER, NO_CAPS, tid, &self->stats));
	stop(pid);
}

/* ESRCH before EPERM before EINVAL before EFAULT. */
TEST_F(level, order_of_errors)
{
	pid_t kernel_thread = find_kernel_thread();
	size_t size = PAGE;
	pid_t zombie;

	EXPECT_EQ(ESRCH, error_as(USER, NO_CAPS, gone_process(), NULL));
	EXPECT_EQ(variant->denied ?: EFAULT,
		  error_as(USER, NO_CAPS, self->root, NULL));
	EXPECT_EQ(EFAULT, error_as(USER, NO_CAPS, self->user, NULL));

	zombie = start_zombie(prepare_reserve, &size);
	ASSERT_LT(0, zombie);
	EXPECT_EQ(variant->denied ?: EINVAL,
		  error_as(USER, NO_CAPS, zombie, NULL));
	EXPECT_EQ(EINVAL, error_as(0, ALL_CAPS, zombie, NULL));
	stop(zombie);

	if (kernel_thread < 0)
		SKIP(return, "no kernel thread in this PID namespace");
	EXPECT_EQ(variant->denied ?: EINVAL,
		  error_as(USER, NO_CAPS, kernel_thread, NULL));
	EXPECT_EQ(EINVAL, error_as(0, ALL_CAPS, kernel_thread, NULL));
}

TEST_F(level, own_zombie)
{
	uid_t uid = USER;
	pid_t zombie;

	zombie = start_zombie(prepare_user, &uid);
	ASSERT_LT(0, zombie);
	EXPECT_EQ(EINVAL, error_as(USER, NO_CAPS, zombie, &self->stats));
	stop(zombie);
}

TEST_F(level, own_process_that_is_not_dumpable)
{
	uid_t uid = USER;
	pid_t pid;

	pid = start(prepare_undumpable_user, &uid);
	ASSERT_LT(0, pid);
	EXPECT_EQ(variant->denied, error_as(USER, NO_CAPS, pid, &self->stats));
	EXPECT_EQ(0, error_as(USER, PTRACE_CAP, pid, &self->stats));
	stop(pid);
}

/* A leader that has exited has no memory to tell that it isn't dumpable. */
TEST_F(level, exited_leader_that_is_not_dumpable)
{
	uid_t uid = USER;
	pid_t pid, tid;

	pid = start_exited_leader(prepare_undumpable_user, &uid);
	ASSERT_LT(0, pid);
	tid = find_thread(pid);
	ASSERT_LT(0, tid);
	EXPECT_EQ(variant->denied, error_as(USER, NO_CAPS, pid, &self->stats));
	EXPECT_EQ(variant->denied, error_as(USER, NO_CAPS, tid, &self->stats));
	EXPECT_EQ(0, error_as(USER, PTRACE_CAP, pid, &self->stats));
	stop(pid);
}

static int told[2];

static void handle_become_undumpable(int signal)
{
	if (prctl(PR_SET_DUMPABLE, 0) || write(told[1], "", 1) != 1)
		_exit(1);
}

static void prepare_user_on_call(void *uid)
{
	prepare_user(uid);
	signal(SIGUSR1, handle_become_undumpable);
}

/* What the leader was when it exited does not count. */
TEST_F(level, exited_leader_of_threads_that_became_undumpable)
{
	uid_t uid = USER;
	pid_t pid;
	char c;

	ASSERT_EQ(0, pipe(told));
	pid = start_exited_leader(prepare_user_on_call, &uid);
	ASSERT_LT(0, pid);
	EXPECT_EQ(0, error_as(USER, NO_CAPS, pid, &self->stats));
	ASSERT_EQ(0, kill(pid, SIGUSR1));
	ASSERT_EQ(1, read(told[0], &c, 1));
	EXPECT_EQ(variant->denied, error_as(USER, NO_CAPS, pid, &self->stats));
	stop(pid);
}

TEST_F(level, own_exited_leader)
{
	uid_t uid = USER;
	pid_t pid;

	pid = start_exited_leader(prepare_user, &uid);
	ASSERT_LT(0, pid);
	EXPECT_EQ(0, error_as(USER, NO_CAPS, pid, &self->stats));
	EXPECT_EQ(variant->denied,
		  error_as(OTHER_USER, NO_CAPS, pid, &self->stats));
	stop(pid);
}

/* Copy a program to where whoever isn't root can run it. */
static int copy_program(const char *from, char *template, mode_t mode)
{
	char buf[65536];
	ssize_t len;
	int in, out;

	in = open(from, O_RDONLY | O_CLOEXEC);
	out = mkstemp(template);
	if (in < 0 || out < 0)
		return -errno;
	while ((len = read(in, buf, sizeof(buf))) > 0) {
		if (write(out, buf, len) != len)
			return -EIO;
	}
	if (fchmod(out, mode))
		return -errno;
	close(in);
	return close(out);
}

/* A process of USER that has become undumpable, and sleeps in the program @path. */
static pid_t start_program(const char *path)
{
	pid_t pid;

	pid = fork();
	if (!pid) {
		uid_t uid = USER;

		prepare_undumpable_user(&uid);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		execl(path, path, "1000", NULL);
		_exit(1);
	}
	return wait_for_program(pid, strrchr(path, '/') + 1);
}

TEST_F(level, program_that_may_not_be_read)
{
	char path[] = "/tmp/tamalloc-XXXXXX";
	pid_t pid;

	ASSERT_EQ(0, copy_program("/bin/sleep", path, 0711));
	pid = start_program(path);
	unlink(path);
	ASSERT_LT(0, pid);
	EXPECT_EQ(variant->denied, error_as(USER, NO_CAPS, pid, &self->stats));
	EXPECT_EQ(0, error_as(0, ALL_CAPS, pid, &self->stats));
	stop(pid);
}

/* What was undumpable is not any more in a program that all may read. */
TEST_F(level, program_that_may_be_read)
{
	pid_t pid;

	pid = start_program("/bin/sleep");
	ASSERT_LT(0, pid);
	EXPECT_EQ(0, error_as(USER, NO_CAPS, pid, &self->stats));
	EXPECT_EQ(variant->denied,
		  error_as(OTHER_USER, NO_CAPS, pid, &self->stats));
	stop(pid);
}

/* How often a question about the chain was answered how. */
struct answers {
	unsigned long plain;
	unsigned long secret;
	unsigned long denied;
	unsigned long other;
};

static void ask(pid_t pid, int denied, struct answers *answers)
{
	struct process_memory_stats stats;
	int error = process_error(pid, &stats);

	if (error)
		(*(error == denied ? &answers->denied : &answers->other))++;
	else if (stats.reserved_memory_kb < SECRET_SIZE / KIB)
		answers->plain++;
	else
		answers->secret++;
}

/* As USER, for some seconds. */
static void ask_on_and_on(pid_t pid, int denied, struct answers *answers)
{
	time_t end = time(NULL) + 4;

	if (become(USER, NO_CAPS))
		return;
	while (time(NULL) < end)
		ask(pid, denied, answers);
}

/* The system's own may ignore set-user-ID bits. */
static int mount_own_tmp(void)
{
	return unshare(CLONE_NEWNS) ||
	       mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	       mount("tmpfs", "/tmp", "tmpfs", 0, "mode=0755");
}

static pid_t start_exec_chain(const char *plain, const char *setuid)
{
	pid_t pid = fork();

	if (!pid) {
		/* Execing a set-user-ID program forgets about a dying parent. */
		alarm(60);
		if (!become(USER, NO_CAPS))
			execl(plain, plain, "exec-chain", setuid, plain, NULL);
		_exit(1);
	}
	return pid;
}

/*
 * A process of the caller's own, as long as the program is plain.  The figures
 * of the privileged program must not get out however an exec comes between
 * question and answer.
 */
TEST_F(level, set_user_id_programs_between_others)
{
	char plain[] = PLAIN_COPY, setuid[] = SETUID_COPY;
	struct answers *answers;
	pid_t pid, asker;

	answers = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, (void *)answers);
	ASSERT_EQ(0, mount_own_tmp());
	ASSERT_EQ(0, copy_program("/proc/self/exe", plain, 0755));
	ASSERT_EQ(0, copy_program("/proc/self/exe", setuid, 04755));
	pid = start_exec_chain(plain, setuid);
	ASSERT_LT(0, pid);
	asker = fork();
	if (!asker) {
		ask_on_and_on(pid, variant->denied, answers);
		_exit(0);
	}
	waitpid(asker, NULL, 0);
	stop(pid);

	EXPECT_LT(0, answers->plain);
	EXPECT_EQ(0, answers->other);
	if (variant->denied) {
		EXPECT_LT(0, answers->denied);
		EXPECT_EQ(0, answers->secret);
	} else {
		EXPECT_EQ(0, answers->denied);
		EXPECT_LT(0, answers->secret);
	}
	TH_LOG("%lu plain, %lu secret, %lu denied", answers->plain,
	       answers->secret, answers->denied);
}

#define TOUCHED_SIZE	(128 * MIB)

static void prepare_touched(void *unused)
{
	size_t size = GIB;
	char *memory;

	prepare_reserve(&size);
	memory = reserve(TOUCHED_SIZE);
	if (memory == MAP_FAILED)
		_exit(1);
	memset(memory, 1, TOUCHED_SIZE);
}

/* Totals are told at every level. */
TEST_F(level, global)
{
	struct global_memory_stats *seen, expected;
	struct pages sum;
	pid_t pid, other;
	int status;

	seen = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, (void *)seen);
	other = start(prepare_touched, NULL);
	ASSERT_LT(0, other);
	ASSERT_EQ(0, quiet_global_stats(&expected, &sum));
	ASSERT_LE(TOUCHED_SIZE / MIB, expected.total_used_memory_mb);
	pid = fork();
	if (!pid)
		_exit(become(USER, NO_CAPS) || global_stats(seen));
	waitpid(pid, &status, 0);
	ASSERT_EQ(0, status);
	/* The caller itself is a few MiB more, and small ones come and go. */
	EXPECT_GT(64, distance(expected.total_reserved_memory_mb,
			       seen->total_reserved_memory_mb));
	EXPECT_GT(64, distance(expected.total_used_memory_mb,
			       seen->total_used_memory_mb));
	stop(other);
}

TEST_F(level, sysctl_has_bounds)
{
	static const char *const bad[] = {
		"-1", "3", "2147483648", "-2147483649", "x",
	};
	char line[16];
	int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_EQ(-EINVAL, write_line(RESTRICT_SYSCTL, bad[i])) {
			TH_LOG("of value %s", bad[i]);
		}
	}
	ASSERT_EQ(0, read_line(RESTRICT_SYSCTL, line, sizeof(line)));
	EXPECT_STREQ(variant->level, line);
}

/* In a child: the fixture is restored by root. */
TEST_F(level, sysctl_is_roots)
{
	struct stat stat_buf;
	int status;
	pid_t pid;

	ASSERT_EQ(0, stat(RESTRICT_SYSCTL, &stat_buf));
	EXPECT_EQ(S_IFREG | 0644, stat_buf.st_mode);
	pid = fork();
	if (!pid)
		_exit(become(USER, NO_CAPS) ||
		      write_line(RESTRICT_SYSCTL, "0") != -EACCES);
	waitpid(pid, &status, 0);
	EXPECT_EQ(0, status);
}

/* The error that a child gets that has lost, by @lose, what allowed it to write. */
static int write_error_after(int (*lose)(void), const char *level)
{
	int status;
	pid_t pid;

	pid = fork();
	if (!pid)
		_exit(lose() ? 255 : -write_line(RESTRICT_SYSCTL, level));
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

static int keep_all_but_cap_sys_ptrace(void)
{
	return set_caps(~(1U << CAP_SYS_PTRACE));
}

static int keep_cap_sys_ptrace_alone(void)
{
	return become(0, PTRACE_CAP);
}

/* Has all capabilities there. */
static int enter_user_namespace(void)
{
	return unshare(CLONE_NEWUSER);
}

static int enter_user_namespace_as_its_root(void)
{
	return unshare(CLONE_NEWUSER) ||
	       write_line("/proc/self/uid_map", "0 0 1");
}

/* Whoever is refused must not be able to lift the restriction. */
TEST_F(level, sysctl_wants_cap_sys_ptrace)
{
	char line[16];

	EXPECT_EQ(EPERM, write_error_after(keep_all_but_cap_sys_ptrace, "0"));
	EXPECT_EQ(EPERM, write_error_after(keep_all_but_cap_sys_ptrace, "3"));
	ASSERT_EQ(0, read_line(RESTRICT_SYSCTL, line, sizeof(line)));
	EXPECT_STREQ(variant->level, line);
	EXPECT_EQ(0, write_error_after(keep_cap_sys_ptrace_alone, "1"));
	ASSERT_EQ(0, read_line(RESTRICT_SYSCTL, line, sizeof(line)));
	EXPECT_STREQ("1", line);
}

/* In the initial user namespace, that is. */
TEST_F(level, sysctl_in_user_namespace)
{
	char line[16];

	if (access("/proc/self/ns/user", F_OK))
		SKIP(return, "no user namespaces");
	EXPECT_EQ(EPERM, write_error_after(enter_user_namespace, "0"));
	EXPECT_EQ(EPERM,
		  write_error_after(enter_user_namespace_as_its_root, "0"));
	ASSERT_EQ(0, read_line(RESTRICT_SYSCTL, line, sizeof(line)));
	EXPECT_STREQ(variant->level, line);
}

TEST_HARNESS_MAIN
