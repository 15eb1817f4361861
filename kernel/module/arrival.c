// SPDX-License-Identifier: GPL-2.0-only
/*
 * How the calls of mm/tamalloc.c reach a kernel whose table of system calls ends
 * before their numbers, and how they leave it.
 *
 * A probe of the tracepoint sys_enter sees the number, behind seccomp and tracers,
 * and queues a task work.  The kernel answers ENOSYS.  Before the task is back in
 * user mode, stops for a tracer at the call's exit or handles a signal, it runs its
 * works: ours makes the call, in process context, and writes its result over the
 * ENOSYS.
 *
 * Each call has a reference on the module from its arrival on, so that the module
 * can't be unloaded meanwhile, wherever the call sleeps.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/sched/task_stack.h>
#include <linux/slab.h>
#include <linux/task_work.h>
#include <linux/tracepoint.h>

#include "arch.h"
#include "wiring.h"

/**
 * struct call - a call between its arrival and its result
 * @work: makes it
 * @nr: its number
 * @args: what it was called with, whatever becomes of the registers
 */
struct call {
	struct callback_head work;
	unsigned int nr;
	unsigned long args[6];
};

static struct tracepoint *sys_enter;

static long make_call(const struct call *call)
{
	switch (call->nr) {
	case __NR_tamalloc_get_stats:
		return sys_tamalloc_get_stats(call->args[0]);
	case __NR_tamalloc_get_global_stats:
		return sys_tamalloc_get_global_stats((void __user *)call->args[0]);
	default:
		return sys_tamalloc_get_indiviual_stats(call->args[0],
							(void __user *)call->args[1]);
	}
}

static void finish_call(struct callback_head *work)
{
	struct call *call = container_of(work, struct call, work);

	/* Nobody waits for the result of a task that died before it was here. */
	if (likely(!(current->flags & PF_EXITING)))
		syscall_set_return_value(current, current_pt_regs(), 0,
					 make_call(call));
	kfree(call);
	/* What runs from here to the return, tamalloc_exit() waits for. */
	module_put(THIS_MODULE);
}

/*
 * Out of the way of all other calls.  If the module is on its way out, the kernel's
 * own answer is the right one.
 */
static noinline void take_call(void *unused, struct pt_regs *regs, long nr)
{
	struct call *call;

	if (is_compat_call() || !try_module_get(THIS_MODULE))
		return;
	call = kmalloc(sizeof(*call), GFP_NOWAIT | __GFP_NOWARN);
	if (!call) {
		refuse_call(regs, -ENOMEM);
		goto put;
	}
	init_task_work(&call->work, finish_call);
	call->nr = nr;
	syscall_get_arguments(current, regs, call->args);
	if (!task_work_add(current, &call->work, TWA_RESUME))
		return;
	/* It can't: only a task that is exiting takes no work. */
	kfree(call);
put:
	module_put(THIS_MODULE);
}

/* Runs at each call of each task: nothing more here, not even a hook for ftrace. */
static notrace void probe_sys_enter(void *unused, struct pt_regs *regs, long nr)
{
	unsigned long i = nr - __NR_tamalloc_get_stats;

	if (unlikely(i <= __NR_tamalloc_get_indiviual - __NR_tamalloc_get_stats))
		take_call(unused, regs, nr);
}

/* The tracepoint itself is not exported. */
static void find_sys_enter(struct tracepoint *tp, void *unused)
{
	if (!strcmp(tp->name, "sys_enter"))
		sys_enter = tp;
}

static int __init tamalloc_init(void)
{
	int ret;

	/* Not EEXIST, which modprobe takes for a module that is there already. */
	if (IS_ENABLED(CONFIG_TAMALLOC)) {
		pr_err("not loaded: this kernel has the calls itself\n");
		return -EOPNOTSUPP;
	}
	if (TABLE_SIZE > __NR_tamalloc_get_stats) {
		pr_err("not loaded: number %d is in this kernel's own table\n",
		       __NR_tamalloc_get_stats);
		return -EOPNOTSUPP;
	}
	if (IS_ENABLED(CONFIG_PREEMPT_RT)) {
		pr_err("not loaded: in real time the probe must not ask for memory\n");
		return -EOPNOTSUPP;
	}
	for_each_kernel_tracepoint(find_sys_enter, NULL);
	if (!sys_enter) {
		pr_err("not loaded: this kernel lacks the tracepoint sys_enter\n");
		return -EOPNOTSUPP;
	}
	ret = tamalloc_register_sysctls();
	if (ret)
		return ret;
	ret = tracepoint_probe_register(sys_enter, probe_sys_enter, NULL);
	if (ret)
		tamalloc_unregister_sysctls();
	return ret;
}
module_init(tamalloc_init);

/*
 * No call is under way, for each had a reference.  But a task may have been
 * preempted between giving that up and leaving finish_call(): it has left once it
 * was seen in user mode or sleeping.
 */
static void __exit tamalloc_exit(void)
{
	tracepoint_probe_unregister(sys_enter, probe_sys_enter, NULL);
	tracepoint_synchronize_unregister();
	synchronize_rcu_tasks();
	tamalloc_unregister_sysctls();
}
module_exit(tamalloc_exit);

MODULE_DESCRIPTION("The tamalloc system calls, for kernels without them");
MODULE_AUTHOR("tamalloc maintainers");
MODULE_LICENSE("GPL");
