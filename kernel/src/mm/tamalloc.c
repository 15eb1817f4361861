// SPDX-License-Identifier: GPL-2.0-only
/*
 * tamalloc: demand-zero reservations, and what all processes or one of them
 * have reserved (VmSize) and use (VmRSS).
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
 * Tasks looked at between two pauses that nobody asked for: those only end the
 * RCU read section, so that grace periods don't wait for the whole walk.
 */
#define TAMALLOC_BATCH		128

/* How often a walk that lost its place in a pause begins anew. */
#define TAMALLOC_RESTARTS	3

#define PAGES_TO_KIB(pages)	((pages) << (PAGE_SHIFT - 10))
#define PAGES_TO_MIB(pages)	((pages) >> (20 - PAGE_SHIFT))

/* vm.tamalloc_restrict: who may ask about others' processes. */
#define TAMALLOC_RESTRICT_NONE	0	/* anyone, as stock /proc */
#define TAMALLOC_RESTRICT_DENY	1	/* who may ptrace-read it; else EPERM */
#define TAMALLOC_RESTRICT_HIDE	2	/* the same; else ESRCH */

static int sysctl_tamalloc_restrict __read_mostly = TAMALLOC_RESTRICT_NONE;

/**
 * struct mm_pages - a sum over address spaces, in pages
 * @reserved: VmSize; the 47 bits of the 2^22 processes that there can be fit
 * @used: VmRSS
 */
struct mm_pages {
	unsigned long reserved;
	unsigned long used;
};

/**
 * struct pace - when a walk pauses
 * @budget: tasks that may be looked at before the next pause
 * @pauses: how many there were
 */
struct pace {
	unsigned int budget;
	unsigned int pauses;
};

/**
 * struct tamalloc_walk - a walk over all processes of a PID namespace
 * @ns: the namespace
 * @start: when the walk began, on the clock of task_struct::start_time
 * @pace: when it pauses
 * @sum: what has been counted so far
 */
struct tamalloc_walk {
	struct pid_namespace *ns;
	u64 start;
	struct pace pace;
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
 * Add the memory of @t's mm, if it has one, and tell whether it has.  The task
 * lock keeps the mm alive: exit and exec need it to take the mm away.  So no
 * reference is taken, and no mmput(), which may sleep, is due under RCU.
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
 * Whether it is time for a pause, before the next task is looked at.  Asked for
 * each, since what a task costs grows with the number of CPUs where the RSS
 * counters are per CPU.
 */
static __always_inline bool pause_is_due(struct pace *pace)
{
	return unlikely(!--pace->budget || need_resched());
}

/* Leave the RCU read section for a moment and give the CPU away if asked to. */
static void rcu_pause(struct pace *pace)
	__must_hold(RCU)
{
	pace->budget = TAMALLOC_BATCH;
	pace->pauses++;
	rcu_read_unlock();
	cond_resched();
	rcu_read_lock();
}

/*
 * rcu_pause() before a thread is looked at.  Returns the thread that bears its
 * ID now, or NULL.  That is another one if an exec exchanged their IDs, but of
 * the same process, and in its list.
 */
static struct task_struct *pause_at_thread(struct task_struct *t,
					   struct pace *pace)
	__must_hold(RCU)
{
	struct pid *pid = get_task_pid(t, PIDTYPE_PID);

	rcu_pause(pace);
	t = pid_task(pid, PIDTYPE_PID);
	put_pid(pid);
	return t;
}

/*
 * rcu_pause() before a process is looked at.  Tells whether its leader is in
 * the list of processes still, so that its links can be followed: a reference
 * keeps the task, but not its place.  Whoever leaves the list, or gives its
 * place to another thread in an exec, gives up its TGID first; and the thread
 * that takes it has the TGID before it has the place (see de_thread()), so that
 * only @p itself will do.
 */
static noinline bool pause_at_process(struct task_struct *p, struct pace *pace)
	__must_hold(RCU)
{
	struct pid *pid = get_task_pid(p, PIDTYPE_TGID);
	bool listed;

	get_task_struct(p);
	rcu_pause(pace);
	listed = pid_task(pid, PIDTYPE_TGID) == p;
	put_task_struct(p);
	put_pid(pid);
	return listed;
}

/*
 * The next ID in use from *@nr on, which it moves behind that, or NULL.  Slower
 * than a list, for all threads have one, but a number can't die: who goes
 * through the IDs always gets to the end.
 */
static struct pid *next_id(int *nr, struct pid_namespace *ns)
	__must_hold(RCU)
{
	struct pid *pid = find_ge_pid(*nr, ns);

	if (pid)
		*nr = pid_nr_ns(pid, ns) + 1;
	return pid;
}

/*
 * add_process() for who lost its place in the list of threads too often.  Goes
 * through the IDs anew while a thread lives: memory may have moved to a smaller
 * number meanwhile, the leader's in an exec, or a new thread's where numbers
 * wrap around.
 */
static struct task_struct *add_process_by_ids(struct task_struct *p,
					      struct mm_pages *sum,
					      struct pace *pace)
	__must_hold(RCU)
{
	unsigned int tries = TAMALLOC_RESTARTS;
	struct task_struct *t;
	struct pid *pid;
	int nr;

	do {
		nr = 1;
		while ((pid = next_id(&nr, &init_pid_ns))) {
			t = pid_task(pid, PIDTYPE_PID);
			if (t && same_thread_group(t, p) && add_task(t, sum))
				return t;
			if (pause_is_due(pace)) {
				rcu_pause(pace);
				if (fatal_signal_pending(current))
					return NULL;
			}
		}
	} while (atomic_read(&p->signal->live) && tries--);
	return NULL;
}

/**
 * add_process - add the memory of a process any of whose threads has an mm
 * @p: a task of the process, on which the caller holds a reference
 * @sum: what to add to
 * @pace: when to pause
 *
 * Pauses before it looks at a thread, so that whichever task bears that
 * thread's ID afterwards is looked at.  Threads join at the list's end, and
 * one without an mm creates none: to walk on from a thread that had no mm
 * misses nothing.  The restarts are few, since dead threads are reaped at
 * somebody's will.
 *
 * Return: the thread whose mm was added, or NULL if none has one or a fatal
 * signal came.
 */
static struct task_struct *add_process(struct task_struct *p,
				       struct mm_pages *sum, struct pace *pace)
	__must_hold(RCU)
{
	unsigned int tries = 1 + TAMALLOC_RESTARTS;
	struct task_struct *t;

again:
	if (!tries--)
		return add_process_by_ids(p, sum, pace);
	for_each_thread(p, t) {
		if (pause_is_due(pace)) {
			t = pause_at_thread(t, pace);
			if (fatal_signal_pending(current))
				return NULL;
			if (!t)
				goto again;
		}
		if (add_task(t, sum))
			return t;
	}
	return NULL;
}

/*
 * Count a process whose leader has no mm: that has exited, and others live, or
 * it's a zombie.  Returns as visit_process() does.
 */
static noinline bool visit_exited_leader(struct tamalloc_walk *w,
					 struct task_struct *p)
	__must_hold(RCU)
{
	struct pid *pid = get_task_pid(p, PIDTYPE_TGID);
	unsigned int pauses = w->pace.pauses;
	bool listed;

	get_task_struct(p);
	add_process(p, &w->sum, &w->pace);
	listed = w->pace.pauses == pauses || pid_task(pid, PIDTYPE_TGID) == p;
	put_task_struct(p);
	put_pid(pid);
	return listed;
}

/*
 * Count the process led by @p.  Tells whether @p's links can be followed: not
 * if there was a pause and it isn't in the list any more.
 */
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
 * Follow the list of thread-group leaders.  Whoever lives through the walk is
 * counted once: new processes join at the end, an exec'ing thread takes its
 * leader's place, and a pause happens before a process is looked at and
 * resumes at that same process, whose place in the list is valid.
 *
 * A process born after the start ends the walk, so that forks can't prolong
 * it: what is behind was added even later.
 *
 * Returns -EAGAIN if the walk lost its place in a pause.
 */
static int walk_leaders(struct tamalloc_walk *w)
	__must_hold(RCU)
{
	struct task_struct *p;

	for_each_process(p) {
		if (pause_is_due(&w->pace)) {
			if (p->start_time > w->start)
				break;
			if (!pause_at_process(p, &w->pace))
				return -EAGAIN;
			if (fatal_signal_pending(current))
				return -EINTR;
		}
		if (!visit_process(w, p))
			return -EAGAIN;
	}
	return 0;
}

/* walk_leaders() for who lost its place too often. */
static noinline int walk_ids(struct tamalloc_walk *w)
	__must_hold(RCU)
{
	struct task_struct *p;
	struct pid *pid;
	int nr = 1;

	while ((pid = next_id(&nr, w->ns))) {
		p = pid_task(pid, PIDTYPE_TGID);
		if (p)
			visit_process(w, p);
		if (pause_is_due(&w->pace)) {
			rcu_pause(&w->pace);
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
		.pace.budget = TAMALLOC_BATCH,
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

/* A call has two entries, one for 32 bits, and what they do is one copy. */
static noinline int do_global_stats(struct global_memory_stats __user *stats)
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

/*
 * Whether the caller may see what was read from @task, by the rule of
 * vm.tamalloc_restrict: 0 or the error that the call answers with.
 */
static int check_restrict(struct task_struct *task, int restrict_level)
{
	if (restrict_level == TAMALLOC_RESTRICT_NONE ||
	    ptrace_may_access(task, PTRACE_MODE_READ_FSCREDS |
				    PTRACE_MODE_NOAUDIT))
		return 0;
	return restrict_level == TAMALLOC_RESTRICT_DENY ? -EPERM : -ESRCH;
}

/*
 * Read the memory of @task's process and ask afterwards whether the caller may
 * have it, of the very thread whose mm it was: the leader of others that has
 * exited tells only whether it was dumpable then.
 */
static int read_process(struct task_struct *task, int restrict_level,
			struct mm_pages *sum)
{
	struct pace pace = { .budget = TAMALLOC_BATCH };
	struct task_struct *t = NULL;
	int ret;

	rcu_read_lock();
	if (!(task->flags & PF_KTHREAD))
		t = add_process(task, sum, &pace);
	get_task_struct(t ?: task);
	rcu_read_unlock();

	ret = check_restrict(t ?: task, restrict_level);
	put_task_struct(t ?: task);
	if (ret)
		return ret;
	return t ? 0 : -EINVAL;
}

/* As read_process(), while no exec can change mm and credentials. */
static int read_process_restricted(struct task_struct *task, int restrict_level,
				   struct mm_pages *sum)
{
	struct rw_semaphore *lock = &task->signal->exec_update_lock;
	int ret;

	ret = down_read_killable(lock);
	if (ret)
		return ret;
	ret = read_process(task, restrict_level, sum);
	up_read(lock);
	return ret;
}

static noinline int do_individual_stats(pid_t pid,
					struct process_memory_stats __user *stats)
{
	int restrict_level = READ_ONCE(sysctl_tamalloc_restrict);
	struct process_memory_stats kstats = {};
	struct mm_pages sum = {};
	struct task_struct *task;
	int ret;

	task = find_get_task_by_vpid(pid);
	if (!task)
		return -ESRCH;

	if (restrict_level == TAMALLOC_RESTRICT_NONE)
		ret = read_process(task, restrict_level, &sum);
	else
		ret = read_process_restricted(task, restrict_level, &sum);
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
