// SPDX-License-Identifier: GPL-2.0-only
/*
 * tamalloc: demand-zero reservations, and the memory that all processes or one
 * process have reserved (VmSize) and use (VmRSS).
 *
 * See Documentation/admin-guide/mm/tamalloc.rst and <uapi/linux/tamalloc.h>.
 */
#include <linux/capability.h>
#include <linux/cpumask.h>
#include <linux/init.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/percpu_counter.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/ptrace.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/syscalls.h>
#include <linux/sysctl.h>
#include <linux/tamalloc.h>
#include <linux/uaccess.h>

/*
 * Tasks visited between two pauses that nobody asked for.  These only end the
 * RCU read section, so that a grace period doesn't wait for the whole walk.
 */
#define TAMALLOC_BATCH		128

/* How often a walk that lost its place in a pause starts again. */
#define TAMALLOC_RESTARTS	3

#define PAGES_TO_KIB(pages)	((pages) << (PAGE_SHIFT - 10))
#define PAGES_TO_MIB(pages)	((pages) >> (20 - PAGE_SHIFT))

/* Values of vm.tamalloc_restrict: who may ask about others' processes. */
#define TAMALLOC_RESTRICT_NONE	0	/* everybody, as stock /proc */
#define TAMALLOC_RESTRICT_DENY	1	/* with ptrace read access; else EPERM */
#define TAMALLOC_RESTRICT_HIDE	2	/* with ptrace read access; else ESRCH */

static int sysctl_tamalloc_restrict __read_mostly = TAMALLOC_RESTRICT_NONE;

/**
 * struct mm_pages - a sum over address spaces, in pages
 * @reserved: VmSize.  2^22 processes, the most there can be, of 47 bits each
 *	need 57 bits.  With five-level paging (56 bits) the sum wraps where more
 *	than a million processes reserve their whole address space.
 * @used: VmRSS
 */
struct mm_pages {
	unsigned long reserved;
	unsigned long used;
};

/**
 * struct tamalloc_walk - a walk over all processes of a PID namespace
 * @ns: the namespace
 * @start: when the walk began, on the clock of task_struct::start_time
 * @budget: tasks that may be visited before the next pause
 * @sum: the memory counted so far
 */
struct tamalloc_walk {
	struct pid_namespace *ns;
	u64 start;
	unsigned int budget;
	struct mm_pages sum;
};

#ifdef percpu_counter_init_many
/*
 * RSS is counted per CPU.  This is get_mm_counter_sum() of all three counters
 * in one pass over the CPUs.
 *
 * It is as exact as three calls of that, since each counter is read as
 * __percpu_counter_sum() does: under its lock, which is held by whoever moves
 * a CPU's part into the count, and over the dying CPUs, too, whose parts have
 * not been moved yet.  Nobody else holds two of these locks, so any order is
 * free of deadlock; lockdep needs subclasses since one class covers all.
 */
static unsigned long mm_rss(struct mm_struct *mm)
{
	struct percpu_counter *file = &mm->rss_stat[MM_FILEPAGES];
	struct percpu_counter *anon = &mm->rss_stat[MM_ANONPAGES];
	struct percpu_counter *shmem = &mm->rss_stat[MM_SHMEMPAGES];
	s64 files, anons, shmems;
	unsigned long flags;
	int cpu;

	raw_spin_lock_irqsave(&file->lock, flags);
	raw_spin_lock_nested(&anon->lock, 1);
	raw_spin_lock_nested(&shmem->lock, 2);
	files = file->count;
	anons = anon->count;
	shmems = shmem->count;
	for_each_cpu_or(cpu, cpu_online_mask, cpu_dying_mask) {
		files += *per_cpu_ptr(file->counters, cpu);
		anons += *per_cpu_ptr(anon->counters, cpu);
		shmems += *per_cpu_ptr(shmem->counters, cpu);
	}
	raw_spin_unlock(&shmem->lock);
	raw_spin_unlock(&anon->lock);
	raw_spin_unlock_irqrestore(&file->lock, flags);
	return max_t(s64, files, 0) + max_t(s64, anons, 0) +
	       max_t(s64, shmems, 0);
}
#elif defined(SPLIT_RSS_COUNTING)
/*
 * get_mm_rss(), but with one test in place of three, which saves 5 of 51
 * instructions a process.  A counter may be negative for a while, since live
 * threads have caches that only they can add to it.
 */
static inline unsigned long mm_rss(struct mm_struct *mm)
{
	long files = atomic_long_read(&mm->rss_stat.count[MM_FILEPAGES]);
	long anons = atomic_long_read(&mm->rss_stat.count[MM_ANONPAGES]);
	long shmems = atomic_long_read(&mm->rss_stat.count[MM_SHMEMPAGES]);

	if (unlikely((files | anons | shmems) < 0))
		return get_mm_rss(mm);
	return files + anons + shmems;
}
#else
static inline unsigned long mm_rss(struct mm_struct *mm)
{
	return get_mm_rss(mm);
}
#endif

/*
 * The walk runs its body for each process of the machine: what it always needs
 * is inlined, what it seldom needs is not, so that its variables stay in
 * registers.  On 6.1 it takes 46 instructions a process, and 93 without that.
 */

/*
 * Add the memory of @t's mm to @sum, and return whether it has one.  The task
 * lock keeps the mm alive, for exit and exec take it to detach the mm.  Without
 * a reference there is no mmput(), which may sleep, to call under RCU.
 */
static __always_inline bool add_task(struct task_struct *t,
				     struct mm_pages *sum)
{
	struct mm_struct *mm;

	task_lock(t);
	mm = t->mm;
	if (likely(mm)) {
		sum->reserved += READ_ONCE(mm->total_vm);
		sum->used += mm_rss(mm);
	}
	task_unlock(t);
	return mm;
}

/*
 * Return whether a pause is due before the next task is visited.  Every task
 * asks, because one may take long where RSS is counted per CPU.
 */
static __always_inline bool pause_is_due(unsigned int *budget)
{
	return unlikely(!--*budget || need_resched());
}

/* Leave the RCU read section for a moment and yield the CPU if asked to. */
static void rcu_pause(unsigned int *budget)
	__must_hold(RCU)
{
	*budget = TAMALLOC_BATCH;
	rcu_read_unlock();
	cond_resched();
	rcu_read_lock();
}

/*
 * Pause before a thread is visited.  Returns the thread that now has this ID,
 * or NULL.  After an exec that may be a different thread, but of the same
 * process and still on its thread list.
 */
static struct task_struct *pause_at_thread(struct task_struct *t,
					   unsigned int *budget)
	__must_hold(RCU)
{
	struct pid *pid = get_task_pid(t, PIDTYPE_PID);

	rcu_pause(budget);
	t = pid_task(pid, PIDTYPE_PID);
	put_pid(pid);
	return t;
}

/*
 * Return whether @p still leads the process of @pid, so that its links in the
 * list of processes can be followed: a reference keeps the task, but not its
 * place.  A leader gives up its TGID before its place, both at its death and
 * when another thread's exec takes the place over (see de_thread()).
 */
static bool is_listed(struct task_struct *p, struct pid *pid)
	__must_hold(RCU)
{
	return pid_task(pid, PIDTYPE_TGID) == p;
}

/*
 * Pause before a process is visited.  Returns whether @p is still listed.
 * Rare, so noinline: it would take registers from the walk.
 */
static noinline bool pause_at_process(struct task_struct *p,
				      unsigned int *budget)
	__must_hold(RCU)
{
	struct pid *pid = get_task_pid(p, PIDTYPE_TGID);
	bool listed;

	get_task_struct(p);
	rcu_pause(budget);
	listed = is_listed(p, pid);
	put_task_struct(p);
	put_pid(pid);
	return listed;
}

/**
 * add_process - add the memory of a process any of whose threads has an mm
 * @p: a task of the process, on which the caller holds a reference
 * @sum: the sum to add to
 * @budget: tasks that may be visited before the next pause
 *
 * Pauses happen before a thread is visited and resume at the thread that has
 * its ID afterwards.  Threads join at the end of the list, and a thread
 * without an mm creates none, so walking on from there misses nobody.  Where
 * that thread is gone, the walk starts again; the last one doesn't pause, and
 * so always finds the mm of a process that lives.
 *
 * Return: the thread whose mm was added, or NULL if no thread has one or a
 * fatal signal came.
 */
static struct task_struct *add_process(struct task_struct *p,
				       struct mm_pages *sum,
				       unsigned int *budget)
	__must_hold(RCU)
{
	unsigned int restarts = TAMALLOC_RESTARTS;
	struct task_struct *t;

again:
	for_each_thread(p, t) {
		if (restarts && pause_is_due(budget)) {
			t = pause_at_thread(t, budget);
			if (fatal_signal_pending(current))
				return NULL;
			if (!t) {
				restarts--;
				goto again;
			}
		}
		if (add_task(t, sum))
			return t;
	}
	return NULL;
}

/*
 * Count a process whose leader has no mm: the leader has exited and other
 * threads live, or it is a zombie.  Returns whether @p is still listed.
 * Rare, so noinline, as above.
 */
static noinline bool visit_exited_leader(struct tamalloc_walk *w,
					 struct task_struct *p)
	__must_hold(RCU)
{
	struct pid *pid = get_task_pid(p, PIDTYPE_TGID);
	bool listed;

	get_task_struct(p);
	add_process(p, &w->sum, &w->budget);
	listed = is_listed(p, pid);
	put_task_struct(p);
	put_pid(pid);
	return listed;
}

/* Count the process led by @p.  Returns whether @p is still listed. */
static __always_inline bool visit_process(struct tamalloc_walk *w,
					  struct task_struct *p)
	__must_hold(RCU)
{
	if (unlikely(p->flags & PF_KTHREAD))
		return true;
	if (w->ns != &init_pid_ns && !task_tgid_nr_ns(p, w->ns))
		return true;
	if (likely(add_task(p, &w->sum)))
		return true;
	return visit_exited_leader(w, p);
}

/*
 * Follow the list of processes.  A process that lives through the walk is
 * counted once: new ones join at the end, an exec'ing thread takes its leader's
 * place, and the walk pauses before it visits a process and resumes at that
 * process, if it is still listed.
 *
 * The first process found at a pause that was born after the walk began ends
 * it, lest forks prolong it: those behind were added even later.
 *
 * Returns -EAGAIN if the walk lost its place in a pause.
 */
static int walk_leaders(struct tamalloc_walk *w)
	__must_hold(RCU)
{
	struct task_struct *p;

	for_each_process(p) {
		if (pause_is_due(&w->budget)) {
			if (p->start_time > w->start)
				break;
			if (!pause_at_process(p, &w->budget))
				return -EAGAIN;
			if (fatal_signal_pending(current))
				return -EINTR;
		}
		if (!visit_process(w, p))
			return -EAGAIN;
	}
	return 0;
}

/*
 * Fallback for a walk_leaders() that lost its place too often.  It is slower,
 * because threads have IDs, too, but IDs never go stale, and a process keeps
 * its own, so this always ends with every process counted.
 */
static int walk_ids(struct tamalloc_walk *w)
	__must_hold(RCU)
{
	struct task_struct *p;
	struct pid *pid;
	int nr = 1;

	while ((pid = find_ge_pid(nr, w->ns))) {
		nr = pid_nr_ns(pid, w->ns) + 1;
		p = pid_task(pid, PIDTYPE_TGID);
		if (p)
			visit_process(w, p);
		if (pause_is_due(&w->budget)) {
			rcu_pause(&w->budget);
			if (fatal_signal_pending(current))
				return -EINTR;
		}
	}
	return 0;
}

static int sum_processes(struct mm_pages *sum)
{
	struct tamalloc_walk w = {
		.ns = task_active_pid_ns(current),
		.start = ktime_get_ns(),
		.budget = TAMALLOC_BATCH,
	};
	unsigned int tries = 1 + TAMALLOC_RESTARTS;
	int ret;

	rcu_read_lock();
	do {
		memset(&w.sum, 0, sizeof(w.sum));
		ret = tries-- ? walk_leaders(&w) : walk_ids(&w);
	} while (ret == -EAGAIN);
	rcu_read_unlock();

	*sum = w.sum;
	return ret;
}

static int do_global_stats(struct global_memory_stats __user *stats)
{
	struct global_memory_stats kstats = {};
	struct mm_pages sum;
	int ret;

	ret = sum_processes(&sum);
	if (ret)
		return ret;

	kstats.total_reserved_memory_mb = PAGES_TO_MIB(sum.reserved);
	kstats.total_used_memory_mb = PAGES_TO_MIB(sum.used);
	if (copy_to_user(stats, &kstats, sizeof(kstats)))
		return -EFAULT;
	return 0;
}

/* Return 0, or the error for a caller who may not inspect @task. */
static int check_access(struct task_struct *task, int restrict_level)
{
	if (restrict_level == TAMALLOC_RESTRICT_NONE ||
	    ptrace_may_access(task, PTRACE_MODE_READ_FSCREDS |
				    PTRACE_MODE_NOAUDIT))
		return 0;
	return restrict_level == TAMALLOC_RESTRICT_DENY ? -EPERM : -ESRCH;
}

/**
 * read_thread - read the memory of a thread's mm if the caller may inspect it
 * @t: the thread
 * @restrict_level: DENY or HIDE
 * @sum: where to add it
 *
 * An exec changes mm, dumpability and credentials one after another.  It holds
 * signal->exec_update_lock meanwhile, but may free the old mm under that lock,
 * which takes a third of a second for each GiB.  Instead of waiting, check
 * access before and after the read:
 *
 * - The second check refuses what was read of a program that is more privileged
 *   than the caller.  An exec maps nothing of its program before credentials
 *   and dumpability are set; until then, the new mm has the arguments alone,
 *   which are of the old program.
 * - The first check refuses a program that is privileged when it is read and
 *   has been replaced by another one before the second check.  If that program
 *   came only after the first check, two execs have changed self_exec_id.
 *
 * Return: 0, the error of check_access(), or -EAGAIN if @t changed meanwhile.
 */
static int read_thread(struct task_struct *t, int restrict_level,
		       struct mm_pages *sum)
{
	u64 exec_id = READ_ONCE(t->self_exec_id);
	int ret;

	ret = check_access(t, restrict_level);
	if (ret)
		return ret;
	if (!add_task(t, sum))
		return -EAGAIN;
	ret = check_access(t, restrict_level);
	if (ret)
		return ret;
	return READ_ONCE(t->self_exec_id) == exec_id ? 0 : -EAGAIN;
}

/* add_process() for one process.  Returns the thread with a reference. */
static struct task_struct *get_thread_with_mm(struct task_struct *task,
					      struct mm_pages *sum)
{
	unsigned int budget = TAMALLOC_BATCH;
	struct task_struct *t;

	if (task->flags & PF_KTHREAD)
		return NULL;
	rcu_read_lock();
	t = add_process(task, sum, &budget);
	if (t)
		get_task_struct(t);
	rcu_read_unlock();
	return t;
}

/*
 * Read the memory of @task's process if the caller may inspect it.  A caller
 * who may not inspect @task itself is refused before anything else is looked
 * at, so that the time shows nothing.  Then the thread that has the mm counts:
 * a leader that has exited keeps the dumpability it had.
 */
static int read_process(struct task_struct *task, int restrict_level,
			struct mm_pages *sum)
{
	struct task_struct *t;
	int ret;

	ret = check_access(task, restrict_level);
	if (ret)
		return ret;
	do {
		memset(sum, 0, sizeof(*sum));
		t = get_thread_with_mm(task, sum);
		if (!t)
			return -EINVAL;
		if (restrict_level != TAMALLOC_RESTRICT_NONE) {
			memset(sum, 0, sizeof(*sum));
			ret = read_thread(t, restrict_level, sum);
		}
		put_task_struct(t);
	} while (ret == -EAGAIN && !fatal_signal_pending(current));
	return ret;
}

/*
 * Return ESRCH for an ID that nobody has, after as much work as for a refusal:
 * the time must not show which processes TAMALLOC_RESTRICT_HIDE hides.
 */
static int no_process(int restrict_level)
{
	if (restrict_level == TAMALLOC_RESTRICT_HIDE) {
		get_task_struct(&init_task);
		check_access(&init_task, restrict_level);
		put_task_struct(&init_task);
	}
	return -ESRCH;
}

static int do_individual_stats(pid_t pid,
			       struct process_memory_stats __user *stats)
{
	int restrict_level = READ_ONCE(sysctl_tamalloc_restrict);
	struct process_memory_stats kstats = {};
	struct task_struct *task;
	struct mm_pages sum;
	int ret;

	task = find_get_task_by_vpid(pid);
	if (!task)
		return no_process(restrict_level);

	ret = read_process(task, restrict_level, &sum);
	kstats.oom_score = READ_ONCE(task->signal->oom_score_adj);
	put_task_struct(task);
	if (ret)
		return ret;

	kstats.reserved_memory_kb = PAGES_TO_KIB(sum.reserved);
	kstats.used_memory_kb = PAGES_TO_KIB(sum.used);
	if (sum.reserved)
		kstats.used_memory_percentage = 100 * sum.used / sum.reserved;
	if (copy_to_user(stats, &kstats, sizeof(kstats)))
		return -EFAULT;
	return 0;
}

/**
 * sys_tamalloc_get_stats - reserve demand-zero memory
 * @size: bytes, rounded up to whole pages
 *
 * The mapping is private, anonymous, read/write and not charged up front.
 * Despite its name the call allocates; the name is frozen.
 *
 * Return: the address, or
 * * -EINVAL - @size is 0
 * * -ENOMEM - the rounding overflows, or the address space, RLIMIT_AS or the
 *   overcommit policy refuses
 * * whatever else the mapping path answers (-EAGAIN under RLIMIT_MEMLOCK, say)
 */
SYSCALL_DEFINE1(tamalloc_get_stats, size_t, size)
{
	unsigned long len = PAGE_ALIGN(size);

	if (!size)
		return -EINVAL;
	if (!len)
		return -ENOMEM;
	return vm_mmap(NULL, 0, len, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, 0);
}

/**
 * sys_tamalloc_get_global_stats - reserved and used memory of all processes
 * @stats: where the sums go, in MiB
 *
 * Of the caller's PID namespace, processes, not threads; neither kernel
 * threads nor zombies.
 *
 * Return: 0, or
 * * -EFAULT - @stats can't be written
 * * -EINTR - a fatal signal came (the caller does not live to see it)
 */
SYSCALL_DEFINE1(tamalloc_get_global_stats,
		struct global_memory_stats __user *, stats)
{
	return do_global_stats(stats);
}

/**
 * sys_tamalloc_get_indiviual_stats - reserved and used memory of one process
 * @pid: ID of any of its threads, in the caller's PID namespace
 * @stats: where they go, in KiB
 *
 * Return: 0, or, checked in this order,
 * * -ESRCH - no such process, or vm.tamalloc_restrict=2 hides it
 * * -EPERM - vm.tamalloc_restrict=1 and the caller may not inspect it
 * * -EINVAL - it has no user memory: a kernel thread or a zombie
 * * -EFAULT - @stats can't be written
 */
SYSCALL_DEFINE2(tamalloc_get_indiviual_stats, pid_t, pid,
		struct process_memory_stats __user *, stats)
{
	return do_individual_stats(pid, stats);
}

/*
 * What a handler takes: a table that is const since Linux 6.11.  The handler
 * below has no other difference between the lines.
 */
#define HANDLER(table)	int (table, int, void *, size_t *, loff_t *)
#define HANDLER_TABLE							\
	typeof(__builtin_choose_expr(__same_type(proc_handler,		\
						 HANDLER(struct ctl_table *)), \
				     (struct ctl_table *)NULL,		\
				     (const struct ctl_table *)NULL))

/*
 * A sysctl's mode lets user ID 0 write, even where it has no capability.  It
 * shall not give itself what the level refuses for want of CAP_SYS_PTRACE.
 */
static int restrict_handler(HANDLER_TABLE table, int write, void *buffer,
			    size_t *lenp, loff_t *ppos)
{
	if (write && !capable(CAP_SYS_PTRACE))
		return -EPERM;
	return proc_dointvec_minmax(table, write, buffer, lenp, ppos);
}

/* Linux 6.1 needs an empty entry behind the last; later ones reject it. */
static struct {
	struct ctl_table table[1];
	struct ctl_table end;
} tamalloc_sysctls = {
	.table = {
		{
			.procname	= "tamalloc_restrict",
			.data		= &sysctl_tamalloc_restrict,
			.maxlen		= sizeof(sysctl_tamalloc_restrict),
			.mode		= 0644,
			.proc_handler	= restrict_handler,
			.extra1		= SYSCTL_ZERO,
			.extra2		= SYSCTL_TWO,
		},
	},
};

static int __init tamalloc_init(void)
{
	register_sysctl_init("vm", tamalloc_sysctls.table);
	return 0;
}
subsys_initcall(tamalloc_init);
