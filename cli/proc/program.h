/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The program that the command line names behind "--". */
#ifndef PROGRAM_H
#define PROGRAM_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct program {
	pid_t pid;
	bool ended;
	int status; /* as of wait(2) */
	int64_t max_used;
};

/*
 * Starts the program, or exits with the shell's status for one that cannot be
 * started.  From then on our standard output is standard error, since the
 * program's is its own.  With @adopt, descendants that lose their parent become
 * our children.
 */
void program_start(struct program *program, char **argv, bool adopt);

/* Takes note of its end, without waiting; buries adopted processes as well. */
void program_reap(struct program *program);

/* Passes SIGTERM on, and waits for the end. */
void program_terminate(struct program *program);

/* Returns the exit status that a shell would give. */
int program_exit_status(const struct program *program);

#endif /* PROGRAM_H */
