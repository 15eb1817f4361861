/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * tamalloc: demand-zero reservations and memory totals.
 *
 * The names and layouts are frozen: binaries exist that were built against
 * them.  See Documentation/admin-guide/mm/tamalloc.rst.
 */
#ifndef _UAPI_LINUX_TAMALLOC_H
#define _UAPI_LINUX_TAMALLOC_H

#include <linux/types.h>

/**
 * struct global_memory_stats - what tamalloc_get_global_stats() reports
 * @total_reserved_memory_mb: sum of VmSize over all processes, in MiB
 * @total_used_memory_mb: sum of VmRSS over all processes, in MiB
 *
 * Both are sums of pages, rounded down to MiB once.  A page that several
 * processes map counts once for each of them.
 */
struct global_memory_stats {
	__kernel_size_t total_reserved_memory_mb;
	__kernel_size_t total_used_memory_mb;
};

/**
 * struct process_memory_stats - what tamalloc_get_indiviual_stats() reports
 * @reserved_memory_kb: VmSize, in KiB
 * @used_memory_kb: VmRSS, in KiB
 * @used_memory_percentage: 100 * VmRSS / VmSize, rounded down; 0 without VmSize
 * @oom_score: the process's oom_score_adj, -1000 to 1000; not the badness
 *	that /proc/PID/oom_score shows
 */
struct process_memory_stats {
	__kernel_size_t reserved_memory_kb;
	__kernel_size_t used_memory_kb;
	__u32 used_memory_percentage;
	__s32 oom_score;
};

#endif /* _UAPI_LINUX_TAMALLOC_H */
