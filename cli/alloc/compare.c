// SPDX-License-Identifier: GPL-2.0-or-later
/* Each way has a process of its own, so that none disturbs another. */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "alloc/compare.h"
#include "alloc/rss_lag.h"
#include "alloc/thp.h"
#include "output/figure.h"
#include "output/stdout.h"
#include "output/table.h"
#include "shared/array.h"
#include "shared/i18n.h"
#include "shared/interrupt.h"
#include "shared/size.h"
#include "source/machine.h"

#define OWN_MEMORY (2 << 20)

struct method {
	const char *name;
	long (*reserve)(size_t size); /* NULL: that of the source */
};

/* How a child reports a sample, in one atomic write(2). */
struct message {
	struct sample sample;
	int64_t reserved;
	int64_t used;
	double reserve_seconds;
	long reserve_faults;
};

static long reserve_by_mmap(size_t size, int flags)
{
	return (long)mmap(NULL, size, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
}

static long reserve_mmap(size_t size)
{
	return reserve_by_mmap(size, MAP_NORESERVE);
}

/* The setting of the plan: a method's function gets only a size. */
static enum thp populated_thp;

/* Advice comes too late for populated memory, so this takes two steps. */
static long reserve_populated(size_t size)
{
	long memory;

	if (populated_thp == THP_DEFAULT)
		return reserve_by_mmap(size, MAP_POPULATE);
	memory = reserve_by_mmap(size, 0);
	if (memory == -1)
		return -1;
	thp_advise((void *)memory, size, populated_thp);
	if (madvise((void *)memory, size, MADV_POPULATE_WRITE))
		return -1;
	return memory;
}

static long or_error(void *memory)
{
	return memory ? (long)memory : -1;
}

static long reserve_malloc(size_t size)
{
	return or_error(malloc(size));
}

static long reserve_calloc(size_t size)
{
	return or_error(calloc(1, size));
}

static const struct method methods[] = {
	{ "tamalloc", NULL },
	{ "mmap", reserve_mmap },
	{ "malloc", reserve_malloc },
	{ "calloc", reserve_calloc },
	{ "populate", reserve_populated },
};

enum {
	METHOD,
	TOUCHED_SIZE,
	RESERVE_SECONDS,
	RESERVED_SIZE,
	USED_RESERVED,
	USED_TOUCHED,
	RESERVE_FAULTS,
	TOUCH_FAULTS,
	TOUCH_SECONDS,
	THP,
	THP_SYSTEM,
	LAG,
	SOURCE,
};

static const struct column list[] = {
	[METHOD] = { "METHOD", "method", TYPE_TEXT, SHOWN },
	[TOUCHED_SIZE] = { "TOUCHED", "touched", TYPE_SIZE, SHOWN },
	[RESERVE_SECONDS] = {
		"RESERVE_S", "reserve_seconds", TYPE_NUMBER,
		SHOWN, .decimals = 6,
	},
	[RESERVED_SIZE] = { "RESERVED", "reserved", TYPE_SIZE, SHOWN },
	[USED_RESERVED] = { "USED_FIRST", "used_reserved", TYPE_SIZE, SHOWN },
	[USED_TOUCHED] = { "USED", "used_touched", TYPE_SIZE, SHOWN },
	[RESERVE_FAULTS] = {
		"RESERVE_FLT", "reserve_faults", TYPE_NUMBER,
		IN_JSON,
	},
	[TOUCH_FAULTS] = { "MINFLT", "minor_faults", TYPE_NUMBER, SHOWN },
	[TOUCH_SECONDS] = {
		"TOUCH_S", "touch_seconds", TYPE_NUMBER, SHOWN,
		.decimals = 6,
	},
	[THP] = { "THP", "thp", TYPE_TEXT, IN_JSON },
	[THP_SYSTEM] = { "THP_SYSTEM", "thp_system", TYPE_TEXT, IN_JSON },
	[LAG] = { "LAG", "lag", TYPE_SIZE, IN_JSON },
	[SOURCE] = { "SOURCE", "source", TYPE_TEXT, IN_EVERY_JSON },
};

static const struct columns columns = {
	.json_name = "methods",
	.list = list,
	.n = ARRAY_SIZE(list),
};

/*
 * Returns what the methods need to use @size bytes: also the page tables, and
 * the processes' own memory, which a cgroup counts as well.
 */
static uint64_t needed_for(size_t size)
{
	return size + size / 256 + OWN_MEMORY;
}

/*
 * Refuses, so that the OOM killer need not choose a victim: in a cgroup with
 * memory.oom.group, that would be all processes, the shell among them.
 */
static void refuse_what_cannot_be_populated(const struct request *req)
{
	struct machine machine = machine_memory(true);
	char size[SIZE_TEXT], there[SIZE_TEXT];

	if (needed_for(req->plan.size) <= (uint64_t)machine.available)
		return;
	format_bytes(&req->opts.style, size, needed_for(req->plan.size));
	format_bytes(&req->opts.style, there, machine.available);
	errx(EXIT_FAILURE,
	     _("MAP_POPULATE would use %s at once, but only %s are "
	       "available"),
	     size, there);
}

/* In a child: the experiment, and the pipe to report to. */
struct child {
	struct experiment exp;
	int pipe;
};

static void send_sample(void *observer, const struct sample *sample)
{
	const struct child *child = observer;
	const struct message message = {
		.sample = *sample,
		.reserved = growth_or_none(
			sample_reserved_growth(&child->exp, sample)),
		.used = growth_or_none(sample_used_growth(&child->exp, sample)),
		.reserve_seconds = child->exp.reserve_seconds,
		.reserve_faults = child->exp.reserve_faults,
	};

	if (write(child->pipe, &message, sizeof(message)) != sizeof(message))
		_exit(EXIT_FAILURE);
}

/* If memory runs out nevertheless, this process must be the victim. */
static void volunteer_to_be_killed(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, "1000", 4) != 4)
		warn("/proc/self/oom_score_adj");
	close(fd);
}

static _Noreturn void run_child(const struct request *req,
				const struct source *src,
				const struct method *method, int pipe)
{
	struct source own = *src;
	struct child child = {
		.exp = {
			.plan = req->plan,
			.src = &own,
			.observe = send_sample,
			.observer = &child,
		},
		.pipe = pipe,
	};

	/* The parent prints its own buffered rows. */
	__fpurge(stdout);
	if (method->reserve)
		own.reserve = method->reserve;
	populated_thp = req->plan.thp;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	volunteer_to_be_killed();
	experiment_prepare(&child.exp);
	if (experiment_run(&child.exp))
		interrupt_die();
	_exit(EXIT_SUCCESS);
}

/* The rows, and the values that all of them share. */
struct comparison {
	const struct request *req;
	const struct source *src;
	const char *thp_system;
	struct table table;
	struct message reserved; /* by the current method, */
	struct message touched;  /* and its last step */
	bool lags;               /* at least one method lags */
	const struct method *at; /* the current method */
};

static const char *in_force(const struct comparison *comp)
{
	return thp_in_force(comp->req->plan.thp, comp->thp_system);
}

static void add_row(struct comparison *comp, const struct method *method)
{
	const struct message *reserved = &comp->reserved;
	const struct sample *sample = &comp->touched.sample;
	struct table *table = &comp->table;

	table_row_begin(table);
	table_text(table, METHOD, method->name);
	table_number(table, TOUCHED_SIZE, sample->touched);
	table_number(table, RESERVE_SECONDS, reserved->reserve_seconds * 1e6);
	table_number(table, RESERVED_SIZE, reserved->reserved);
	table_number(table, USED_RESERVED, reserved->used);
	table_number(table, USED_TOUCHED, comp->touched.used);
	table_number(table, RESERVE_FAULTS, reserved->reserve_faults);
	table_number(table, TOUCH_FAULTS, sample->minor_faults);
	table_number(table, TOUCH_SECONDS, sample->seconds * 1e6);
	table_text(table, THP, in_force(comp));
	table_text(table, THP_SYSTEM, comp->thp_system);
	table_number(table, LAG, rss_lag());
	table_text(table, SOURCE, comp->src->name);
	table_row_end(table);
}

static void take_message(struct comparison *comp, const struct method *method,
			 const struct message *message, bool shown)
{
	if (message->sample.stage == RESERVED)
		comp->reserved = *message;
	if (message->sample.stage != TOUCHED)
		return;
	comp->touched = *message;
	comp->lags |= rss_lag_explains(message->sample.touched, message->used);
	if (shown)
		add_row(comp, method);
}

/* Reads until the child closes its end, or this process is interrupted. */
static void read_child(struct comparison *comp, const struct method *method,
		       int pipe, bool shown)
{
	struct message message;

	while (!interrupted() &&
	       read(pipe, &message, sizeof(message)) == sizeof(message))
		take_message(comp, method, &message, shown);
}

/* Returns whether the method did everything. */
static bool end_child(pid_t pid, const struct method *method)
{
	int status;

	if (interrupted())
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			err(EXIT_FAILURE, "waitpid");
	if (WIFSIGNALED(status) && !interrupted())
		warnx(_("%s: ended by signal %d (%s)"), method->name,
		      WTERMSIG(status), strsignal(WTERMSIG(status)));
	return WIFEXITED(status) && !WEXITSTATUS(status);
}

static bool run_method(struct comparison *comp, const struct method *method,
		       bool shown)
{
	int pipes[2];
	pid_t pid;

	comp->at = method;
	if (pipe2(pipes, O_CLOEXEC))
		err(EXIT_FAILURE, "pipe");
	pid = fork();
	if (pid < 0)
		err(EXIT_FAILURE, "fork");
	if (!pid)
		run_child(comp->req, comp->src, method, pipes[1]);
	close(pipes[1]);
	read_child(comp, method, pipes[0], shown);
	close(pipes[0]);
	return end_child(pid, method);
}

/*
 * The first touch of memory may be slow: the host provides the memory of a
 * virtual machine just as lazily.  So a run that is not shown comes before the
 * first.
 */
static bool run_methods(struct comparison *comp)
{
	bool all = true;

	if (!run_method(comp, &methods[1], false))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(methods) && !interrupted(); i++)
		all &= run_method(comp, &methods[i], true);
	return all;
}

static void print_comparison(struct comparison *comp)
{
	bool for_people = comp->req->opts.style.format == FORMAT_TABLE;

	if (for_people)
		printf(_("Huge pages: %s (the system's setting: %s)\n"),
		       in_force(comp), comp->thp_system);
	table_close(&comp->table);
	if (stdout_flush() && for_people && options_notes(&comp->req->opts) &&
	    comp->lags && !comp->req->plan.read)
		rss_lag_warn();
}

int compare_run(const struct request *req)
{
	struct comparison comp = {
		.req = req,
		.src = options_source(&req->opts),
		.thp_system = thp_system(),
	};
	bool all;

	refuse_what_cannot_be_populated(req);
	interrupt_catch();
	table_open(&comp.table, &columns, &req->opts.style, 0);
	all = run_methods(&comp);
	if (all || comp.table.n_rows)
		print_comparison(&comp);
	if (interrupted()) {
		warnx(_("interrupted while running %s"), comp.at->name);
		interrupt_die();
	}
	return all ? EXIT_SUCCESS : EXIT_FAILURE;
}
