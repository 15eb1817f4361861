// SPDX-License-Identifier: GPL-2.0-or-later
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proc/program.h"

/* The statuses of a shell. */
#define EXIT_NOT_EXECUTABLE 126
#define EXIT_NOT_FOUND 127

static _Noreturn void execute(char **argv, int report)
{
	int why;

	execvp(*argv, argv);
	why = errno;
	if (write(report, &why, sizeof(why)) < 0)
		_exit(EXIT_FAILURE);
	_exit(EXIT_NOT_FOUND);
}

/* Waits until the program runs, which closes the pipe. */
static void check_start(const char *name, int report)
{
	int why;

	if (read(report, &why, sizeof(why)) == sizeof(why)) {
		errno = why;
		err(why == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE, "%s",
		    name);
	}
	close(report);
}

void program_start(struct program *program, char **argv, bool adopt)
{
	int report[2];

	if (adopt && prctl(PR_SET_CHILD_SUBREAPER, 1))
		err(EXIT_FAILURE, "prctl");
	if (pipe2(report, O_CLOEXEC))
		err(EXIT_FAILURE, "pipe");
	program->pid = fork();
	if (program->pid < 0)
		err(EXIT_FAILURE, "fork");
	if (!program->pid)
		execute(argv, report[1]);
	close(report[1]);
	/* As time(1): what a terminal sends reaches the program as well. */
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	check_start(*argv, report[0]);
	if (dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
		err(EXIT_FAILURE, "dup2");
}

static void note_end(struct program *program, pid_t pid, int status,
		     const struct rusage *usage)
{
	if (pid != program->pid)
		return;
	program->ended = true;
	program->status = status;
	program->max_used = usage->ru_maxrss * INT64_C(1024);
}

void program_reap(struct program *program)
{
	struct rusage usage;
	int status;
	pid_t pid;

	while ((pid = wait4(-1, &status, WNOHANG, &usage)) > 0)
		note_end(program, pid, status, &usage);
}

void program_terminate(struct program *program)
{
	struct rusage usage;
	int status;
	pid_t pid;

	kill(program->pid, SIGTERM);
	while (!program->ended) {
		pid = wait4(program->pid, &status, 0, &usage);
		if (pid < 0 && errno != EINTR)
			err(EXIT_FAILURE, "wait");
		note_end(program, pid, status, &usage);
	}
}

int program_exit_status(const struct program *program)
{
	if (WIFSIGNALED(program->status))
		return 128 + WTERMSIG(program->status);
	return WEXITSTATUS(program->status);
}
