// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the kernel does not export, or does for good: see wiring.h.
 */
#include <linux/cred.h>
#include <linux/module.h>
#include <linux/sched/coredump.h>
#include <linux/sched/signal.h>
#include <linux/user_namespace.h>
#include <linux/version.h>

/* Linux 7.2: dumpable is what was executed, not the memory that it has. */
#if __has_include(<linux/sched/exec_state.h>)
#include <linux/sched/exec_state.h>
#define HAVE_EXEC_STATE
#endif

#include "wiring.h"

/* kernel/pid.c's find_get_task_by_vpid() */
struct task_struct *tamalloc_find_task(pid_t pid)
{
	struct task_struct *task;

	rcu_read_lock();
	task = pid_task(find_vpid(pid), PIDTYPE_PID);
	if (task)
		get_task_struct(task);
	rcu_read_unlock();
	return task;
}

/* As __ptrace_may_access() and cap_ptrace_access_check() compare them. */
static bool has_credentials_of(struct task_struct *task)
{
	const struct cred *cred = current_cred(), *tcred;
	bool has;

	rcu_read_lock();
	tcred = __task_cred(task);
	has = uid_eq(cred->fsuid, tcred->euid) &&
	      uid_eq(cred->fsuid, tcred->suid) &&
	      uid_eq(cred->fsuid, tcred->uid) &&
	      gid_eq(cred->fsgid, tcred->egid) &&
	      gid_eq(cred->fsgid, tcred->sgid) &&
	      gid_eq(cred->fsgid, tcred->gid) &&
	      cred->user_ns == tcred->user_ns &&
	      cap_issubset(tcred->cap_permitted, cred->cap_effective);
	rcu_read_unlock();
	return has;
}

#ifdef HAVE_EXEC_STATE
static bool is_dumpable(struct task_struct *task)
{
	const struct task_exec_state *state;
	bool dumpable;

	rcu_read_lock();
	state = rcu_dereference(task->exec_state);
	dumpable = READ_ONCE(state->dumpable) == TASK_DUMPABLE_OWNER;
	rcu_read_unlock();
	return dumpable;
}
#else
/* Where nothing tells what a task was that has no memory any more, it was not. */
static bool is_dumpable(struct task_struct *task)
{
	bool dumpable = false;

	task_lock(task);
	if (task->mm)
		dumpable = get_dumpable(task->mm) == SUID_DUMP_USER;
#ifdef HAVE_USER_DUMPABLE
	else
		dumpable = task->user_dumpable;
#endif
	task_unlock(task);
	return dumpable;
}
#endif

/*
 * ptrace_may_access(task, PTRACE_MODE_READ_FSCREDS | PTRACE_MODE_NOAUDIT), but
 * that capabilities count in the initial user namespace alone, where they are good
 * for all others, and that no security module is asked: neither ptrace_has_cap()'s
 * nor security_ptrace_access_check()'s way is open to modules.
 */
bool tamalloc_may_access(struct task_struct *task)
{
	if (same_thread_group(task, current))
		return true;
	if (has_credentials_of(task)) {
		/* Pairs with commit_creds(), which makes it undumpable first. */
		smp_rmb();
		if (is_dumpable(task))
			return true;
	}
	return ns_capable_noaudit(&init_user_ns, CAP_SYS_PTRACE);
}

static int restrict_at_load;
module_param_named(restrict, restrict_at_load, int, 0444);
MODULE_PARM_DESC(restrict, "vm.tamalloc_restrict at first: 0 (default), 1 or 2");

static struct ctl_table_header *sysctls;

/* The level is in force before a call can come. */
void __init tamalloc_add_sysctls(const char *path, struct ctl_table *table,
				 size_t size)
{
	*(int *)table->data = restrict_at_load;
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
	sysctls = register_sysctl_sz(path, table, size);
#else
	sysctls = register_sysctl(path, table);
#endif
}

int __init tamalloc_register_sysctls(void)
{
	if (restrict_at_load < 0 || restrict_at_load > 2)
		return -EINVAL;
	return tamalloc_init_sysctls() ?: sysctls ? 0 : -ENOMEM;
}

void tamalloc_unregister_sysctls(void)
{
	unregister_sysctl_table(sysctls);
}
