/* SPDX-License-Identifier: MIT */
/*
 * The three tamalloc system calls for C and C++ programs: thin inline wrappers
 * in the manner of glibc's.  On error they return -1 and set errno; ENOSYS
 * means that the running kernel lacks the calls.  Their pages are in section 2
 * of the manual, under the functions' names.
 */
#ifndef TAMALLOC_TAMALLOC_H
#define TAMALLOC_TAMALLOC_H

#include <sys/types.h>
#include <unistd.h>

#include <tamalloc/linux/tamalloc.h>

#if !defined(__x86_64__) || defined(__ILP32__)
#error "the tamalloc system calls exist for 64-bit x86 programs only"
#endif

/* The numbers are frozen.  linux-libc-dev, being Debian's, doesn't have them. */
#ifndef __NR_tamalloc_get_stats
#define __NR_tamalloc_get_stats 551
#endif
#ifndef __NR_tamalloc_get_global_stats
#define __NR_tamalloc_get_global_stats 552
#endif
#ifndef __NR_tamalloc_get_indiviual
#define __NR_tamalloc_get_indiviual 553
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* glibc hides syscall() in the strict -std= modes (its __USE_MISC). */
#if !defined(__cplusplus) && !defined(__USE_MISC)
extern long syscall(long number, ...);
#endif

/*
 * Reserve size bytes, rounded up to whole pages, that read as zero and are
 * committed as they are first written.  Returns the address, or -1; free it
 * with munmap(2).
 */
static inline long tamalloc_get_stats(size_t size)
{
	return syscall(__NR_tamalloc_get_stats, size);
}

/* Sums of VmSize and VmRSS, in MiB, over the processes of this PID namespace. */
static inline long tamalloc_get_global_stats(struct global_memory_stats *stats)
{
	return syscall(__NR_tamalloc_get_global_stats, stats);
}

/* VmSize and VmRSS, in KiB, and the oom_score_adj of the process of one ID. */
static inline long
tamalloc_get_indiviual_stats(pid_t pid, struct process_memory_stats *stats)
{
	return syscall(__NR_tamalloc_get_indiviual, pid, stats);
}

#ifdef __cplusplus
}
#endif

#endif /* TAMALLOC_TAMALLOC_H */
