// SPDX-License-Identifier: GPL-2.0-or-later
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "alloc/experiment.h"
#include "shared/clock.h"
#include "shared/i18n.h"
#include "shared/interrupt.h"
#include "shared/size.h"
#include "source/procfs.h"

enum stage plan_last_stage(const struct plan *plan)
{
	return plan->release ? RELEASED : TOUCHED;
}

size_t plan_work(const struct plan *plan)
{
	return plan->release ? 2 * plan->touch : plan->touch;
}

const char *experiment_thp(const struct experiment *exp)
{
	return thp_in_force(exp->plan.thp, exp->thp_system);
}

int64_t sample_used_growth(const struct experiment *exp,
			   const struct sample *sample)
{
	return growth_in_bytes(sample->stats.used_memory_kb,
			       exp->samples[BEFORE].stats.used_memory_kb);
}

int64_t sample_reserved_growth(const struct experiment *exp,
			       const struct sample *sample)
{
	return growth_in_bytes(sample->stats.reserved_memory_kb,
			       exp->samples[BEFORE].stats.reserved_memory_kb);
}

/* Measures memory first, before the other questions use some. */
static void measure(struct experiment *exp, enum stage stage)
{
	struct sample *now = &exp->now;

	now->stage = stage;
	if (exp->src->process(getpid(), &now->stats))
		err(EXIT_FAILURE, _("cannot measure this process"));
	now->oom_score_known =
		exp->proc && procfs_oom_score(getpid(), &now->oom_score);
	exp->samples[stage] = *now;
	if (exp->observe)
		exp->observe(exp->observer, now);
}

static _Noreturn void cannot_reserve(size_t size)
{
	char text[SIZE_TEXT];

	/* This does not change errno. */
	size_format(text, size);
	if (errno == ENOMEM)
		errx(EXIT_FAILURE,
		     _("cannot reserve %s: refused by the address space, "
		       "ulimit -v or vm.overcommit_memory"),
		     text);
	err(EXIT_FAILURE, _("cannot reserve %s"), text);
}

static void reserve(struct experiment *exp)
{
	struct rusage before, after;
	double start;
	long address;

	getrusage(RUSAGE_SELF, &before);
	start = clock_now();
	address = exp->src->reserve(exp->plan.size);
	exp->reserve_seconds = clock_now() - start;
	if (address == -1)
		cannot_reserve(exp->plan.size);
	getrusage(RUSAGE_SELF, &after);
	exp->reserve_faults = after.ru_minflt - before.ru_minflt;
	exp->memory = (unsigned char *)address;
}

/*
 * Pages are visited as the kernel has them.  malloc(3)'s memory begins within a
 * page, which is left out if there are others.
 */
static void align(struct touch *touch)
{
	size_t skipped = -(uintptr_t)touch->memory % touch->page;

	if (skipped >= touch->size)
		return;
	touch->memory += skipped;
	touch->size -= skipped;
	if (touch->total > touch->size)
		touch->total = touch->size;
}

static void prepare_touch(struct experiment *exp)
{
	const struct plan *plan = &exp->plan;
	struct touch *touch = &exp->touch;
	size_t pages;

	*touch = (struct touch){
		.memory = exp->memory,
		.size = plan->size,
		.total = plan->touch,
		.read = plan->read,
		.verify = plan->verify,
		.page = sysconf(_SC_PAGESIZE),
	};
	align(touch);
	pages = (touch->size + touch->page - 1) / touch->page;
	if (plan->random)
		page_order_random(&touch->order, pages, plan->seed);
	else
		page_order_sequential(&touch->order, pages);
}

typedef enum touch_end advance_function(struct touch *touch, size_t until);

/* Does a step; its faults and its time include nothing else. */
static enum touch_end step(struct experiment *exp, advance_function *advance,
			   size_t until)
{
	struct rusage before, after;
	enum touch_end end;
	double start;

	getrusage(RUSAGE_SELF, &before);
	start = clock_now();
	end = advance(&exp->touch, until);
	exp->now.seconds += clock_now() - start;
	getrusage(RUSAGE_SELF, &after);
	exp->now.minor_faults += after.ru_minflt - before.ru_minflt;
	exp->now.major_faults += after.ru_majflt - before.ru_majflt;
	return end;
}

static size_t next_stop(const struct experiment *exp, size_t done)
{
	size_t bytes = exp->plan.step, total = exp->touch.total;

	if (!bytes || total - done <= bytes)
		return total;
	return done + bytes;
}

/*
 * Waits after a step of @bytes bytes, which began at @start.  At a rate, a step
 * takes its full time, however fast it was and whatever came in between.
 */
static void pause_after(const struct plan *plan, double start, size_t bytes,
			bool last)
{
	if (plan->rate)
		interrupt_sleep(start + bytes / plan->rate);
	else if (plan->interval && !last)
		interrupt_sleep(clock_now() + plan->interval);
}

/* Does all steps of a stage; there is one even if there is no byte. */
static enum touch_end run_stage(struct experiment *exp, enum stage stage,
				advance_function *advance, size_t *done)
{
	bool last;

	exp->now.stage = stage;
	exp->touch.done = 0;
	do {
		double start = clock_now();
		size_t before = *done;
		enum touch_end end;

		end = step(exp, advance, next_stop(exp, before));
		*done = exp->touch.done;
		if (end)
			return end;
		measure(exp, stage);
		last = *done >= exp->touch.total;
		pause_after(&exp->plan, start, *done - before, last);
	} while (!last);
	return TOUCH_DONE;
}

/*
 * Runs the code of the experiment on one page.  Its code and data are then in
 * memory before the experiment, and don't add to the figures during it.
 */
static void rehearse(const struct experiment *exp)
{
	struct experiment trial = *exp;
	size_t page = sysconf(_SC_PAGESIZE);

	trial.plan.size = page;
	trial.plan.touch = page;
	trial.observe = NULL;
	trial.memory = mmap(NULL, page, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (trial.memory == MAP_FAILED)
		err(EXIT_FAILURE, "mmap");
	prepare_touch(&trial);
	measure(&trial, BEFORE);
	step(&trial, touch_until, page);
	trial.touch.done = 0;
	step(&trial, touch_release_until, page);
	measure(&trial, RELEASED);
	munmap(trial.memory, page);
}

void experiment_prepare(struct experiment *exp)
{
	exp->thp_system = thp_system();
	exp->proc = procfs_usable();
}

enum touch_end experiment_run(struct experiment *exp)
{
	enum touch_end end;

	rehearse(exp);
	measure(exp, BEFORE);
	reserve(exp);
	thp_advise(exp->memory, exp->plan.size, exp->plan.thp);
	prepare_touch(exp);
	measure(exp, RESERVED);
	end = run_stage(exp, TOUCHED, touch_until, &exp->now.touched);
	if (end || !exp->plan.release)
		return end;
	return run_stage(exp, RELEASED, touch_release_until,
			 &exp->now.released);
}

void experiment_free(struct experiment *exp)
{
	munmap(exp->memory, exp->plan.size);
}
