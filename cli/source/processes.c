// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>

#include "shared/xalloc.h"
#include "source/processes.h"
#include "source/users.h"

static struct process *new_process(struct processes *processes)
{
	if (processes->n == processes->room) {
		processes->room = processes->room ? 2 * processes->room : 64;
		processes->list =
			xreallocarray(processes->list, processes->room,
				      sizeof(*processes->list));
	}
	return &processes->list[processes->n++];
}

static void ask(struct process *process, const struct source *source)
{
	process->error =
		source->process(process->pid, &process->stats) ? errno : 0;
}

void processes_add(struct processes *processes, pid_t pid)
{
	struct process *process = new_process(processes);

	*process = (struct process){ .pid = pid };
	if (!processes->have_proc) {
		process->has_owner = UNKNOWN;
		process->has_command = UNKNOWN;
		process->has_oom_score = UNKNOWN;
	}
	ask(process, processes->source);
}

enum answer process_answer(const struct process *process)
{
	switch (process->error) {
	case 0:
		return ANSWER_OK;
	case EPERM:
	case EACCES:
		return ANSWER_DENIED;
	case ESRCH:
		return ANSWER_GONE;
	case EINVAL:
		return ANSWER_NONE;
	default:
		return ANSWER_ERROR;
	}
}

/*
 * A process that we may not read counts as having memory, unless /proc shows
 * everyone that it has none, as a kernel thread, or that it is gone.
 */
static bool has_memory(const struct process *process)
{
	struct process_memory_stats stats;

	switch (process->error) {
	case ESRCH:
	case EINVAL:
		return false;
	case EPERM:
		return !source_procfs.process(process->pid, &stats) ||
		       (errno != EINVAL && errno != ESRCH);
	default:
		return true;
	}
}

static void add_listed(pid_t pid, void *arg)
{
	struct processes *processes = arg;

	processes_add(processes, pid);
	if (!has_memory(&processes->list[processes->n - 1]))
		processes->n--;
}

bool processes_add_all(struct processes *processes)
{
	return processes->have_proc && procfs_each(add_listed, processes);
}

struct counter {
	const struct source *source;
	long n;
};

static void count_listed(pid_t pid, void *arg)
{
	struct counter *counter = arg;
	struct process process = { .pid = pid };

	ask(&process, counter->source);
	/* The sums of /proc include only what this user may read. */
	counter->n += counter->source == &source_procfs ? !process.error :
							  has_memory(&process);
}

bool processes_count(const struct source *source, long *count)
{
	struct counter counter = { .source = source };

	if (!procfs_usable() || !procfs_each(count_listed, &counter))
		return false;
	*count = counter.n;
	return true;
}

static int by_pid(const void *a, const void *b)
{
	pid_t first = ((const struct process *)a)->pid;
	pid_t second = ((const struct process *)b)->pid;

	return (first > second) - (first < second);
}

void processes_keep(struct processes *now, struct processes *before)
{
	struct processes done = *now;

	*now = *before;
	*before = done;
	now->n = 0;
	if (before->n)
		qsort(before->list, before->n, sizeof(*before->list), by_pid);
}

static void compare(struct process *now, const struct process *before)
{
	now->has_differences = true;
	now->reserved_difference =
		growth_in_bytes(now->stats.reserved_memory_kb,
				before->stats.reserved_memory_kb);
	now->used_difference = growth_in_bytes(now->stats.used_memory_kb,
					       before->stats.used_memory_kb);
}

void processes_compare(struct processes *now, const struct processes *before)
{
	if (!before->n)
		return;
	for (size_t i = 0; i < now->n; i++) {
		const struct process *same;

		same = bsearch(&now->list[i], before->list, before->n,
			       sizeof(*before->list), by_pid);
		if (same && !same->error && !now->list[i].error)
			compare(&now->list[i], same);
	}
}

static enum knowledge knowledge_of(bool known)
{
	return known ? KNOWN : UNKNOWN;
}

bool process_owner(struct process *process, uid_t *uid)
{
	if (process->has_owner == NOT_ASKED)
		process->has_owner =
			knowledge_of(procfs_owner(process->pid, &process->uid));
	*uid = process->uid;
	return process->has_owner == KNOWN;
}

const char *process_user(struct process *process)
{
	uid_t uid;

	return process_owner(process, &uid) ? user_name(uid) : NULL;
}

const char *process_command(struct process *process)
{
	if (process->has_command == NOT_ASKED)
		process->has_command = knowledge_of(
			procfs_command(process->pid, process->command));
	return process->has_command == KNOWN ? process->command : NULL;
}

bool process_oom_score(struct process *process, int *score)
{
	if (process->has_oom_score == NOT_ASKED)
		process->has_oom_score = knowledge_of(
			procfs_oom_score(process->pid, &process->oom_score));
	*score = process->oom_score;
	return process->has_oom_score == KNOWN;
}
