// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Asks for the memory of all processes, as a program would that knows the
 * contract and nothing else of this project, and adds it up from /proc.
 */
#include <ctype.h>
#include <dirent.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

struct global_memory_stats {
	size_t total_reserved_memory_mb;
	size_t total_used_memory_mb;
};

/* In pages. */
struct sum {
	size_t size;
	size_t resident;
};

static struct sum add_up(void)
{
	struct sum sum = { 0, 0 };
	size_t size, resident;
	struct dirent *entry;
	char path[300];
	FILE *statm;
	DIR *proc = opendir("/proc");

	if (!proc)
		return sum;
	while ((entry = readdir(proc))) {
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		snprintf(path, sizeof(path), "/proc/%s/statm", entry->d_name);
		statm = fopen(path, "r");
		if (!statm)
			continue;
		if (fscanf(statm, "%zu %zu", &size, &resident) == 2) {
			sum.size += size;
			sum.resident += resident;
		}
		fclose(statm);
	}
	closedir(proc);
	return sum;
}

int main(void)
{
	struct global_memory_stats stats;
	struct sum before, after;
	int tries = 100;

	do {
		before = add_up();
		if (syscall(552, &stats)) {
			perror("552");
			return 1;
		}
		after = add_up();
	} while ((before.size != after.size ||
		  before.resident != after.resident) && tries--);
	printf("552:   %zu MiB reserved, %zu MiB used\n",
	       stats.total_reserved_memory_mb, stats.total_used_memory_mb);
	printf("/proc: %zu MiB reserved, %zu MiB used\n", after.size / 256,
	       after.resident / 256);
	if (tries < 0) {
		fputs("the system is not quiet\n", stderr);
		return 1;
	}
	return stats.total_reserved_memory_mb != after.size / 256 ||
	       stats.total_used_memory_mb != after.resident / 256;
}
