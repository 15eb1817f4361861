// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "shared/xalloc.h"
#include "source/processes.h"
#include "source/syscalls.h"
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

static void ask(struct process *process)
{
	if (process->source->process(process->pid, &process->stats))
		process->error = errno;
}

static void know_nothing(struct process *process)
{
	process->has_owner = UNKNOWN;
	process->has_command = UNKNOWN;
	process->has_oom_score = UNKNOWN;
	process->has_start = UNKNOWN;
	process->has_details = UNKNOWN;
}

void processes_add(struct processes *processes, pid_t pid)
{
	struct process *process = new_process(processes);

	*process = (struct process){ .pid = pid, .source = processes->source };
	if (!processes->have_proc)
		know_nothing(process);
	ask(process);
}

bool process_has_ended(const struct process *process)
{
	return process->error == ESRCH || process->error == EINVAL;
}

void process_forget(struct process *process)
{
	know_nothing(process);
	process->error = ESRCH;
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
	struct process shown = { .pid = process->pid,
				 .source = &source_procfs };

	if (process->error != EPERM)
		return !process_has_ended(process);
	ask(&shown);
	return !process_has_ended(&shown);
}

/* Returns whether /proc has memory to show of what the system call denies. */
static bool is_hidden(const struct process *process)
{
	struct process shown = { .pid = process->pid,
				 .source = &source_procfs };

	if (process->source == &source_procfs || process->error != ESRCH)
		return false;
	ask(&shown);
	return !process_has_ended(&shown);
}

static void add_listed(pid_t pid, void *arg)
{
	struct processes *processes = arg;
	struct process *process;

	processes_add(processes, pid);
	process = &processes->list[processes->n - 1];
	processes->hidden |= is_hidden(process);
	if (!has_memory(process))
		processes->n--;
}

bool processes_add_all(struct processes *processes)
{
	if (!processes->have_proc || !procfs_each(add_listed, processes))
		return false;
	processes->hidden |= procfs_omits();
	return true;
}

struct counter {
	struct process_count count;
	bool uncertain; /* whether one of them has memory */
};

/* Counts a process that the sum of the system call includes. */
static void count_listed(pid_t pid, void *arg)
{
	struct process process = { .pid = pid, .source = &source_syscall };
	struct process shown = { .pid = pid, .source = &source_procfs };
	struct counter *counter = arg;

	ask(&process);
	if (process.error == ESRCH || process.error == EPERM) {
		/* It has ended, or is hidden; /proc may show which. */
		ask(&shown);
		if (process_has_ended(&shown))
			return;
		counter->count.hidden++;
		counter->uncertain |= shown.error;
	}
	counter->count.processes += process.error != EINVAL;
}

static struct process_count count_summed(void)
{
	struct counter counter = { 0 };
	bool counted = procfs_usable() && !procfs_omits() &&
		       procfs_each(count_listed, &counter);

	if (!counted || counter.uncertain)
		counter.count.processes = COUNT_UNKNOWN;
	if (!counted)
		counter.count.hidden = COUNT_UNKNOWN;
	return counter.count;
}

/* One walk through /proc does both. */
static long add_up_and_count(struct global_memory_stats *stats,
			     struct process_count *count)
{
	struct procfs_walk walk;

	if (procfs_totals(stats, &walk))
		return -1;
	*count = (struct process_count){
		.processes = walk.processes,
		.hidden = procfs_omits() ? COUNT_UNKNOWN : walk.denied,
	};
	return 0;
}

long processes_total(const struct source *source,
		     struct global_memory_stats *stats,
		     struct process_count *count)
{
	if (count && source == &source_procfs)
		return add_up_and_count(stats, count);
	if (source->global(stats))
		return -1;
	if (count)
		*count = count_summed();
	return 0;
}

static int by_pid(const void *a, const void *b)
{
	pid_t first = ((const struct process *)a)->pid;
	pid_t second = ((const struct process *)b)->pid;

	return (first > second) - (first < second);
}

static void free_details(struct processes *processes)
{
	for (size_t i = 0; i < processes->n; i++)
		details_free(processes->list[i].details);
}

void processes_free(struct processes *processes)
{
	free_details(processes);
	free(processes->list);
}

void processes_keep_order(struct processes *now, struct processes *before)
{
	struct processes done = *now;

	*now = *before;
	*before = done;
	free_details(now);
	now->n = 0;
}

void processes_keep(struct processes *now, struct processes *before)
{
	processes_keep_order(now, before);
	if (before->n)
		qsort(before->list, before->n, sizeof(*before->list), by_pid);
}

static bool is_same(const struct process *now, const struct process *before)
{
	return now->has_start == KNOWN && before->has_start == KNOWN &&
	       now->start == before->start;
}

void process_compare(struct process *now, const struct process *before)
{
	if (now->error || before->error)
		return;
	now->has_differences = true;
	now->reserved_difference =
		growth_in_bytes(now->stats.reserved_memory_kb,
				before->stats.reserved_memory_kb);
	now->used_difference = growth_in_bytes(now->stats.used_memory_kb,
					       before->stats.used_memory_kb);
}

void processes_compare(struct processes *now, const struct processes *before)
{
	for (size_t i = 0; i < now->n; i++) {
		struct process *process = &now->list[i];
		const struct process *last = NULL;
		uint64_t start;

		if (process->error || !process_start(process, &start))
			continue;
		if (before->n)
			last = bsearch(process, before->list, before->n,
				       sizeof(*before->list), by_pid);
		if (last && is_same(process, last))
			process_compare(process, last);
	}
}

/*
 * A value may be missing because it is hidden, or because the process has ended
 * since its memory was read.  Asking once more tells the two apart.
 */
static enum knowledge knowledge_of(struct process *process, bool known)
{
	struct process again = { .pid = process->pid,
				 .source = process->source };

	if (known)
		return KNOWN;
	if (!process->error) {
		ask(&again);
		if (process_has_ended(&again))
			process->error = again.error;
	}
	return UNKNOWN;
}

bool process_owner(struct process *process, uid_t *uid)
{
	if (process->has_owner == NOT_ASKED)
		process->has_owner = knowledge_of(
			process, procfs_owner(process->pid, &process->uid));
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
		process->has_command =
			knowledge_of(process, procfs_command(process->pid,
							     process->command));
	return process->has_command == KNOWN ? process->command : NULL;
}

bool process_oom_score(struct process *process, int *score)
{
	if (process->has_oom_score == NOT_ASKED)
		process->has_oom_score = knowledge_of(
			process,
			procfs_oom_score(process->pid, &process->oom_score));
	*score = process->oom_score;
	return process->has_oom_score == KNOWN;
}

bool process_start(struct process *process, uint64_t *ticks)
{
	if (process->has_start == NOT_ASKED)
		process->has_start = knowledge_of(
			process, procfs_start(process->pid, &process->start));
	*ticks = process->start;
	return process->has_start == KNOWN;
}

static struct details *details_of(struct process *process)
{
	if (!process->details)
		process->details = xcalloc(1, sizeof(*process->details));
	return process->details;
}

bool process_detail(struct process *process, enum detail detail, int64_t *value)
{
	bool again, known;

	if (process->has_details == UNKNOWN || process->error)
		return false;
	again = details_has_asked(details_of(process), detail);
	known = details_value(process->details, process->pid, detail, value);
	return again ? known : knowledge_of(process, known) == KNOWN;
}

const char *process_text(struct process *process, enum detail_text text)
{
	const char *found;
	bool again;

	if (process->has_details == UNKNOWN)
		return NULL;
	again = details_of(process)->text_read[text];
	found = details_text(process->details, process->pid, text);
	if (!again)
		knowledge_of(process, found);
	return found;
}

struct process *processes_add_sum(struct processes *processes, uint32_t details)
{
	struct process *sum = new_process(processes);

	*sum = (struct process){ .is_sum = true };
	know_nothing(sum);
	sum->has_details = KNOWN;
	details_begin_sums(details_of(sum), details);
	return sum;
}

static void add_detail(struct process *sum, struct process *process,
		       enum detail detail)
{
	int64_t value;

	if (process_detail(process, detail, &value))
		sum->details->values[detail] += value;
	else
		sum->details->known &= ~(UINT32_C(1) << detail);
}

/* Afterwards @error says whether the process has ended meanwhile. */
static void read_details(struct process *process, uint32_t details)
{
	int64_t value;

	for (int detail = 0; detail < DETAILS; detail++)
		if (details & UINT32_C(1) << detail)
			process_detail(process, detail, &value);
}

/* Percentages are of the sums, and not sums of percentages. */
static void add_stats(struct process_memory_stats *sum,
		      const struct process_memory_stats *stats)
{
	sum->reserved_memory_kb += stats->reserved_memory_kb;
	sum->used_memory_kb += stats->used_memory_kb;
	if (sum->reserved_memory_kb)
		sum->used_memory_percentage =
			sum->used_memory_kb * 100 / sum->reserved_memory_kb;
}

void process_add_to(struct process *sum, struct process *process,
		    uint32_t details)
{
	read_details(process, details);
	if (process_has_ended(process))
		return;
	if (process->error) {
		sum->n_left_out++;
	} else {
		for (int detail = 0; detail < DETAILS; detail++)
			if (details & UINT32_C(1) << detail)
				add_detail(sum, process, detail);
		add_stats(&sum->stats, &process->stats);
		sum->n_summed++;
	}
	sum->error = sum->n_summed ? 0 : process->error;
}

void process_copy_owner(struct process *sum, struct process *process)
{
	if (process_owner(process, &sum->uid))
		sum->has_owner = KNOWN;
}

void process_copy_command(struct process *sum, struct process *process)
{
	const char *command = process_command(process);

	if (!command)
		return;
	strcpy(sum->command, command);
	sum->has_command = KNOWN;
}

void process_copy_text(struct process *sum, struct process *process,
		       enum detail_text text)
{
	const char *found = process_text(process, text);

	if (!found)
		return;
	sum->details->texts[text] = xmalloc(strlen(found) + 1);
	strcpy(sum->details->texts[text], found);
}
