// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include <linux/vhost.h>

#include "../kselftest.h"
#include "util.h"

#define PF_KTHREAD	0x00200000
#define PATH_SIZE	320
#define STACK_SIZE	(64 * KIB)
#define QUIET_TRIES	100
#define POLL_TRIES	1000
#define POLL_USEC	10000

static void skip_all(const char *why)
{
	ksft_print_header();
	ksft_exit_skip("%s\n", why);
}

static void __attribute__((constructor)) need_calls(void)
{
	if (reserve_error(0) == ENOSYS)
		skip_all("the kernel lacks CONFIG_TAMALLOC");
}

void need_root(void)
{
	if (geteuid())
		skip_all("needs root");
}

bool calls_are_of_module(void)
{
	return !access("/sys/module/tamalloc/initstate", F_OK);
}

int reserve_error(size_t size)
{
	return reserve(size) == MAP_FAILED ? errno : 0;
}

int global_error(void *stats)
{
	return global_stats(stats) ? errno : 0;
}

int process_error(pid_t pid, void *stats)
{
	return process_stats(pid, stats) ? errno : 0;
}

int read_line(const char *path, char *line, size_t size)
{
	ssize_t len;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	len = read(fd, line, size - 1);
	close(fd);
	if (len < 0)
		return -errno;
	line[len] = '\0';
	line[strcspn(line, "\n")] = '\0';
	return 0;
}

int write_line(const char *path, const char *line)
{
	ssize_t len;
	int fd;

	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	len = write(fd, line, strlen(line));
	close(fd);
	return len < 0 ? -errno : 0;
}

int read_status(pid_t pid, struct status *status)
{
	char path[PATH_SIZE], line[256];
	int found = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	file = fopen(path, "re");
	if (!file)
		return -errno;
	while (fgets(line, sizeof(line), file)) {
		found += sscanf(line, "VmSize: %lu", &status->size_kb) == 1;
		found += sscanf(line, "VmRSS: %lu", &status->rss_kb) == 1;
	}
	fclose(file);
	return found == 2 ? 0 : -ENODATA;
}

static void read_area_line(const char *line, struct area *area)
{
	if (sscanf(line, "Rss: %lu", &area->rss_kb) == 1 ||
	    sscanf(line, "AnonHugePages: %lu", &area->huge_kb) == 1 ||
	    sscanf(line, "Locked: %lu", &area->locked_kb) == 1)
		return;
	if (strncmp(line, "VmFlags:", 8))
		return;
	area->noreserve = strstr(line, " nr ");
	area->accounted = strstr(line, " ac ");
}

int find_area(const void *address, struct area *area)
{
	unsigned long start, end, wanted = (unsigned long)address;
	bool inside = false, found = false;
	char line[512], perms[5];
	FILE *file;

	memset(area, 0, sizeof(*area));
	file = fopen("/proc/self/smaps", "re");
	if (!file)
		return -errno;
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%lx-%lx %4s", &start, &end, perms) == 3) {
			inside = start <= wanted && wanted < end;
			if (inside) {
				found = true;
				area->start = start;
				area->end = end;
				memcpy(area->perms, perms, sizeof(perms));
			}
		} else if (inside) {
			read_area_line(line, area);
		}
	}
	fclose(file);
	return found ? 0 : -ENOENT;
}

static int read_statm(const char *path, struct pages *pages)
{
	char line[128];
	int ret;

	ret = read_line(path, line, sizeof(line));
	if (ret)
		return ret;
	if (sscanf(line, "%lu %lu", &pages->reserved, &pages->used) != 2)
		return -ENODATA;
	return 0;
}

static bool is_number(const char *name)
{
	return isdigit((unsigned char)*name);
}

/* The memory of the first thread that has any, if one has. */
static void read_threads_statm(const char *pid, struct pages *pages)
{
	char path[PATH_SIZE];
	struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%s/task", pid);
	dir = opendir(path);
	if (!dir)
		return;
	while (!pages->reserved && (entry = readdir(dir))) {
		if (!is_number(entry->d_name))
			continue;
		snprintf(path, sizeof(path), "/proc/%s/task/%s/statm", pid,
			 entry->d_name);
		if (read_statm(path, pages))
			memset(pages, 0, sizeof(*pages));
	}
	closedir(dir);
}

static void add_proc(const char *pid, struct pages *sum)
{
	char path[PATH_SIZE];
	struct pages pages;

	snprintf(path, sizeof(path), "/proc/%s/statm", pid);
	if (read_statm(path, &pages))
		return;
	if (!pages.reserved)
		read_threads_statm(pid, &pages);
	sum->reserved += pages.reserved;
	sum->used += pages.used;
}

static int sum_proc(struct pages *sum)
{
	struct dirent *entry;
	DIR *dir;

	memset(sum, 0, sizeof(*sum));
	dir = opendir("/proc");
	if (!dir)
		return -errno;
	while ((entry = readdir(dir))) {
		if (is_number(entry->d_name))
			add_proc(entry->d_name, sum);
	}
	closedir(dir);
	return 0;
}

int quiet_global_stats(struct global_memory_stats *stats, struct pages *sum)
{
	struct pages after;
	int try, ret;

	for (try = 0; try < QUIET_TRIES; try++) {
		ret = sum_proc(sum);
		if (ret)
			return ret;
		memset(stats, 0xa5, sizeof(*stats));
		if (global_stats(stats))
			return -errno;
		ret = sum_proc(&after);
		if (ret)
			return ret;
		if (!memcmp(sum, &after, sizeof(after)))
			return 0;
		usleep(POLL_USEC);
	}
	return -EAGAIN;
}

/* The child's end of the pipe over which start() is told. */
static int ready_fd;

/* A change of credentials clears this: it comes after what makes one. */
static void die_with_parent(void)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static void sleep_until_killed(void)
{
	die_with_parent();
	for (;;)
		pause();
}

static void tell_ready(void)
{
	if (write(ready_fd, "", 1) != 1)
		_exit(1);
	close(ready_fd);
}

static pid_t start_body(void (*body)(prepare_fn prepare, void *arg),
			prepare_fn prepare, void *arg)
{
	int fds[2];
	pid_t pid;
	char c;

	if (pipe(fds))
		return -1;
	pid = fork();
	if (!pid) {
		close(fds[0]);
		ready_fd = fds[1];
		die_with_parent();
		body(prepare, arg);
		_exit(1);
	}
	close(fds[1]);
	if (pid > 0 && read(fds[0], &c, 1) != 1) {
		stop(pid);
		pid = -1;
	}
	close(fds[0]);
	return pid;
}

static void body_sleep(prepare_fn prepare, void *arg)
{
	prepare(arg);
	die_with_parent();
	tell_ready();
	sleep_until_killed();
}

pid_t start(prepare_fn prepare, void *arg)
{
	return start_body(body_sleep, prepare, arg);
}

/* With its child, which dies a moment after it and becomes ours by then. */
void stop(pid_t pid)
{
	pid_t child;

	if (pid <= 0)
		return;
	child = find_child(pid);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	if (child > 0)
		waitpid(child, NULL, 0);
}

static void *thread_body(void *unused)
{
	sleep_until_killed();
	return NULL;
}

static void start_thread(void *(*body)(void *unused))
{
	pthread_attr_t attr;
	pthread_t thread;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_SIZE);
	if (pthread_create(&thread, &attr, body, NULL))
		_exit(1);
}

static void body_exited_leader(prepare_fn prepare, void *arg)
{
	prepare(arg);
	start_thread(thread_body);
	tell_ready();
	/* The thread alone: pthread_exit() would load a library first. */
	syscall(__NR_exit, 0);
}

/* What /proc/PID/stat tells.  The name may hold anything. */
struct stat_fields {
	char name[16];
	char state;
	pid_t parent;
	unsigned int flags;
};

static int read_stat(pid_t pid, struct stat_fields *stat)
{
	char path[PATH_SIZE], line[512], *comm_end;
	int ret;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	ret = read_line(path, line, sizeof(line));
	if (ret)
		return ret;
	comm_end = strrchr(line, ')');
	if (!comm_end || sscanf(line, "%*d (%15[^)]", stat->name) != 1 ||
	    sscanf(comm_end, ") %c %d %*d %*d %*d %*d %u",
		   &stat->state, &stat->parent, &stat->flags) != 3)
		return -ENODATA;
	return 0;
}

/* Returns @pid once it is as @wanted, or -1 if it never is. */
static pid_t wait_until(pid_t pid,
			bool (*wanted)(const struct stat_fields *stat,
				       const char *arg), const char *arg)
{
	struct stat_fields stat;
	int try;

	for (try = 0; pid > 0 && try < POLL_TRIES; try++) {
		if (!read_stat(pid, &stat) && wanted(&stat, arg))
			return pid;
		usleep(POLL_USEC);
	}
	stop(pid);
	return -1;
}

static bool has_exited(const struct stat_fields *stat, const char *unused)
{
	return stat->state == 'Z';
}

pid_t start_exited_leader(prepare_fn prepare, void *arg)
{
	return wait_until(start_body(body_exited_leader, prepare, arg),
			  has_exited, NULL);
}

static void *exec_body(void *unused)
{
	die_with_parent();
	execl("/bin/sleep", "sleep", "1000", NULL);
	_exit(1);
}

static void body_exec(prepare_fn prepare, void *arg)
{
	prepare(arg);
	tell_ready();
	exec_body(NULL);
}

static void body_exec_thread(prepare_fn prepare, void *arg)
{
	prepare(arg);
	tell_ready();
	start_thread(exec_body);
	sleep_until_killed();
}

static bool sleeps(const struct stat_fields *stat, const char *name)
{
	return stat->state == 'S' && !strcmp(stat->name, name);
}

pid_t wait_for_program(pid_t pid, const char *name)
{
	return wait_until(pid, sleeps, name);
}

pid_t start_exec(prepare_fn prepare, void *arg)
{
	return wait_for_program(start_body(body_exec, prepare, arg), "sleep");
}

pid_t start_exec_thread(prepare_fn prepare, void *arg)
{
	return wait_for_program(start_body(body_exec_thread, prepare, arg),
				"sleep");
}

/* Where it would go on nothing is mapped: a tracer is told of the SIGSEGV. */
pid_t start_unmapped(void)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		die_with_parent();
		if (!ptrace(PTRACE_TRACEME, 0, 0, 0))
			syscall(__NR_munmap, 0, (1UL << 47) - PAGE);
		_exit(1);
	}
	if (pid > 0 && waitpid(pid, &status, 0) == pid && WIFSTOPPED(status) &&
	    WSTOPSIG(status) == SIGSEGV)
		return pid;
	stop(pid);
	return -1;
}

static void body_vfork(prepare_fn prepare, void *arg)
{
	prepare(arg);
	die_with_parent();
	if (!vfork()) {
		tell_ready();
		sleep_until_killed();
	}
}

pid_t start_vfork(prepare_fn prepare, void *arg)
{
	return start_body(body_vfork, prepare, arg);
}

static void body_zombie(prepare_fn prepare, void *arg)
{
	prepare(arg);
	tell_ready();
	_exit(0);
}

pid_t start_zombie(prepare_fn prepare, void *arg)
{
	pid_t pid = start_body(body_zombie, prepare, arg);
	siginfo_t info;

	/* State Z is not enough: the leader's threads may be alive then. */
	if (pid > 0 && waitid(P_PID, pid, &info, WEXITED | WNOWAIT))
		return -1;
	return pid;
}

void prepare_nothing(void *unused)
{
}

void prepare_reserve(void *size)
{
	if (reserve(*(size_t *)size) == MAP_FAILED)
		_exit(1);
}

/*
 * Its worker is a kernel thread that borrows the memory: since Linux 6.4 only
 * where that can be asked for.
 */
void prepare_vhost(void *size)
{
	int fd = open(VHOST_DEVICE, O_RDWR);

	prepare_reserve(size);
#ifdef VHOST_SET_FORK_FROM_OWNER
	ioctl(fd, VHOST_SET_FORK_FROM_OWNER, &(__u8){ 0 });
#endif
	if (ioctl(fd, VHOST_SET_OWNER))
		_exit(1);
}

static bool other_threads_sleep(void)
{
	struct stat_fields stat;
	struct dirent *entry;
	bool asleep = true;
	DIR *dir;
	pid_t tid;

	dir = opendir("/proc/self/task");
	if (!dir)
		return false;
	while (asleep && (entry = readdir(dir))) {
		if (!is_number(entry->d_name))
			continue;
		tid = atoi(entry->d_name);
		asleep = tid == getpid() ||
			 (!read_stat(tid, &stat) && stat.state == 'S');
	}
	closedir(dir);
	return asleep;
}

void prepare_threads(void *size)
{
	int i;

	prepare_reserve(size);
	for (i = 0; i < N_THREADS; i++)
		start_thread(thread_body);
	/* Until they all sleep they use more and more. */
	for (i = 0; i < POLL_TRIES && !other_threads_sleep(); i++)
		usleep(POLL_USEC);
	if (i == POLL_TRIES)
		_exit(1);
}

static int sibling(void *arg)
{
	sleep_until_killed();
	return 0;
}

void prepare_sibling(void *size)
{
	char *stack = malloc(STACK_SIZE);

	prepare_reserve(size);
	if (!stack || clone(sibling, stack + STACK_SIZE, CLONE_VM | SIGCHLD,
			    NULL) < 0)
		_exit(1);
}

pid_t find_thread(pid_t pid)
{
	struct dirent *entry;
	char path[PATH_SIZE];
	pid_t tid = -1;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	if (!dir)
		return -1;
	while (tid < 0 && (entry = readdir(dir))) {
		if (is_number(entry->d_name) && atoi(entry->d_name) != pid)
			tid = atoi(entry->d_name);
	}
	closedir(dir);
	return tid;
}

static pid_t find_process(bool (*wanted)(const struct stat_fields *stat,
					 pid_t arg), pid_t arg)
{
	struct stat_fields stat;
	struct dirent *entry;
	pid_t pid = -1;
	DIR *dir;

	dir = opendir("/proc");
	if (!dir)
		return -1;
	while (pid < 0 && (entry = readdir(dir))) {
		if (!is_number(entry->d_name) ||
		    read_stat(atoi(entry->d_name), &stat))
			continue;
		if (wanted(&stat, arg))
			pid = atoi(entry->d_name);
	}
	closedir(dir);
	return pid;
}

static bool is_child_of(const struct stat_fields *stat, pid_t parent)
{
	return stat->parent == parent;
}

pid_t find_child(pid_t pid)
{
	return find_process(is_child_of, pid);
}

static bool is_worker_of(const struct stat_fields *stat, pid_t owner)
{
	char name[sizeof(stat->name)];

	snprintf(name, sizeof(name), "vhost-%d", owner);
	return !strcmp(stat->name, name);
}

pid_t find_vhost_worker(pid_t owner)
{
	return find_process(is_worker_of, owner);
}

static bool is_kernel_thread(const struct stat_fields *stat, pid_t unused)
{
	return stat->flags & PF_KTHREAD;
}

pid_t find_kernel_thread(void)
{
	return find_process(is_kernel_thread, 0);
}

pid_t gone_process(void)
{
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	waitpid(pid, NULL, 0);
	return pid;
}

void write_byte(void *address)
{
	*(char *)address = 1;
}

char *page_before_gap(void)
{
	char *pages = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (pages == MAP_FAILED || munmap(pages + PAGE, PAGE))
		return NULL;
	return pages;
}
