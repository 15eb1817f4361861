// SPDX-License-Identifier: GPL-2.0
/*
 * What 552 tells, by a BPF iterator over tasks: the sums in .bss, or a row a
 * process.  PER_CPU_RSS: the kernel's RSS counters have a part a CPU.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "sum.h"

char _license[] SEC("license") = "GPL";

__u64 reserved, used, processes;	/* pages, pages, and how many */

#ifdef PER_CPU_RSS
extern const void __per_cpu_offset __ksym;
const volatile __u32 cpus = 1;

static __always_inline __s64 counter(struct mm_struct *mm, int member)
{
	__s64 sum = mm->rss_stat[member].count;
	__u64 part = (__u64)mm->rss_stat[member].counters;
	__u64 offset;
	__s32 value;
	__u32 cpu;

	for (cpu = 0; cpu < cpus && cpu < 64; cpu++) {
		bpf_probe_read_kernel(&offset, sizeof(offset),
				      &__per_cpu_offset + cpu * sizeof(offset));
		bpf_probe_read_kernel(&value, sizeof(value),
				      (void *)(part + offset));
		sum += value;
	}
	return sum > 0 ? sum : 0;
}
#else
static __always_inline __s64 counter(struct mm_struct *mm, int member)
{
	__s64 sum = mm->rss_stat.count[member].counter;

	return sum > 0 ? sum : 0;
}
#endif

static __always_inline struct mm_struct *mm_of_process(struct task_struct *task)
{
	if (!task || task->pid != task->tgid)
		return NULL;
	return task->mm;
}

static __always_inline __u64 rss(struct mm_struct *mm)
{
	return counter(mm, MM_FILEPAGES) + counter(mm, MM_ANONPAGES) +
	       counter(mm, MM_SHMEMPAGES);
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
