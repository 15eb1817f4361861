// SPDX-License-Identifier: GPL-2.0
/*
 * The frozen part: numbers, layouts, who may call, and that whoever calls
 * wrongly leaves no trace in the kernel's log.
 */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>

#include "../kselftest_harness.h"
#include "util.h"

#define X32_BIT		0x40000000
#define IA32_GETPID	20

/* kselftest_harness.h's macro for this has a name of each line's own. */
#define IS_SIGNED(value)	((typeof(value))-1 < (typeof(value))1)

static void make_errors(void)
{
	static const pid_t pids[] = { 0, -1, INT_MIN, INT_MAX };
	void *kernel = (void *)LONG_MIN;
	int i;

	reserve_error(0);
	reserve_error(SIZE_MAX);
	reserve_error(SIZE_MAX / 2);
	reserve_error(1UL << 47);
	global_error(NULL);
	global_error(kernel);
	process_error(getpid(), NULL);
	process_error(getpid(), kernel);
	process_error(gone_process(), NULL);
	process_error(find_kernel_thread(), NULL);
	for (i = 0; i < ARRAY_SIZE(pids); i++)
		process_error(pids[i], NULL);
	syscall(X32_BIT | __NR_tamalloc_get_stats, PAGE);
}

/* First of all tests, so that what is logged once in a boot shows as well. */
TEST(errors_are_not_logged)
{
	char record[8192];
	ssize_t len;
	int fd;

	fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK);
	if (fd < 0)
		SKIP(return, "cannot read /dev/kmsg: %s", strerror(errno));
	ASSERT_EQ(0, lseek(fd, 0, SEEK_END));
	make_errors();
	len = read(fd, record, sizeof(record) - 1);
	EXPECT_EQ(-1, len) {
		record[len] = '\0';
		TH_LOG("logged: %s", record);
	}
	EXPECT_EQ(EAGAIN, errno);
	close(fd);
}

TEST(numbers)
{
	EXPECT_EQ(551, __NR_tamalloc_get_stats);
	EXPECT_EQ(552, __NR_tamalloc_get_global_stats);
	EXPECT_EQ(553, __NR_tamalloc_get_indiviual);
}

TEST(global_layout)
{
	struct global_memory_stats s;

	EXPECT_EQ(16, sizeof(s));
	EXPECT_EQ(8, sizeof(s.total_reserved_memory_mb));
	EXPECT_EQ(8, sizeof(s.total_used_memory_mb));
	EXPECT_EQ(0, offsetof(typeof(s), total_reserved_memory_mb));
	EXPECT_EQ(8, offsetof(typeof(s), total_used_memory_mb));
	EXPECT_FALSE(IS_SIGNED(s.total_reserved_memory_mb));
	EXPECT_FALSE(IS_SIGNED(s.total_used_memory_mb));
}

TEST(process_layout)
{
	struct process_memory_stats s;

	EXPECT_EQ(24, sizeof(s));
	EXPECT_EQ(8, sizeof(s.reserved_memory_kb));
	EXPECT_EQ(8, sizeof(s.used_memory_kb));
	EXPECT_EQ(4, sizeof(s.used_memory_percentage));
	EXPECT_EQ(4, sizeof(s.oom_score));
	EXPECT_EQ(0, offsetof(typeof(s), reserved_memory_kb));
	EXPECT_EQ(8, offsetof(typeof(s), used_memory_kb));
	EXPECT_EQ(16, offsetof(typeof(s), used_memory_percentage));
	EXPECT_EQ(20, offsetof(typeof(s), oom_score));
	EXPECT_FALSE(IS_SIGNED(s.reserved_memory_kb));
	EXPECT_FALSE(IS_SIGNED(s.used_memory_kb));
	EXPECT_FALSE(IS_SIGNED(s.used_memory_percentage));
	EXPECT_TRUE(IS_SIGNED(s.oom_score));
}

/* As a 32-bit program calls; returns the result or -errno. */
static int ia32_call(int nr, unsigned int arg1, unsigned int arg2)
{
	int ret;

	asm volatile("int $0x80" : "=a" (ret)
		     : "0" (nr), "b" (arg1), "c" (arg2)
		     : "memory", "r8", "r9", "r10", "r11");
	return ret;
}

/* A kernel without IA32_EMULATION kills the caller. */
static bool ia32_works(void)
{
	int status;
	pid_t pid;

	pid = fork();
	if (!pid)
		_exit(ia32_call(IA32_GETPID, 0, 0) != getpid());
	waitpid(pid, &status, 0);
	return WIFEXITED(status) && !WEXITSTATUS(status);
}

TEST(ia32_has_no_calls)
{
	int nr;

	if (!ia32_works())
		SKIP(return, "no IA32_EMULATION");
	for (nr = __NR_tamalloc_get_stats; nr <= __NR_tamalloc_get_indiviual;
	     nr++) {
		EXPECT_EQ(-ENOSYS, ia32_call(nr, PAGE, 0));
		EXPECT_EQ(-ENOSYS, ia32_call(nr, 0, 0));
	}
}

static bool x32_works(void)
{
	return syscall(X32_BIT | __NR_getpid) == getpid();
}

/* Debian builds x32 in and leaves it off unless the command line says so. */
static bool x32_is_asked_for(void)
{
	char line[4096];

	return !read_line("/proc/cmdline", line, sizeof(line)) &&
	       strstr(line, "syscall.x32=y");
}

TEST(x32_has_no_calls)
{
	struct process_memory_stats stats;
	int nr;

	EXPECT_TRUE(x32_works() || !x32_is_asked_for());
	for (nr = __NR_tamalloc_get_stats; nr <= __NR_tamalloc_get_indiviual;
	     nr++) {
		errno = 0;
		EXPECT_EQ(-1, syscall(X32_BIT | nr, &stats, &stats));
		EXPECT_EQ(ENOSYS, errno);
	}
}

/* The kernel takes 32 bits of a PID, whatever the register's upper half is. */
TEST(pid_is_an_int)
{
	struct process_memory_stats stats;
	long pid = getpid();

	EXPECT_EQ(0, syscall(__NR_tamalloc_get_indiviual, pid | 1L << 32,
			     &stats));
	EXPECT_LT(0, stats.reserved_memory_kb);
}

TEST_HARNESS_MAIN
