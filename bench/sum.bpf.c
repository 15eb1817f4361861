// SPDX-License-Identifier: GPL-2.0
/*
 * A BPF iterator over tasks that reports what 552 reports: the sums, in .bss, or a
 * row for each process.  With PER_CPU_RSS, the kernel's RSS counters have a part for
 * each CPU.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "sum.h"

char _license[] SEC("license") = "GPL";

__u64 reserved, used, processes;	/* pages, pages, number */

static __always_inline __u64 positive(__s64 counter)
{
	return counter > 0 ? counter : 0;
}

/* Calls as few helpers as possible: they are most of the cost. */
#ifdef PER_CPU_RSS
extern const void __per_cpu_offset __ksym;
__u64 offsets[64];
const volatile __u32 cpus = 1;	/* in the machine that processes.c is for */

static __always_inline __u64 rss(struct mm_struct *mm)
{
	__s64 file = mm->rss_stat[MM_FILEPAGES].count;
	__s64 anon = mm->rss_stat[MM_ANONPAGES].count;
	__s64 shmem = mm->rss_stat[MM_SHMEMPAGES].count;
	/* percpu_counter_init_many() has put them one behind the other. */
	const char *parts = (const char *)mm->rss_stat[0].counters;
	__s32 part[NR_MM_COUNTERS];
	__u32 cpu;

	for (cpu = 0; cpu < cpus && cpu < 64; cpu++) {
		if (!offsets[cpu])
			bpf_probe_read_kernel(&offsets[cpu], sizeof(*offsets),
					      &__per_cpu_offset +
					      cpu * sizeof(*offsets));
		bpf_probe_read_kernel(part, sizeof(part), parts + offsets[cpu]);
		file += part[MM_FILEPAGES];
		anon += part[MM_ANONPAGES];
		shmem += part[MM_SHMEMPAGES];
	}
	return positive(file) + positive(anon) + positive(shmem);
}
#else
/* 6.1's verifier follows no pointer into this array, so read it at once. */
static __always_inline __u64 rss(struct mm_struct *mm)
{
	struct mm_rss_stat stat;

	bpf_probe_read_kernel(&stat, sizeof(stat), &mm->rss_stat);
	return positive(stat.count[MM_FILEPAGES].counter) +
	       positive(stat.count[MM_ANONPAGES].counter) +
	       positive(stat.count[MM_SHMEMPAGES].counter);
}
#endif

static __always_inline struct mm_struct *mm_of_process(struct task_struct *task)
{
	if (!task || task->pid != task->tgid)
		return NULL;
	return task->mm;
}

SEC("iter/task")
int sum(struct bpf_iter__task *ctx)
{
	struct mm_struct *mm = mm_of_process(ctx->task);

	if (!mm)
		return 0;
	reserved += mm->total_vm;
	used += rss(mm);
	processes++;
	return 0;
}

SEC("iter/task")
int list(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct mm_struct *mm = mm_of_process(task);
	struct row row;

	if (!mm)
		return 0;
	row.pid = task->tgid;
	row.reserved = mm->total_vm;
	row.used = rss(mm);
	bpf_seq_write(ctx->meta->seq, &row, sizeof(row));
	return 0;
}
