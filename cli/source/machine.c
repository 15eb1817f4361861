// SPDX-License-Identifier: GPL-2.0-or-later
#include <sys/sysinfo.h>

#include "shared/array.h"
#include "source/cgroup.h"
#include "source/kernel_file.h"
#include "source/machine.h"

static struct machine from_sysinfo(void)
{
	struct sysinfo info;

	/* It can only fail with a wrong address. */
	sysinfo(&info);
	return (struct machine){
		.ram = (int64_t)info.totalram * info.mem_unit,
		.swap = (int64_t)info.totalswap * info.mem_unit,
		.available = (int64_t)(info.freeram + info.bufferram) *
			     info.mem_unit,
		.limit = MACHINE_UNKNOWN,
		.committed = MACHINE_UNKNOWN,
		.commit_limit = MACHINE_UNKNOWN,
	};
}

/* In a container the file may be its own, as lxcfs makes it. */
static void read_meminfo(struct machine *machine)
{
	const struct {
		const char *name;
		int64_t *bytes;
	} lines[] = {
		{ "MemTotal", &machine->ram },
		{ "SwapTotal", &machine->swap },
		{ "MemAvailable", &machine->available },
		{ "Committed_AS", &machine->committed },
		{ "CommitLimit", &machine->commit_limit },
	};
	struct named_number numbers[ARRAY_SIZE(lines)];
	int64_t kib[ARRAY_SIZE(lines)];

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		kib[i] = MACHINE_UNKNOWN;
		numbers[i] = (struct named_number){ lines[i].name, &kib[i] };
	}
	kernel_file_named("/proc/meminfo", numbers, ARRAY_SIZE(numbers));
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		if (kib[i] != MACHINE_UNKNOWN)
			*lines[i].bytes = kib[i] * 1024;
}

static int64_t lower_of(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static void apply_limits(struct machine *machine, bool available)
{
	struct cgroup_memory group = cgroup_memory(available);

	if (group.limit < INT64_MAX)
		machine->limit = group.limit;
	machine->ram = lower_of(machine->ram, group.limit);
	machine->swap = lower_of(machine->swap, group.swap_limit);
	machine->available = lower_of(machine->available, group.available);
}

struct machine machine_memory(bool available)
{
	struct machine machine = from_sysinfo();

	read_meminfo(&machine);
	apply_limits(&machine, available);
	return machine;
}

/* A limit may be less than a KiB. */
static uint64_t whole_kib(int64_t bytes)
{
	return bytes < 1024 ? 1 : bytes / 1024;
}

int64_t machine_ram_share(const struct machine *machine, uint64_t used)
{
	/* In KiB, so that the product of the largest sums does not overflow. */
	return used / 1024 * 1000 / whole_kib(machine->ram);
}

int64_t machine_ratio(const struct machine *machine, uint64_t reserved)
{
	return reserved / 1024 * 100 / whole_kib(machine->ram + machine->swap);
}
