// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Asks for the memory of a process, as a program would that knows the contract
 * and nothing else of this project, and compares it with /proc.
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct process_memory_stats {
	size_t reserved_memory_kb;
	size_t used_memory_kb;
	unsigned int used_memory_percentage;
	int oom_score;
};

static int failures;

static void check(int good, const char *what)
{
	printf("%s: %s\n", good ? "good" : "BAD", what);
	failures += !good;
}

static int ask(pid_t pid, void *stats)
{
	return syscall(553, pid, stats) ? errno : 0;
}

static long read_number(pid_t pid, const char *file, const char *format)
{
	char path[64], line[256];
	long number = LONG_MIN;
	FILE *stream;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	stream = fopen(path, "r");
	if (!stream)
		return number;
	while (fgets(line, sizeof(line), stream))
		sscanf(line, format, &number);
	fclose(stream);
	return number;
}

static void compare(pid_t pid)
{
	struct process_memory_stats stats;
	long size = read_number(pid, "status", "VmSize: %ld");
	long used = read_number(pid, "status", "VmRSS: %ld");
	int error = ask(pid, &stats);

	check(error == 0, "553 answers");
	if (error)
		return;
	printf("553:   %zu KiB reserved, %zu KiB used, %u %%, oom %d\n",
	       stats.reserved_memory_kb, stats.used_memory_kb,
	       stats.used_memory_percentage, stats.oom_score);
	printf("/proc: %ld KiB reserved, %ld KiB used\n", size, used);
	check(stats.reserved_memory_kb == (size_t)size, "reserved is VmSize");
	check(stats.used_memory_kb == (size_t)used, "used is VmRSS");
	check(stats.used_memory_percentage == (unsigned int)(100 * used / size),
	      "the percentage is that of the two");
	check(stats.oom_score == read_number(pid, "oom_score_adj", "%ld"),
	      "oom_score is oom_score_adj");
}

/* A process that does nothing, with half of a reservation in use. */
static pid_t start_sleeper(void)
{
	int ready[2];
	pid_t pid;
	char c;

	if (pipe(ready))
		return -1;
	pid = fork();
	if (!pid) {
		char *memory = (char *)syscall(551, (size_t)64 << 20);

		memset(memory, 1, (size_t)32 << 20);
		if (write(ready[1], "", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(ready[1]);
	if (read(ready[0], &c, 1) != 1)
		pid = -1;
	close(ready[0]);
	return pid;
}

int main(void)
{
	struct process_memory_stats stats;
	pid_t pid;

	pid = start_sleeper();
	check(pid > 0, "a process reserves and uses memory");
	if (pid < 0)
		return 1;
	compare(pid);
	check(ask(pid, NULL) == EFAULT, "a bad pointer is EFAULT");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	check(ask(pid, &stats) == ESRCH, "a process that is gone is ESRCH");
	check(ask(0, &stats) == ESRCH, "PID 0 is ESRCH");
	check(ask(-1, &stats) == ESRCH, "PID -1 is ESRCH");
	return failures != 0;
}
