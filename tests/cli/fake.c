// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * For LD_PRELOAD: a kernel that has the three system calls, or not, and a
 * /proc, as the environment says.
 *
 *   FAKE_PROBE=ERRNO       551 with a size of 0; EINVAL, the call is there
 *   FAKE_RESERVE=ERRNO     551 with another size
 *   FAKE_DIRTY=OFFSET      a byte of 551's memory that is not zero
 *   FAKE_GLOBAL="R U"      552, in MiB; or ERRNO; "R U/R U/..." call by call
 *   FAKE_SLOW=MICROSECONDS what 552 takes
 *   FAKE_PROCESSES="PID:R:U:%:ADJ PID:ERRNO ..."
 *                          553, in KiB; a PID of * is any, one that is not
 *                          there is ESRCH; "PID:R:U:%:ADJ/ERRNO/..." call by
 *                          call.  The caller itself has a base, and
 *                          what 551 gave it, counted by mincore(2).
 *   FAKE_PROC=DIRECTORY    what is shown instead of /proc
 *                          (without it, /proc has no meminfo and no cgroup)
 *   FAKE_DENIED="PID ..."  files of these in /proc cannot be opened: EPERM
 *   FAKE_OPENED=FILE       gets the name of each file that is opened
 *   FAKE_LAG=KIB           of what the caller uses, not counted yet
 *   FAKE_RELEASE=TEXT      of the kernel, for uname(2)
 *   FAKE_THP=FILE          what is shown instead of the setting of huge pages
 *   FAKE_MEMORY="R S"      RAM and swap space, in MiB; 16 and 4 GiB by default
 *   FAKE_EINTR=NUMBER      interrupts NUMBER waits at once
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <tamalloc/tamalloc.h>

#define BASE_RESERVED_KB 3156
#define BASE_USED_KB 1928
#define PAGE 4096

static unsigned char *memory;
static size_t memory_pages;

static long fail(int error)
{
	errno = error;
	return -1;
}

static int errno_by_name(const char *name)
{
	for (int error = 1; error < 134; error++)
		if (strerrorname_np(error) &&
		    !strcmp(strerrorname_np(error), name))
			return error;
	fprintf(stderr, "fake: %s: no such errno\n", name);
	abort();
}

static long fake_reserve(size_t size)
{
	const char *error = getenv(size ? "FAKE_RESERVE" : "FAKE_PROBE");
	const char *dirty = getenv("FAKE_DIRTY");

	if (error)
		return fail(errno_by_name(error));
	if (!size)
		return fail(EINVAL);
	memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (memory == MAP_FAILED)
		return -1;
	/* A huge page would use more than is touched. */
	madvise(memory, size, MADV_NOHUGEPAGE);
	if (dirty)
		memory[strtoul(dirty, NULL, 10)] = 'x';
	memory_pages = (size + PAGE - 1) / PAGE;
	return (long)memory;
}

/* The part of "A/B/C" for call @n; the last is for all that follow. */
static const char *part(const char *value, const char *end, int n)
{
	size_t len = strcspn(value, end);

	while (n--) {
		const char *slash = memchr(value, '/', len);

		if (!slash)
			break;
		len -= slash + 1 - value;
		value = slash + 1;
	}
	return value;
}

static long fail_as(const char *value)
{
	char name[16] = "";

	sscanf(value, "%15[A-Z]", name);
	return fail(errno_by_name(name));
}

static long fake_global(struct global_memory_stats *stats)
{
	const char *slow = getenv("FAKE_SLOW");
	const char *value = getenv("FAKE_GLOBAL");
	static int calls;
	size_t reserved, used;

	if (slow)
		usleep(atoi(slow));
	value = part(value, "", calls++);
	if (sscanf(value, "%zu %zu", &reserved, &used) != 2)
		return fail_as(value);
	stats->total_reserved_memory_mb = reserved;
	stats->total_used_memory_mb = used;
	return 0;
}

static size_t resident_pages(void)
{
	size_t resident = 0;
	unsigned char *map;

	if (!memory)
		return 0;
	map = mmap(NULL, memory_pages, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	mincore(memory, memory_pages * PAGE, map);
	for (size_t i = 0; i < memory_pages; i++)
		resident += map[i] & 1;
	munmap(map, memory_pages);
	return resident;
}

static long fake_self(struct process_memory_stats *stats)
{
	const char *lag = getenv("FAKE_LAG");

	stats->reserved_memory_kb = BASE_RESERVED_KB + memory_pages * 4;
	stats->used_memory_kb = BASE_USED_KB + resident_pages() * 4;
	if (lag && resident_pages())
		stats->used_memory_kb -= strtoul(lag, NULL, 10);
	stats->used_memory_percentage = 100 * stats->used_memory_kb /
					stats->reserved_memory_kb;
	stats->oom_score = 0;
	return 0;
}

/* The entry of @pid in FAKE_PROCESSES, from behind its colon. */
static const char *find_process(pid_t pid)
{
	const char *all = getenv("FAKE_PROCESSES");
	char key[16];

	snprintf(key, sizeof(key), "%d:", pid);
	for (const char *entry = all; entry && *entry;
	     entry += strspn(entry, " ")) {
		if (!strncmp(entry, "*:", 2))
			return entry + 2;
		if (!strncmp(entry, key, strlen(key)))
			return entry + strlen(key);
		entry += strcspn(entry, " ");
	}
	return NULL;
}

static long fake_process(pid_t pid, struct process_memory_stats *stats)
{
	static int calls[1 << 16];
	const char *entry = find_process(pid);
	size_t reserved, used;

	if (!entry && pid == getpid())
		return fake_self(stats);
	if (!entry)
		return fail(ESRCH);
	entry = part(entry, " ", calls[pid % (1 << 16)]++);
	if (sscanf(entry, "%zu:%zu:%u:%d", &reserved, &used,
		   &stats->used_memory_percentage, &stats->oom_score) != 4)
		return fail_as(entry);
	stats->reserved_memory_kb = reserved;
	stats->used_memory_kb = used;
	return 0;
}

long syscall(long number, ...)
{
	va_list args;
	long a, b;

	va_start(args, number);
	a = va_arg(args, long);
	b = va_arg(args, long);
	va_end(args);
	switch (number) {
	case __NR_tamalloc_get_stats:
		return fake_reserve(a);
	case __NR_tamalloc_get_global_stats:
		return fake_global((void *)a);
	case __NR_tamalloc_get_indiviual:
		return fake_process(a, (void *)b);
	default:
		fprintf(stderr, "fake: system call %ld\n", number);
		abort();
	}
}

/* Where @path leads, made in @buffer if need be. */
static const char *redirect(const char *path, char buffer[4096])
{
	const char *proc = getenv("FAKE_PROC"), *thp = getenv("FAKE_THP");

	if (thp && !strcmp(path, "/sys/kernel/mm/transparent_hugepage/enabled"))
		return thp;
	/* Those of this machine would change the figures. */
	if (!proc && (!strcmp(path, "/proc/meminfo") ||
		      !strcmp(path, "/proc/self/cgroup")))
		return "/nonexistent";
	if (!proc || strncmp(path, "/proc", 5))
		return path;
	snprintf(buffer, 4096, "%s%s", proc, path + 5);
	return buffer;
}

static bool is_denied(const char *path)
{
	const char *denied = getenv("FAKE_DENIED");
	int pid, listed, n;

	if (!denied || sscanf(path, "/proc/%d/", &pid) != 1)
		return false;
	for (; sscanf(denied, "%d%n", &listed, &n) == 1; denied += n)
		if (listed == pid)
			return true;
	return false;
}

FILE *fopen(const char *path, const char *mode)
{
	FILE *(*real)(const char *, const char *) = dlsym(RTLD_NEXT, "fopen");
	const char *log = getenv("FAKE_OPENED");
	char buffer[4096];

	if (log) {
		FILE *opened = real(log, "a");

		fprintf(opened, "%s\n", path);
		fclose(opened);
	}
	if (is_denied(path)) {
		errno = EPERM;
		return NULL;
	}
	return real(redirect(path, buffer), mode);
}

int uname(struct utsname *kernel)
{
	int (*real)(struct utsname *) = dlsym(RTLD_NEXT, "uname");
	const char *release = getenv("FAKE_RELEASE");

	if (real(kernel))
		return -1;
	if (release)
		snprintf(kernel->release, sizeof(kernel->release), "%s",
			 release);
	return 0;
}

DIR *opendir(const char *path)
{
	DIR *(*real)(const char *) = dlsym(RTLD_NEXT, "opendir");
	char buffer[4096];

	return real(redirect(path, buffer));
}

int stat(const char *path, struct stat *st)
{
	int (*real)(const char *, struct stat *) = dlsym(RTLD_NEXT, "stat");
	char buffer[4096];

	return real(redirect(path, buffer), st);
}

int sysinfo(struct sysinfo *info)
{
	const char *value = getenv("FAKE_MEMORY");

	*info = (struct sysinfo){ .mem_unit = 1 << 20 };
	if (sscanf(value ? value : "16384 4096", "%lu %lu", &info->totalram,
		   &info->totalswap) != 2)
		abort();
	info->freeram = info->totalram;
	return 0;
}

int ppoll(struct pollfd *fds, nfds_t n, const struct timespec *timeout,
	  const sigset_t *mask)
{
	int (*real)(struct pollfd *, nfds_t, const struct timespec *,
		    const sigset_t *) = dlsym(RTLD_NEXT, "ppoll");
	const char *times = getenv("FAKE_EINTR");
	static int done;

	if (times && done < atoi(times)) {
		done++;
		return fail(EINTR);
	}
	return real(fds, n, timeout, mask);
}

ssize_t readlink(const char *path, char *target, size_t size)
{
	ssize_t (*real)(const char *, char *, size_t) =
		dlsym(RTLD_NEXT, "readlink");
	const char *proc = getenv("FAKE_PROC");

	if (!proc || strcmp(path, "/proc/self"))
		return real(path, target, size);
	if (access(proc, F_OK))
		return -1;
	return snprintf(target, size, "%d", getpid());
}
