// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The contract of the system calls, implemented with mmap(2) and /proc.  statm
 * has the counters of status' VmSize and VmRSS, in pages.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <linux/capability.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shared/words.h"
#include "source/kernel_file.h"
#include "source/mounts.h"
#include "source/procfs.h"

/* Room for /proc/PID/task/TID/statm. */
#define PATH_SIZE 64

/* Room for the beginning of /proc/PID/stat. */
#define STAT_TEXT 1024

struct pages {
	size_t reserved;
	size_t used;
};

bool procfs_usable(void)
{
	char self[16];
	ssize_t len = readlink("/proc/self", self, sizeof(self) - 1);

	if (len < 0)
		return false;
	self[len] = '\0';
	return atoi(self) == getpid();
}

static bool read_int(const char *path, int *number)
{
	int64_t found;

	if (!kernel_file_number(path, &found))
		return false;
	*number = found;
	return true;
}

bool procfs_oom_score(pid_t pid, int *score)
{
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), "/proc/%d/oom_score", pid);
	return read_int(path, score);
}

bool procfs_overcommit(int *policy)
{
	return read_int("/proc/sys/vm/overcommit_memory", policy);
}

/* Reads the beginning of a file, if it is longer than @size. */
static bool read_text(pid_t pid, const char *name, char *text, size_t size)
{
	char path[PATH_SIZE];
	bool failed;
	FILE *file;
	size_t len;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	file = fopen(path, "re");
	if (!file)
		return false;
	len = fread(text, 1, size - 1, file);
	failed = ferror(file);
	fclose(file);
	text[len] = '\0';
	return !failed;
}

char *procfs_read_all(pid_t pid, const char *name, size_t *size)
{
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	return kernel_file_text(path, size);
}

/* A name may contain a newline, so only the file's size shows where it ends. */
bool procfs_command(pid_t pid, char command[COMMAND_TEXT])
{
	size_t len;

	if (!read_text(pid, "comm", command, COMMAND_TEXT))
		return false;
	len = strlen(command);
	if (len && command[len - 1] == '\n')
		command[len - 1] = '\0';
	return true;
}

/* Returns what follows the name, which may have any character, in stat. */
static const char *read_stat(pid_t pid, char text[STAT_TEXT])
{
	if (!read_text(pid, "stat", text, STAT_TEXT))
		return NULL;
	return strrchr(text, ')');
}

bool procfs_parent(pid_t pid, pid_t *parent)
{
	char text[STAT_TEXT];
	const char *rest = read_stat(pid, text);

	return rest && sscanf(rest, ") %*c %d", parent) == 1;
}

/* The 22nd field. */
bool procfs_start(pid_t pid, uint64_t *ticks)
{
	char text[STAT_TEXT];
	const char *rest = read_stat(pid, text);

	return rest && sscanf(rest,
			      ") %*c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s "
			      "%*s %*s %*s %*s %*s %*s %*s %*s %" SCNu64,
			      ticks) == 1;
}

bool procfs_owner(pid_t pid, uid_t *uid)
{
	char path[PATH_SIZE];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%d", pid);
	if (stat(path, &st))
		return false;
	*uid = st.st_uid;
	return true;
}

static bool read_statm(const char *path, struct pages *pages)
{
	FILE *file = fopen(path, "re");
	bool found;

	if (!file)
		return false;
	errno = ESRCH; /* a process that ends now reads as nothing */
	found = fscanf(file, "%zu %zu", &pages->reserved, &pages->used) == 2;
	fclose(file);
	return found;
}

/* What /proc is mounted with. */
struct proc_mount {
	bool omits;  /* it lists only processes that the user may inspect, */
	gid_t group; /* who is not in this group */
};

/* The last mount covers those before it. */
static bool examine_mount(const struct mount *mount, void *arg)
{
	struct proc_mount *proc = arg;
	const char *gid = strstr(mount->options, "gid=");

	if (strcmp(mount->point, "/proc"))
		return false;
	proc->omits = word_in_list(mount->options, "hidepid=2") ||
		      word_in_list(mount->options, "hidepid=invisible") ||
		      word_in_list(mount->options, "hidepid=4") ||
		      word_in_list(mount->options, "hidepid=ptraceable");
	proc->group = gid ? atoi(gid + strlen("gid=")) : 0;
	return false;
}

static bool may_inspect_all(void)
{
	char line[256];
	unsigned long capabilities = 0;
	FILE *file = fopen("/proc/self/status", "re");

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "CapEff: %lx", &capabilities) == 1)
			break;
	if (file)
		fclose(file);
	return capabilities & 1UL << CAP_SYS_PTRACE;
}

bool procfs_omits(void)
{
	struct proc_mount proc = { 0 };

	mounts_find(examine_mount, &proc);
	return proc.omits && proc.group != getegid() &&
	       !group_member(proc.group) && !may_inspect_all();
}

static pid_t next_id(DIR *dir)
{
	struct dirent *entry;

	while ((entry = readdir(dir)))
		if (isdigit((unsigned char)*entry->d_name))
			return atoi(entry->d_name);
	return 0;
}

bool procfs_each(void (*visit)(pid_t pid, void *arg), void *arg)
{
	DIR *dir = opendir("/proc");
	pid_t pid;

	if (!dir)
		return false;
	while ((pid = next_id(dir)))
		visit(pid, arg);
	closedir(dir);
	return true;
}

/* A leader that has exited shows no memory; its threads still do. */
static pid_t find_thread(pid_t pid, struct pages *pages)
{
	char path[PATH_SIZE];
	bool found = false;
	pid_t tid = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	if (!dir)
		return 0;
	while (!found && (tid = next_id(dir))) {
		snprintf(path, sizeof(path), "/proc/%d/task/%d/statm", pid,
			 tid);
		found = read_statm(path, pages) && pages->reserved;
	}
	closedir(dir);
	return tid;
}

pid_t procfs_thread(pid_t pid)
{
	struct pages pages;

	return find_thread(pid, &pages);
}

static int read_process(pid_t pid, struct pages *pages)
{
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), "/proc/%d/statm", pid);
	if (!read_statm(path, pages)) {
		if (errno == ENOENT)
			errno = ESRCH;
		return -1;
	}
	if (!pages->reserved && !find_thread(pid, pages)) {
		errno = EINVAL;
		return -1;
	}
	return 0;
}

static size_t to_kib(size_t pages)
{
	return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static long procfs_process(pid_t pid, struct process_memory_stats *stats)
{
	char path[PATH_SIZE];
	struct pages pages;

	if (read_process(pid, &pages))
		return -1;
	stats->reserved_memory_kb = to_kib(pages.reserved);
	stats->used_memory_kb = to_kib(pages.used);
	stats->used_memory_percentage = 100 * pages.used / pages.reserved;
	snprintf(path, sizeof(path), "/proc/%d/oom_score_adj", pid);
	if (!read_int(path, &stats->oom_score)) {
		errno = ESRCH;
		return -1;
	}
	return 0;
}

struct sum {
	struct pages pages;
	struct procfs_walk walk;
	int error;
};

static void add_pages(pid_t pid, void *arg)
{
	struct sum *sum = arg;
	struct pages pages;

	if (!read_process(pid, &pages)) {
		sum->pages.reserved += pages.reserved;
		sum->pages.used += pages.used;
		sum->walk.processes++;
		return;
	}
	switch (errno) {
	case EPERM:
	case EACCES:
		sum->walk.denied++;
		break;
	case ESRCH: /* it has ended meanwhile */
	case EINVAL:
		break;
	default:
		sum->error = errno;
	}
}

long procfs_totals(struct global_memory_stats *stats, struct procfs_walk *walk)
{
	struct sum sum = { 0 };

	if (!procfs_each(add_pages, &sum))
		return -1;
	if (sum.error) {
		errno = sum.error;
		return -1;
	}
	stats->total_reserved_memory_mb = to_kib(sum.pages.reserved) / 1024;
	stats->total_used_memory_mb = to_kib(sum.pages.used) / 1024;
	*walk = sum.walk;
	return 0;
}

static long procfs_global(struct global_memory_stats *stats)
{
	struct procfs_walk walk;

	return procfs_totals(stats, &walk);
}

static long procfs_reserve(size_t size)
{
	return (long)mmap(NULL, size, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
}

const struct source source_procfs = {
	.name = "procfs",
	.reserve = procfs_reserve,
	.global = procfs_global,
	.process = procfs_process,
};
