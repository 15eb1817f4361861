/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What of a call's arrival depends on the architecture.
 */
#ifndef TAMALLOC_ARCH_H
#define TAMALLOC_ARCH_H

#include <linux/compat.h>
#include <linux/ptrace.h>
#include <asm/syscall.h>
#include <asm/unistd.h>

#ifndef CONFIG_X86_64
#error "tamalloc: x86-64 only"
#endif

/* How many numbers the kernel's own table has. */
#define TABLE_SIZE	NR_syscalls

/* A 32-bit call has another table.  (An x32 call has another number.) */
static inline bool is_compat_call(void)
{
	return in_ia32_syscall();
}

/*
 * From sys_enter: let nothing come of the call but @error.  The kernel leaves
 * the result alone if the number is -1, as where a filter has refused the call.
 */
static inline void refuse_call(struct pt_regs *regs, long error)
{
	regs->orig_ax = -1;
	regs->ax = error;
}

#endif /* TAMALLOC_ARCH_H */
