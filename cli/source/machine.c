// SPDX-License-Identifier: GPL-2.0-or-later
#include <sys/sysinfo.h>

#include "source/machine.h"

struct machine machine_memory(void)
{
	struct sysinfo info;

	/* It can only fail with a wrong address. */
	sysinfo(&info);
	return (struct machine){
		.ram = (uint64_t)info.totalram * info.mem_unit,
		.swap = (uint64_t)info.totalswap * info.mem_unit,
	};
}

int64_t machine_ram_share(const struct machine *machine, uint64_t used)
{
	/* In KiB, so that the product of the largest sums does not overflow. */
	return used / 1024 * 1000 / (machine->ram / 1024);
}

int64_t machine_ratio(const struct machine *machine, uint64_t reserved)
{
	return reserved / 1024 * 100 / ((machine->ram + machine->swap) / 1024);
}
