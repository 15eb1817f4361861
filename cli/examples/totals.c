/* SPDX-License-Identifier: MIT */
/*
 * usage: totals
 *
 * Shows what all processes of this PID namespace have reserved and used, in
 * one system call.
 *
 * Exit status: 0; 1 failure; 3 where the kernel lacks the system calls.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <tamalloc/tamalloc.h>

int main(void)
{
	struct global_memory_stats stats;

	if (tamalloc_get_global_stats(&stats) == -1) {
		if (errno == ENOSYS) {
			fputs("tamalloc_get_global_stats: this kernel lacks "
			      "the call; uname -r must say tamalloc\n",
			      stderr);
			return 3;
		}
		perror("tamalloc_get_global_stats");
		return EXIT_FAILURE;
	}
	printf("reserved %zu MiB, used %zu MiB\n",
	       (size_t)stats.total_reserved_memory_mb,
	       (size_t)stats.total_used_memory_mb);
	return EXIT_SUCCESS;
}
