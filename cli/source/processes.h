/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Processes, and the known values of each. */
#ifndef PROCESSES_H
#define PROCESSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "source/details.h"
#include "source/procfs.h"
#include "source/source.h"

enum knowledge {
	NOT_ASKED,
	UNKNOWN,
	KNOWN,
};

struct process {
	pid_t pid;
	const struct source *source;
	int error; /* of reading its memory; 0: @stats is set */
	struct process_memory_stats stats;

	/* A row of sums has no PID, and its figures are those of @n_summed. */
	bool is_sum;
	bool is_total;
	size_t n_summed;
	size_t n_left_out; /* denied, or not to be read */

	/* The change since the last sample, which may lack this process. */
	bool has_differences;
	int64_t reserved_difference;
	int64_t used_difference;

	/* Values of /proc, read when first needed. */
	enum knowledge has_owner;
	enum knowledge has_command;
	enum knowledge has_oom_score;
	enum knowledge has_start;
	enum knowledge has_details; /* UNKNOWN: there are none to ask for */
	uid_t uid;
	int oom_score;
	uint64_t start; /* in clock ticks since the machine started */
	char command[COMMAND_TEXT];
	struct details *details; /* NULL until one is asked for */
};

/* A list that grows; @list is NULL at first. */
struct processes {
	const struct source *source;
	bool have_proc; /* /proc is there and shows our PIDs */
	struct process *list;
	size_t n;
	bool hidden; /* at least one exists that is not in the list */
	size_t room;
};

/* The result of reading a process's memory. */
enum answer {
	ANSWER_OK,
	ANSWER_DENIED,
	ANSWER_GONE,
	ANSWER_NONE,  /* it has no memory */
	ANSWER_ERROR, /* reading it failed */
};

enum answer process_answer(const struct process *process);

/* Returns whether it has no memory any more, or never had any. */
bool process_has_ended(const struct process *process);

/* Makes it gone, and nothing known of it: another process has its ID now. */
void process_forget(struct process *process);

/* Reads one process, and keeps the result or the error. */
void processes_add(struct processes *processes, pid_t pid);

/*
 * Adds all processes that /proc lists, except those without memory (kernel
 * threads, zombies) and those that have ended.
 */
bool processes_add_all(struct processes *processes);

/* Numbers of processes; COUNT_UNKNOWN: at least one could not be counted. */
#define COUNT_UNKNOWN (-1)

struct process_count {
	long processes; /* in the sums */
	long hidden;    /* from this user; with source_procfs not in the sums */
};

/*
 * Adds up all processes like @source's global(), and counts those that are in
 * the sums: @count may be NULL, for it costs much with the system calls.
 */
long processes_total(const struct source *source,
		     struct global_memory_stats *stats,
		     struct process_count *count);

/*
 * processes_keep() turns the finished sample @now into @before, and empties
 * @now. processes_compare() then finds the differences of the next sample, of
 * processes that it knows to be the same by PID and start; it is called for
 * the first sample, too.  processes_keep_order() is for a list whose order is
 * needed as it is.
 */
void processes_keep(struct processes *now, struct processes *before);
void processes_keep_order(struct processes *now, struct processes *before);
void processes_compare(struct processes *now, const struct processes *before);

/* Sets the differences between two that are known to be the same. */
void process_compare(struct process *now, const struct process *before);

/*
 * A sum starts empty, and takes what is known of each process: of @details, a
 * bit for each, a sum is known if all parts of it are.  A process that has
 * ended adds nothing.
 */
struct process *processes_add_sum(struct processes *processes,
				  uint32_t details);
void process_add_to(struct process *sum, struct process *process,
		    uint32_t details);

/* Gives @sum a value that all its processes share. */
void process_copy_owner(struct process *sum, struct process *process);
void process_copy_command(struct process *sum, struct process *process);
void process_copy_text(struct process *sum, struct process *process,
		       enum detail_text text);

/*
 * These read /proc, once; NULL or false: unknown.  Where the process turns out
 * to have ended since its memory was read, @error says so from then on.
 */
const char *process_user(struct process *process);
const char *process_command(struct process *process);
bool process_owner(struct process *process, uid_t *uid);
bool process_oom_score(struct process *process, int *score);
bool process_start(struct process *process, uint64_t *ticks);
bool process_detail(struct process *process, enum detail detail,
		    int64_t *value);
const char *process_text(struct process *process, enum detail_text text);

void processes_free(struct processes *processes);

#endif /* PROCESSES_H */
