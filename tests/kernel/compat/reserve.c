// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reserves memory, looks at it, and gives it back, as a program would that
 * knows the contract and nothing else of this project.
 */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static int failures;

static void check(int good, const char *what)
{
	printf("%s: %s\n", good ? "good" : "BAD", what);
	failures += !good;
}

static long vm_size_kb(void)
{
	char line[256];
	long kb = -1;
	FILE *status = fopen("/proc/self/status", "r");

	if (!status)
		return -1;
	while (fgets(line, sizeof(line), status))
		sscanf(line, "VmSize: %ld", &kb);
	fclose(status);
	return kb;
}

int main(void)
{
	const size_t size = 100 * 1024 * 1024 - 5, rounded = 100 * 1024 * 1024;
	long before, after, address;
	char *memory;
	size_t i;

	vm_size_kb();
	before = vm_size_kb();
	address = syscall(551, size);
	check(address != -1, "551 reserves memory");
	if (address == -1) {
		perror("551");
		return 1;
	}
	after = vm_size_kb();
	printf("address %#lx, VmSize %ld KiB before, %ld KiB after\n", address,
	       before, after);
	check(address % 4096 == 0, "it starts at a page");
	check(after - before == (long)(rounded / 1024),
	      "VmSize grows by the size in whole pages");

	memory = (char *)address;
	for (i = 0; i < rounded && !memory[i]; i += 511)
		;
	check(i >= rounded, "it reads as zero");
	memset(memory, 'x', rounded);
	check(memory[0] == 'x' && memory[rounded - 1] == 'x',
	      "it can be written");
	check(munmap(memory, rounded) == 0, "munmap frees it");
	check(vm_size_kb() == before, "VmSize is as before");

	check(syscall(551, (size_t)0) == -1 && errno == EINVAL,
	      "no size is EINVAL");
	check(syscall(551, (size_t)-1) == -1 && errno == ENOMEM,
	      "all memory is ENOMEM");
	return failures != 0;
}
