// SPDX-License-Identifier: GPL-2.0
/*
 * What stands between a program and a system call: filters, tracers, audit, signals,
 * fork and exec.  With the calls in a module all of it shall be as with calls that are
 * built in, but where a test says otherwise.  To be run as root.
 *
 * usage: arrival [call | wait]
 *
 * With an argument it makes a call, at once or when its input ends, and exits with the
 * error.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/tamalloc.h>

#include "kselftest_harness.h"

/* In seconds: a machine that is emulated may be on a busy host. */
#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT	240

#define PAGE	4096UL
#define NR_CANCELLED	-1

static long global_stats(struct global_memory_stats *stats)
{
	return syscall(__NR_tamalloc_get_global_stats, stats) ? errno : 0;
}

static long process_stats(pid_t pid, struct process_memory_stats *stats)
{
	return syscall(__NR_tamalloc_get_indiviual, pid, stats) ? errno : 0;
}

/* Memory that a child and its parent share. */
static void *shared_page(void)
{
	return mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

static int status_of(pid_t pid)
{
	int status;

	return waitpid(pid, &status, 0) == pid ? status : -1;
}

/* Filters */

static int filter_global(unsigned int verdict)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_tamalloc_get_global_stats, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, verdict),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(filter) / sizeof(filter[0]), filter };

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

FIXTURE(filter) {
	struct global_memory_stats *stats;
};

FIXTURE_VARIANT(filter) {
	unsigned int verdict;
	int error;
	int signal;
};

FIXTURE_VARIANT_ADD(filter, allow) { .verdict = SECCOMP_RET_ALLOW };
FIXTURE_VARIANT_ADD(filter, log) { .verdict = SECCOMP_RET_LOG };
FIXTURE_VARIANT_ADD(filter, error) { .verdict = SECCOMP_RET_ERRNO | EDOM, .error = EDOM };
FIXTURE_VARIANT_ADD(filter, trap) { .verdict = SECCOMP_RET_TRAP, .signal = SIGSYS };
FIXTURE_VARIANT_ADD(filter, kill) { .verdict = SECCOMP_RET_KILL_PROCESS, .signal = SIGSYS };
/* Nobody traces it. */
FIXTURE_VARIANT_ADD(filter, trace) { .verdict = SECCOMP_RET_TRACE, .error = ENOSYS };

FIXTURE_SETUP(filter)
{
	self->stats = shared_page();
	ASSERT_NE(MAP_FAILED, (void *)self->stats);
}

FIXTURE_TEARDOWN(filter)
{
	munmap(self->stats, PAGE);
}

TEST_F(filter, decides)
{
	int status;
	pid_t pid;

	pid = fork();
	if (!pid)
		_exit(filter_global(variant->verdict) ? 255 : global_stats(self->stats));
	status = status_of(pid);
	if (variant->signal) {
		ASSERT_TRUE(WIFSIGNALED(status));
		EXPECT_EQ(variant->signal, WTERMSIG(status));
	} else {
		ASSERT_TRUE(WIFEXITED(status));
		EXPECT_EQ(variant->error, WEXITSTATUS(status));
	}
	/* What is refused has not happened. */
	EXPECT_EQ(!variant->error && !variant->signal,
		  self->stats->total_reserved_memory_mb != 0);
}

/* Tracers */

/* Stops before it calls @nr, and exits with errno and a count of right results. */
static pid_t start_tracee(long nr, void *arg)
{
	pid_t pid = fork();

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		raise(SIGSTOP);
		_exit(syscall(nr, arg) == -1 ? errno : 0);
	}
	return pid;
}

/* Runs it from one stop at a call to the next. */
static bool next_stop(pid_t pid, int request)
{
	int status;

	return !ptrace(request, pid, 0, 0) && waitpid(pid, &status, 0) == pid &&
	       WIFSTOPPED(status) && WSTOPSIG(status) == (SIGTRAP | 0x80);
}

static bool get(pid_t pid, struct user_regs_struct *regs)
{
	return !ptrace(PTRACE_GETREGS, pid, 0, regs);
}

static bool set(pid_t pid, struct user_regs_struct *regs)
{
	return !ptrace(PTRACE_SETREGS, pid, 0, regs);
}

FIXTURE(tracee) {
	struct global_memory_stats *stats;
	struct user_regs_struct regs;
	pid_t pid;
};

FIXTURE_VARIANT(tracee) {
	long nr;
};

FIXTURE_VARIANT_ADD(tracee, calls) { .nr = __NR_tamalloc_get_global_stats };
FIXTURE_VARIANT_ADD(tracee, calls_another) { .nr = __NR_getppid };

/* At the entry of the call, of whatever number. */
FIXTURE_SETUP(tracee)
{
	self->stats = shared_page();
	ASSERT_NE(MAP_FAILED, (void *)self->stats);
	self->pid = start_tracee(variant->nr, self->stats);
	ASSERT_TRUE(WIFSTOPPED(status_of(self->pid)));
	ASSERT_EQ(0, ptrace(PTRACE_SETOPTIONS, self->pid, 0, PTRACE_O_TRACESYSGOOD));
	ASSERT_TRUE(next_stop(self->pid, PTRACE_SYSCALL));
	ASSERT_TRUE(get(self->pid, &self->regs));
	ASSERT_EQ(variant->nr, (long)self->regs.orig_rax);
	ASSERT_EQ(-ENOSYS, (long)self->regs.rax);
}

FIXTURE_TEARDOWN(tracee)
{
	kill(self->pid, SIGKILL);
	waitpid(self->pid, NULL, 0);
	munmap(self->stats, PAGE);
}

#define EXPECT_END(error) do {						\
	int status;							\
									\
	ptrace(PTRACE_DETACH, self->pid, 0, 0);				\
	status = status_of(self->pid);					\
	ASSERT_TRUE(WIFEXITED(status));					\
	EXPECT_EQ(error, WEXITSTATUS(status));				\
} while (0)

/* Whatever it was: the tracer makes it call 552, and sees its result at the exit. */
TEST_F(tracee, is_made_to_call)
{
	self->regs.orig_rax = __NR_tamalloc_get_global_stats;
	ASSERT_TRUE(set(self->pid, &self->regs));
	ASSERT_TRUE(next_stop(self->pid, PTRACE_SYSCALL));
	ASSERT_TRUE(get(self->pid, &self->regs));
	EXPECT_EQ(0, (long)self->regs.rax);
	EXPECT_LT(0, self->stats->total_reserved_memory_mb);
	EXPECT_END(0);
}

TEST_F(tracee, is_made_to_call_another)
{
	self->regs.orig_rax = __NR_getppid;
	ASSERT_TRUE(set(self->pid, &self->regs));
	ASSERT_TRUE(next_stop(self->pid, PTRACE_SYSCALL));
	ASSERT_TRUE(get(self->pid, &self->regs));
	EXPECT_EQ(getpid(), (long)self->regs.rax);
	EXPECT_EQ(0, self->stats->total_reserved_memory_mb);
	EXPECT_END(0);
}

TEST_F(tracee, gets_other_arguments)
{
	self->regs.orig_rax = __NR_tamalloc_get_global_stats;
	self->regs.rdi += sizeof(*self->stats);
	ASSERT_TRUE(set(self->pid, &self->regs));
	ASSERT_TRUE(next_stop(self->pid, PTRACE_SYSCALL));
	EXPECT_EQ(0, self->stats[0].total_reserved_memory_mb);
	EXPECT_LT(0, self->stats[1].total_reserved_memory_mb);
	EXPECT_END(0);
}

TEST_F(tracee, is_stopped_from_calling)
{
	self->regs.orig_rax = NR_CANCELLED;
	self->regs.rax = -EDOM;
	ASSERT_TRUE(set(self->pid, &self->regs));
	ASSERT_TRUE(next_stop(self->pid, PTRACE_SYSCALL));
	EXPECT_EQ(0, self->stats->total_reserved_memory_mb);
	EXPECT_END(EDOM);
}

TEST_F(tracee, gets_another_result)
{
	self->regs.orig_rax = __NR_tamalloc_get_global_stats;
	ASSERT_TRUE(set(self->pid, &self->regs));
	ASSERT_TRUE(next_stop(self->pid, PTRACE_SYSCALL));
	ASSERT_TRUE(get(self->pid, &self->regs));
	self->regs.rax = -EDOM;
	ASSERT_TRUE(set(self->pid, &self->regs));
	EXPECT_LT(0, self->stats->total_reserved_memory_mb);
	EXPECT_END(EDOM);
}

/* Its registers at the exit are what user mode gets, not what the call works with. */
TEST_F(tracee, gets_another_argument_too_late)
{
	self->regs.orig_rax = __NR_tamalloc_get_global_stats;
	ASSERT_TRUE(set(self->pid, &self->regs));
	ASSERT_TRUE(next_stop(self->pid, PTRACE_SYSCALL));
	ASSERT_TRUE(get(self->pid, &self->regs));
	self->regs.rdi = 0;
	ASSERT_TRUE(set(self->pid, &self->regs));
	EXPECT_END(0);
	EXPECT_LT(0, self->stats->total_reserved_memory_mb);
}

TEST(tracer_that_emulates_calls)
{
	struct global_memory_stats *stats = shared_page();
	struct user_regs_struct regs;
	pid_t pid;

	pid = start_tracee(__NR_tamalloc_get_global_stats, stats);
	ASSERT_TRUE(WIFSTOPPED(status_of(pid)));
	ASSERT_EQ(0, ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACESYSGOOD));
	ASSERT_TRUE(next_stop(pid, PTRACE_SYSEMU));
	ASSERT_TRUE(get(pid, &regs));
	ASSERT_EQ(__NR_tamalloc_get_global_stats, (long)regs.orig_rax);
	regs.rax = -EDOM;
	ASSERT_TRUE(set(pid, &regs));
	ASSERT_EQ(0, ptrace(PTRACE_DETACH, pid, 0, 0));
	EXPECT_EQ(EDOM, WEXITSTATUS(status_of(pid)));
	EXPECT_EQ(0, stats->total_reserved_memory_mb);
}

/* A step over the call is over with its result. */
TEST(tracer_that_steps)
{
	struct global_memory_stats *stats = shared_page();
	struct user_regs_struct regs;
	pid_t pid;
	int i;

	pid = start_tracee(__NR_tamalloc_get_global_stats, stats);
	ASSERT_TRUE(WIFSTOPPED(status_of(pid)));
	for (i = 0; i < 10000 && !stats->total_reserved_memory_mb; i++) {
		ASSERT_EQ(0, ptrace(PTRACE_SINGLESTEP, pid, 0, 0));
		ASSERT_TRUE(WIFSTOPPED(status_of(pid)));
	}
	ASSERT_TRUE(get(pid, &regs));
	EXPECT_EQ(0, (long)regs.rax);
	ASSERT_EQ(0, ptrace(PTRACE_DETACH, pid, 0, 0));
	EXPECT_EQ(0, WEXITSTATUS(status_of(pid)));
}

/* Signals */

static volatile sig_atomic_t signals;

static void count_signal(int signal)
{
	signals++;
}

/* Of all that arrive in the middle, none loses a result. */
TEST(signals_come_all_the_time)
{
	struct itimerval often = { { 0, 2000 }, { 0, 2000 } }, never = {};
	struct process_memory_stats process;
	struct global_memory_stats global;
	char *p;
	int i;

	signal(SIGALRM, count_signal);
	ASSERT_EQ(0, setitimer(ITIMER_REAL, &often, NULL));
	for (i = 0; i < 1000 || signals < 200; i++) {
		ASSERT_EQ(0, global_stats(&global));
		ASSERT_EQ(0, process_stats(getpid(), &process));
		ASSERT_EQ(ESRCH, process_stats(-1, &process));
		p = (char *)syscall(__NR_tamalloc_get_stats, PAGE);
		ASSERT_NE(MAP_FAILED, p);
		ASSERT_EQ(0, *p);
		ASSERT_EQ(0, munmap(p, PAGE));
	}
	setitimer(ITIMER_REAL, &never, NULL);
}

/*
 * A call that sleeps: where it shall write to there is a page that comes when this
 * says so.
 */
struct sleeper {
	int fd;
	char *page;
	pid_t pid;
	long *result;
};

static int register_page(char *page)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register range = {
		.range = { (unsigned long)page, PAGE },
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};
	int fd = syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);

	if (fd < 0 || ioctl(fd, UFFDIO_API, &api) || ioctl(fd, UFFDIO_REGISTER, &range))
		return -1;
	return fd;
}

static bool is_asleep(struct sleeper *s)
{
	struct pollfd pollfd = { .fd = s->fd, .events = POLLIN };

	return poll(&pollfd, 1, 60000) == 1 && pollfd.revents == POLLIN;
}

static void wake(struct sleeper *s)
{
	struct uffdio_zeropage zero = { .range = { (unsigned long)s->page, PAGE } };

	ioctl(s->fd, UFFDIO_ZEROPAGE, &zero);
}

/* The child has the parent's memory, or the page would be another. */
static int call_and_sleep(void *arg)
{
	struct sleeper *s = arg;

	*s->result = process_stats(1, (void *)s->page);
	return 0;
}

static bool start_sleeper(struct sleeper *s)
{
	static char stack[65536] __attribute__((aligned(16)));
	static long result;

	s->page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	s->fd = register_page(s->page);
	s->result = &result;
	*s->result = -1;
	signals = 0;
	s->pid = clone(call_and_sleep, stack + sizeof(stack),
		       CLONE_VM | CLONE_SIGHAND | SIGCHLD, s);
	return s->fd >= 0 && s->pid > 0 && is_asleep(s);
}

TEST(signal_comes_while_a_call_sleeps)
{
	struct sleeper s;

	signal(SIGUSR1, count_signal);
	ASSERT_TRUE(start_sleeper(&s));
	ASSERT_EQ(0, kill(s.pid, SIGUSR1));
	usleep(20000);
	EXPECT_EQ(0, signals);
	wake(&s);
	EXPECT_EQ(0, status_of(s.pid));
	EXPECT_EQ(0, *s.result);
	EXPECT_EQ(1, signals);
	EXPECT_LT(0, ((struct process_memory_stats *)s.page)->reserved_memory_kb);
}

TEST(stop_and_continue_while_a_call_sleeps)
{
	struct sleeper s;
	int status;

	ASSERT_TRUE(start_sleeper(&s));
	ASSERT_EQ(0, kill(s.pid, SIGSTOP));
	usleep(20000);
	wake(&s);
	ASSERT_EQ(s.pid, waitpid(s.pid, &status, WUNTRACED));
	ASSERT_TRUE(WIFSTOPPED(status));
	ASSERT_EQ(0, kill(s.pid, SIGCONT));
	EXPECT_EQ(0, status_of(s.pid));
	EXPECT_EQ(0, *s.result);
}

/* How many references the module has, or -1. */
static int references(void)
{
	FILE *file = fopen("/sys/module/tamalloc/refcnt", "r");
	int n = -1;

	if (file && fscanf(file, "%d", &n) != 1)
		n = -1;
	if (file)
		fclose(file);
	return n;
}

TEST(kill_while_a_call_sleeps)
{
	struct sleeper s;
	int status;

	ASSERT_EQ(0, references());
	ASSERT_TRUE(start_sleeper(&s));
	EXPECT_EQ(1, references());
	ASSERT_EQ(0, kill(s.pid, SIGKILL));
	status = status_of(s.pid);
	ASSERT_TRUE(WIFSIGNALED(status));
	EXPECT_EQ(SIGKILL, WTERMSIG(status));
	EXPECT_EQ(-1, *s.result);
	EXPECT_EQ(0, references());
}

TEST(unload_while_a_call_sleeps)
{
	struct sleeper s;

	ASSERT_TRUE(start_sleeper(&s));
	EXPECT_EQ(-1, syscall(SYS_delete_module, "tamalloc", O_NONBLOCK));
	EXPECT_EQ(EAGAIN, errno);
	EXPECT_EQ(-1, syscall(SYS_delete_module, "tamalloc", 0));
	EXPECT_EQ(EAGAIN, errno);
	wake(&s);
	EXPECT_EQ(0, status_of(s.pid));
	EXPECT_EQ(0, *s.result);
	EXPECT_EQ(0, references());
}

/* fork and exec */

static pid_t child_that_calls(void)
{
	struct process_memory_stats stats;
	pid_t pid = fork();

	if (!pid)
		_exit(process_stats(getpid(), &stats));
	return pid;
}

static pid_t vfork_child_that_calls(void)
{
	struct process_memory_stats stats;
	pid_t pid = vfork();

	if (!pid)
		_exit(process_stats(getpid(), &stats));
	return pid;
}

TEST(children)
{
	struct process_memory_stats stats;
	int i;

	for (i = 0; i < 100; i++) {
		ASSERT_EQ(0, status_of(child_that_calls()));
		ASSERT_EQ(0, status_of(vfork_child_that_calls()));
		ASSERT_EQ(0, process_stats(getpid(), &stats));
	}
}

/* A program whose first call it is: see main(). */
TEST(program)
{
	pid_t pid = fork();

	if (!pid) {
		execl("/proc/self/exe", "arrival", "call", NULL);
		_exit(255);
	}
	EXPECT_EQ(0, status_of(pid));
}

static void *exec_program(void *unused)
{
	execl("/proc/self/exe", "arrival", "call", NULL);
	_exit(255);
}

/* Others are in the middle of calls as exec ends them. */
static void *call_on(void *unused)
{
	struct global_memory_stats stats;

	for (;;)
		if (global_stats(&stats))
			_exit(254);
}

TEST(exec_amid_calls)
{
	pthread_t thread;
	pid_t pid;
	int i;

	for (i = 0; i < 30; i++) {
		pid = fork();
		if (!pid) {
			pthread_create(&thread, NULL, call_on, NULL);
			pthread_create(&thread, NULL, call_on, NULL);
			usleep(1000 * (i % 5));
			pthread_create(&thread, NULL, exec_program, NULL);
			call_on(NULL);
		}
		ASSERT_EQ(0, status_of(pid));
	}
	EXPECT_EQ(0, references());
}

/*
 * Audit and the tracepoint sys_exit know the number and the arguments, but not the
 * result: they are told before it is there.
 */

static int audit_send(int fd, int type, const void *data, size_t size)
{
	struct {
		struct nlmsghdr header;
		char data[2048];
	} message = { .header = {
		.nlmsg_len = NLMSG_LENGTH(size), .nlmsg_type = type,
		.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK,
	} };
	struct {
		struct nlmsghdr header;
		struct nlmsgerr error;
	} answer;

	memcpy(NLMSG_DATA(&message.header), data, size);
	if (send(fd, &message, message.header.nlmsg_len, 0) < 0 ||
	    recv(fd, &answer, sizeof(answer), 0) < 0)
		return -errno;
	return answer.error.error;
}

/* The next record of the kernel's log, where audit writes without a daemon. */
static bool find_record(int kmsg, const char *const *words)
{
	char record[8192];
	ssize_t len;
	int i;

	for (;;) {
		len = read(kmsg, record, sizeof(record) - 1);
		if (len < 0)
			return false;
		record[len] = '\0';
		for (i = 0; words[i] && strstr(record, words[i]); i++)
			;
		if (!words[i])
			return true;
	}
}

TEST(audit)
{
	static const char *const words[] = {
		"type=1300", "syscall=552", "success=no", "exit=-38", "a0=0", NULL
	};
	struct audit_status enable = { .mask = AUDIT_STATUS_ENABLED, .enabled = 1 };
	struct audit_rule_data rule = {
		.flags = AUDIT_FILTER_EXIT, .action = AUDIT_ALWAYS,
	};
	int fd, kmsg;
	pid_t pid;

	rule.mask[AUDIT_WORD(__NR_tamalloc_get_global_stats)] =
		AUDIT_BIT(__NR_tamalloc_get_global_stats);
	fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_AUDIT);
	kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK);
	ASSERT_LE(0, fd);
	ASSERT_LE(0, kmsg);
	ASSERT_EQ(0, lseek(kmsg, 0, SEEK_END));
	ASSERT_EQ(0, audit_send(fd, AUDIT_SET, &enable, sizeof(enable)));
	ASSERT_EQ(0, audit_send(fd, AUDIT_ADD_RULE, &rule, sizeof(rule)));
	pid = fork();
	if (!pid)
		_exit(global_stats(NULL));
	EXPECT_EQ(EFAULT, WEXITSTATUS(status_of(pid)));
	usleep(200000);
	EXPECT_TRUE(find_record(kmsg, words));
	EXPECT_EQ(0, audit_send(fd, AUDIT_DEL_RULE, &rule, sizeof(rule)));
	enable.enabled = 0;
	EXPECT_EQ(0, audit_send(fd, AUDIT_SET, &enable, sizeof(enable)));
}

static int call(void)
{
	struct process_memory_stats stats;

	return process_stats(getpid(), &stats);
}

int main(int argc, char **argv)
{
	char c;

	if (argc == 2 && !strcmp(argv[1], "wait"))
		return read(0, &c, 1) ? 255 : call();
	if (argc == 2 && !strcmp(argv[1], "call"))
		return call();
	return test_harness_run(argc, argv);
}
