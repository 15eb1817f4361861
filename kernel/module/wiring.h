/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What mm/tamalloc.c finds in a kernel that it is built into and a module does
 * not: included before its first line.
 */
#ifndef TAMALLOC_WIRING_H
#define TAMALLOC_WIRING_H

#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/syscalls.h>
#include <linux/sysctl.h>
#include <linux/tamalloc.h>
#include <linux/types.h>

/* Of the system call table's row in arch/x86/entry/syscalls/syscall_64.tbl. */
#define __NR_tamalloc_get_stats		551
#define __NR_tamalloc_get_global_stats	552
#define __NR_tamalloc_get_indiviual	553

long sys_tamalloc_get_stats(size_t size);
long sys_tamalloc_get_global_stats(struct global_memory_stats __user *stats);
long sys_tamalloc_get_indiviual_stats(pid_t pid,
				      struct process_memory_stats __user *stats);

/*
 * A system call's definition makes entries that the kernel's table would name and
 * records for its tracers, who would not find the number there.
 */
#undef SYSCALL_DEFINE1
#undef SYSCALL_DEFINE2
#define SYSCALL_DEFINE1(name, t1, a1)		long sys_##name(t1 a1)
#define SYSCALL_DEFINE2(name, t1, a1, t2, a2)	long sys_##name(t1 a1, t2 a2)

/* Not exported. */
struct task_struct *tamalloc_find_task(pid_t pid);
bool tamalloc_may_access(struct task_struct *task);

#define find_get_task_by_vpid(pid)	tamalloc_find_task(pid)
#define ptrace_may_access(task, mode)	tamalloc_may_access(task)

/*
 * What is registered at boot stays for good; what a module registers it takes back.
 * The only initcall of mm/tamalloc.c is the one that registers its sysctl.
 */
void tamalloc_add_sysctls(const char *path, struct ctl_table *table, size_t size);
int tamalloc_init_sysctls(void);
int tamalloc_register_sysctls(void);
void tamalloc_unregister_sysctls(void);

#undef register_sysctl_init
#define register_sysctl_init(path, table)	\
	tamalloc_add_sysctls(path, table, ARRAY_SIZE(table))
#undef subsys_initcall
#define subsys_initcall(fn)			\
	int __init tamalloc_init_sysctls(void) { return fn(); }

#endif /* TAMALLOC_WIRING_H */
