// SPDX-License-Identifier: GPL-2.0-or-later
#include <err.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alloc/request.h"
#include "shared/array.h"
#include "shared/exit.h"
#include "shared/i18n.h"
#include "shared/number.h"
#include "shared/size.h"
#include "shared/words.h"

/* The steps of --interval without --step. */
#define STEPS_OF_INTERVAL 20
/* The steps of --rate without --step. */
#define STEPS_A_SECOND 10

enum {
	OPT_TOUCH = OPT_COMMON_END,
	OPT_STEP,
	OPT_RATE,
	OPT_INTERVAL,
	OPT_PATTERN,
	OPT_SEED,
	OPT_READ,
	OPT_VERIFY,
	OPT_THP,
	OPT_RELEASE,
	OPT_PLOT,
	OPT_COMPARE,
	OPT_HOLD,
};

/* Arguments that can only be read together with other options. */
struct draft {
	const struct command *cmd;
	struct request *req;
	const char *touch;
	const char *step;
	const char *rate;
	const char *interval;
	const char *seed;
};

static _Noreturn void refuse(const char *text, const char *why)
{
	errx(EXIT_MISUSE, "%s: %s", text, why);
}

static size_t parse_size(const char *text)
{
	size_t size;
	const char *why = size_parse(text, &size);

	if (why)
		refuse(text, why);
	return size;
}

static double parse_seconds(const char *text)
{
	double seconds;
	const char *why = seconds_parse(text, &seconds);

	if (why)
		refuse(text, why);
	return seconds;
}

/* Reads a size, or a whole percentage of @size. */
static size_t parse_touch(const char *text, size_t size)
{
	uint64_t percent;
	const char *unit = number_prefix(text, &percent);
	size_t touch;

	if (unit && !strcmp(unit, "%")) {
		if (percent > 100)
			refuse(text, _("more than all of it"));
		return size * percent / 100;
	}
	touch = parse_size(text);
	if (touch > size)
		errx(EXIT_MISUSE, _("--touch is more than SIZE"));
	return touch;
}

/* Reads a size a second; /s may be omitted. */
static size_t parse_rate(const char *text)
{
	size_t len = strlen(text), rate;
	char size[SIZE_TEXT];
	const char *why;

	if (len > 2 && !strcmp(text + len - 2, "/s"))
		len -= 2;
	if (len >= sizeof(size))
		refuse(text, _("not a rate (a size a second, as in 10M/s)"));
	memcpy(size, text, len);
	size[len] = '\0';
	why = size_parse(size, &rate);
	if (why)
		refuse(text, why);
	if (!rate)
		refuse(text, _("nothing would ever be touched"));
	return rate;
}

static uint64_t parse_seed(const char *text)
{
	uint64_t seed;

	/* JSON shows it as a signed number. */
	if (!number_parse(text, 0, INT64_MAX, &seed))
		refuse(text, _("not a seed (a whole number)"));
	return seed;
}

static bool parse_pattern(const struct command *cmd, const char *text)
{
	static const char *const patterns[] = { "sequential", "random" };

	if (word_find(patterns, ARRAY_SIZE(patterns), text) < 0)
		misuse(cmd, _("%s: not a pattern (sequential or random)"),
		       text);
	return !strcmp(text, "random");
}

static enum thp parse_thp(const struct command *cmd, const char *text)
{
	enum thp thp;

	if (!thp_parse(text, &thp))
		misuse(cmd, _("%s: not a setting (default, never or always)"),
		       text);
	return thp;
}

static void parse_hold(struct request *req, const char *seconds)
{
	req->hold = true;
	req->hold_seconds = seconds ? parse_seconds(seconds) : INFINITY;
}

/* Takes the options that say how to touch, but not how much. */
static bool take_touch_option(struct draft *draft, int c)
{
	struct plan *plan = &draft->req->plan;

	switch (c) {
	case OPT_STEP:
		draft->step = optarg;
		break;
	case OPT_RATE:
		draft->rate = optarg;
		break;
	case OPT_INTERVAL:
		draft->interval = optarg;
		break;
	case OPT_PATTERN:
		plan->random = parse_pattern(draft->cmd, optarg);
		break;
	case OPT_SEED:
		draft->seed = optarg;
		break;
	case OPT_READ:
		plan->read = true;
		break;
	case OPT_VERIFY:
		plan->verify = true;
		break;
	case OPT_RELEASE:
		plan->release = true;
		break;
	default:
		return false;
	}
	return true;
}

static void take_option(struct draft *draft, int c)
{
	struct request *req = draft->req;

	if (take_touch_option(draft, c))
		return;
	switch (c) {
	case OPT_TOUCH:
		draft->touch = optarg;
		break;
	case OPT_THP:
		req->plan.thp = parse_thp(draft->cmd, optarg);
		break;
	case OPT_PLOT:
		req->plot = optarg;
		break;
	case OPT_COMPARE:
		req->compare = true;
		break;
	case OPT_HOLD:
		parse_hold(req, optarg);
		break;
	}
}

static void check_together(const struct draft *draft)
{
	static const int of_touch[] = {
		OPT_STEP, OPT_RATE,   OPT_INTERVAL, OPT_PATTERN,
		OPT_READ, OPT_VERIFY, OPT_RELEASE,
	};
	static const struct option_pair exclusive[] = {
		{ OPT_RATE, OPT_INTERVAL },
		{ OPT_COMPARE, OPT_RATE },
		{ OPT_COMPARE, OPT_INTERVAL },
		{ OPT_COMPARE, OPT_VERIFY },
		{ OPT_COMPARE, OPT_RELEASE },
		{ OPT_COMPARE, OPT_PLOT },
		{ OPT_COMPARE, OPT_HOLD },
		{ OPT_COMPARE, 'o' },
		{ 0 },
	};
	const struct options *opts = &draft->req->opts;

	options_require(draft->cmd, opts, of_touch, ARRAY_SIZE(of_touch),
			OPT_TOUCH);
	options_exclude(draft->cmd, opts, exclusive);
	if (draft->seed && !draft->req->plan.random)
		misuse(draft->cmd, _("--%s does nothing without --%s"), "seed",
		       "pattern=random");
}

static size_t whole_pages(size_t bytes)
{
	size_t page = sysconf(_SC_PAGESIZE);

	return (bytes + page - 1) / page * page;
}

/* Rounds up to whole pages, at least one. */
static size_t part_of(size_t bytes, size_t parts)
{
	return whole_pages(bytes / parts + !(bytes / parts));
}

static size_t choose_step(const struct draft *draft)
{
	const struct plan *plan = &draft->req->plan;
	size_t step;

	if (draft->step) {
		step = parse_size(draft->step);
		if (!step)
			refuse(draft->step, _("nothing to touch in a step"));
		return whole_pages(step);
	}
	if (draft->rate)
		return part_of(plan->rate, STEPS_A_SECOND);
	if (draft->interval)
		return part_of(plan->touch, STEPS_OF_INTERVAL);
	return 0;
}

static void complete_plan(const struct draft *draft)
{
	struct request *req = draft->req;
	struct plan *plan = &req->plan;

	if (draft->touch)
		plan->touch = parse_touch(draft->touch, plan->size);
	if (draft->rate)
		plan->rate = parse_rate(draft->rate);
	if (draft->interval)
		plan->interval = parse_seconds(draft->interval);
	plan->seed = draft->seed ? parse_seed(draft->seed) : 1;
	plan->step = choose_step(draft);
	req->stepped = plan->step;
}

void request_parse(struct request *req, const struct command *cmd, int argc,
		   char **argv)
{
	struct draft draft = { .cmd = cmd, .req = req };
	int c;

	while ((c = options_next(cmd, argc, argv, &req->opts)) != -1)
		take_option(&draft, c);
	if (optind == argc)
		misuse(cmd, _("SIZE is missing"));
	if (optind + 1 < argc)
		misuse(cmd, _("%s: unexpected"), argv[optind + 1]);

	req->plan.size = parse_size(argv[optind]);
	if (!req->plan.size)
		refuse(argv[optind], _("nothing to reserve"));
	check_together(&draft);
	complete_plan(&draft);
}

const struct option request_options[] = {
	{ "touch", required_argument, NULL, OPT_TOUCH },
	{ "step", required_argument, NULL, OPT_STEP },
	{ "rate", required_argument, NULL, OPT_RATE },
	{ "interval", required_argument, NULL, OPT_INTERVAL },
	{ "pattern", required_argument, NULL, OPT_PATTERN },
	{ "seed", required_argument, NULL, OPT_SEED },
	{ "read", no_argument, NULL, OPT_READ },
	{ "verify", no_argument, NULL, OPT_VERIFY },
	{ "thp", required_argument, NULL, OPT_THP },
	{ "release", no_argument, NULL, OPT_RELEASE },
	{ "plot", required_argument, NULL, OPT_PLOT },
	{ "compare", no_argument, NULL, OPT_COMPARE },
	{ "hold", optional_argument, NULL, OPT_HOLD },
	COMMON_OPTIONS,
};
