/* SPDX-License-Identifier: MIT */
/*
 * usage: reserve [SIZE [TOUCH]]
 *
 * Reserves SIZE MiB (100), writes into the first TOUCH MiB (10), and shows what
 * this process has reserved and used before, between and after.
 *
 * Exit status: 0; 1 failure; 3 where the kernel lacks the system calls.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <tamalloc/tamalloc.h>

#define MIB (1024UL * 1024)

static void fail(const char *call)
{
	if (errno == ENOSYS) {
		fprintf(stderr,
			"%s: this kernel lacks the call; uname -r must "
			"say tamalloc\n",
			call);
		exit(3);
	}
	perror(call);
	exit(EXIT_FAILURE);
}

static void show(const char *when)
{
	struct process_memory_stats stats;

	if (tamalloc_get_indiviual_stats(getpid(), &stats) == -1)
		fail("tamalloc_get_indiviual_stats");
	printf("%-9s %12zu %12zu\n", when, (size_t)stats.reserved_memory_kb,
	       (size_t)stats.used_memory_kb);
}

int main(int argc, char **argv)
{
	size_t size = (argc > 1 ? strtoul(argv[1], NULL, 10) : 100) * MIB;
	size_t touch = (argc > 2 ? strtoul(argv[2], NULL, 10) : 10) * MIB;
	char *memory;
	long address;

	if (touch > size) {
		fputs("reserve: TOUCH is more than SIZE\n", stderr);
		return EXIT_FAILURE;
	}
	/* First of all, for it makes stdio reserve its buffer. */
	printf("%-9s %12s %12s\n", "KiB", "reserved", "used");
	show("before");

	/* Like every system call: an address, or -1 and errno. */
	address = tamalloc_get_stats(size);
	if (address == -1)
		fail("tamalloc_get_stats");
	memory = (char *)address;
	show("reserved");

	/* The first write to a page is what takes RAM. */
	memset(memory, 'x', touch);
	show("touched");

	munmap(memory, size);
	show("released");
	return EXIT_SUCCESS;
}
