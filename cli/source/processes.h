/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Processes, and what is known of each. */
#ifndef PROCESSES_H
#define PROCESSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "source/procfs.h"
#include "source/source.h"

enum knowledge {
	NOT_ASKED,
	UNKNOWN,
	KNOWN,
};

struct process {
	pid_t pid;
	int error; /* of asking for its memory; 0: @stats is set */
	struct process_memory_stats stats;

	/* Against the last sample, which may not have had it. */
	bool has_differences;
	int64_t reserved_difference;
	int64_t used_difference;

	/* What /proc tells is asked for when it is first needed. */
	enum knowledge has_owner;
	enum knowledge has_command;
	enum knowledge has_oom_score;
	uid_t uid;
	int oom_score;
	char command[COMMAND_TEXT];
};

/* Grows as it is filled; @list is NULL at first. */
struct processes {
	const struct source *source;
	bool have_proc; /* and it shows the PIDs that we know */
	struct process *list;
	size_t n;
	size_t room;
};

/* What asking for a process's memory came to. */
enum answer {
	ANSWER_OK,
	ANSWER_DENIED,
	ANSWER_GONE,
	ANSWER_NONE,  /* it has no memory */
	ANSWER_ERROR, /* that we could not ask */
};

enum answer process_answer(const struct process *process);

/* Asks for one process, and keeps the answer whatever it is. */
void processes_add(struct processes *processes, pid_t pid);

/*
 * Adds those that /proc lists, without those that have no memory (kernel
 * threads, zombies) or have ended meanwhile.
 */
bool processes_add_all(struct processes *processes);

/* How many processes the sums over all of them count; false: unknown. */
bool processes_count(const struct source *source, long *count);

/*
 * Makes @now, which is done with, the sample @before, and @now empty; then, of
 * the next sample, finds the differences.
 */
void processes_keep(struct processes *now, struct processes *before);
void processes_compare(struct processes *now, const struct processes *before);

/* These ask /proc, once; NULL or false: unknown. */
const char *process_user(struct process *process);
const char *process_command(struct process *process);
bool process_owner(struct process *process, uid_t *uid);
bool process_oom_score(struct process *process, int *score);

#endif /* PROCESSES_H */
