/* SPDX-License-Identifier: MIT */
/*
 * usage: process PID...
 *
 * Shows what processes have reserved and used.  One that cannot be shown gets
 * a line that says why: gone, hidden, or without memory of its own.
 *
 * Exit status: 0; 1 failure; 3 where the kernel lacks the system calls.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tamalloc/tamalloc.h>

static const char *explain(int error)
{
	switch (error) {
	case ESRCH:
		return "no such process";
	case EPERM:
		return "not permitted (vm.tamalloc_restrict)";
	case EINVAL:
		return "no memory of its own: a kernel thread or a zombie";
	case ENOSYS:
		return "this kernel lacks the call; uname -r must say tamalloc";
	default:
		return strerror(error);
	}
}

static int show(pid_t pid)
{
	struct process_memory_stats stats;
	int error;

	if (tamalloc_get_indiviual_stats(pid, &stats) == -1) {
		error = errno;
		fprintf(stderr, "process: %d: %s\n", (int)pid, explain(error));
		return error == ENOSYS ? 3 : EXIT_FAILURE;
	}
	/* oom_score is the adjustment, in spite of its name. */
	printf("%d: reserved %zu KiB, used %zu KiB (%u%%), adjustment %d\n",
	       (int)pid, (size_t)stats.reserved_memory_kb,
	       (size_t)stats.used_memory_kb, stats.used_memory_percentage,
	       stats.oom_score);
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	int status = EXIT_SUCCESS;

	if (argc < 2) {
		fputs("usage: process PID...\n", stderr);
		return EXIT_FAILURE;
	}
	for (int i = 1; i < argc && status != 3; i++) {
		int one = show((pid_t)strtol(argv[i], NULL, 10));

		if (one)
			status = one;
	}
	return status;
}
