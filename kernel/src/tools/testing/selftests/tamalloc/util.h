/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests of tamalloc share: the calls, what /proc says about the same
 * things, and processes in all the states that matter.
 */
#ifndef TAMALLOC_UTIL_H
#define TAMALLOC_UTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include <linux/tamalloc.h>

#define KIB	1024UL
#define MIB	(1024 * KIB)
#define GIB	(1024 * MIB)

#define PAGE	4096UL
#define HUGE	(2 * MIB)

/*
 * In seconds, for each test: kselftest_harness.h's 30 are too few for a kernel
 * with sanitizers, emulated on a busy host.
 */
#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT	240

#define RESTRICT_SYSCTL	"/proc/sys/vm/tamalloc_restrict"
#define VHOST_DEVICE	"/dev/vhost-vsock"

static inline void *reserve(size_t size)
{
	return (void *)syscall(__NR_tamalloc_get_stats, size);
}

static inline long global_stats(struct global_memory_stats *stats)
{
	return syscall(__NR_tamalloc_get_global_stats, stats);
}

static inline long process_stats(pid_t pid, struct process_memory_stats *stats)
{
	return syscall(__NR_tamalloc_get_indiviual, pid, stats);
}

static inline unsigned long distance(unsigned long a, unsigned long b)
{
	return a > b ? a - b : b - a;
}

/* Skip all tests of the program; to be called before its main(). */
void need_root(void);

/* Whether a module has brought the calls. */
bool calls_are_of_module(void);

/* The error that the call answers with, or 0. */
int reserve_error(size_t size);
int global_error(void *stats);
int process_error(pid_t pid, void *stats);

/*
 * The first line of a file, without its newline, or -errno.  What is written
 * goes out in one write(2).
 */
int read_line(const char *path, char *line, size_t size);
int write_line(const char *path, const char *line);

/* Memory as /proc/PID/status tells it. */
struct status {
	unsigned long size_kb;
	unsigned long rss_kb;
};

int read_status(pid_t pid, struct status *status);

/* A memory area as /proc/self/smaps tells it. */
struct area {
	unsigned long start;
	unsigned long end;
	char perms[5];
	unsigned long rss_kb;
	unsigned long huge_kb;
	unsigned long locked_kb;
	bool noreserve;
	bool accounted;
};

int find_area(const void *address, struct area *area);

/*
 * The sum over all processes of /proc, in pages: what statm says of the leader
 * or, if that has exited, of a thread that has not.
 */
struct pages {
	unsigned long reserved;
	unsigned long used;
};

/*
 * Call global_stats() between two such sums that agree, so that it must agree
 * with them.  Returns -EAGAIN if the system never was quiet.
 */
int quiet_global_stats(struct global_memory_stats *stats, struct pages *sum);

/*
 * A child that calls prepare(arg) and sleeps until it is stopped.  It dies with
 * its parent, so that a failed test leaves none.  Returns -1 if prepare()
 * exited instead of returning.
 */
typedef void (*prepare_fn)(void *arg);

pid_t start(prepare_fn prepare, void *arg);
void stop(pid_t pid);

/* The same, with a leading thread that has exited. */
pid_t start_exited_leader(prepare_fn prepare, void *arg);

/* The same, suspended by vfork() with a child that sleeps. */
pid_t start_vfork(prepare_fn prepare, void *arg);

/* The same, in another program then: one that its leader or a thread called. */
pid_t start_exec(prepare_fn prepare, void *arg);
pid_t start_exec_thread(prepare_fn prepare, void *arg);

/* Returns @pid once it sleeps in the program @name, or stops it: -1. */
pid_t wait_for_program(pid_t pid, const char *name);

/* A child that has unmapped all its memory, or -1. */
pid_t start_unmapped(void);

/* A zombie that had prepared itself; stop() reaps it. */
pid_t start_zombie(prepare_fn prepare, void *arg);

/* For prepare; those that follow the first reserve *(size_t *)size. */
void prepare_nothing(void *unused);
void prepare_reserve(void *size);
void prepare_threads(void *size);
void prepare_vhost(void *size);
void prepare_sibling(void *size);

#define N_THREADS	50

/* ID of a live thread of @pid that is not the leader, or -1. */
pid_t find_thread(pid_t pid);

/* The only child of @pid, or -1. */
pid_t find_child(pid_t pid);

/* ID of the kernel thread that works for @owner, or -1. */
pid_t find_vhost_worker(pid_t owner);

/* ID of a kernel thread, or -1. */
pid_t find_kernel_thread(void);

/* ID of a process that is gone. */
pid_t gone_process(void);

/* A write that the compiler can't foresee or leave out. */
void write_byte(void *address);

/* A page with nothing mapped behind it, or NULL. */
char *page_before_gap(void);

#endif /* TAMALLOC_UTIL_H */
