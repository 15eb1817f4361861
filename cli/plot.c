// SPDX-License-Identifier: GPL-2.0-or-later
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"
#include "i18n.h"
#include "interrupt.h"
#include "plot.h"
#include "svg.h"

#define SUFFIX ".XXXXXX"

/* The name to write to, where @path may be a link to it. */
static const char *resolve(const char *path, char target[PATH_MAX])
{
	return realpath(path, target) ? target : path;
}

/* A device or a pipe is written to; it must not be replaced by a file. */
static bool is_replaced(const char *path)
{
	struct stat st;

	return stat(path, &st) || S_ISREG(st.st_mode);
}

/* Fails now rather than after the experiment. */
static bool is_writable(const char *path)
{
	char target[PATH_MAX], copy[PATH_MAX];

	if (!is_replaced(path))
		return !access(path, W_OK);
	if (strlen(path) + sizeof(SUFFIX) > PATH_MAX) {
		errno = ENAMETOOLONG;
		return false;
	}
	strcpy(copy, resolve(path, target));
	return !access(dirname(copy), W_OK | X_OK);
}

void plot_begin(struct plot *plot, const char *path,
		const struct experiment *exp)
{
	const struct plan *plan = exp->plan;
	struct stat st;

	if (!stat(path, &st) && S_ISDIR(st.st_mode))
		errx(EXIT_FAILURE, _("%s: is a directory"), path);
	if (!is_writable(path))
		err(EXIT_FAILURE, "%s", path);
	plot->path = path;
	series_init(&plot->series, plan->release ? 2 * plan->touch :
						   plan->touch);
}

void plot_add(struct plot *plot, const struct experiment *exp,
	      const struct sample *sample)
{
	int64_t used = sample_used_growth(exp, sample);
	int64_t reserved = sample_reserved_growth(exp, sample);
	const struct point point = {
		.done = sample->touched + sample->released,
		.reserved = reserved > 0 ? reserved : 0,
		.used = used > 0 ? used : 0,
	};

	if (sample->stage != BEFORE)
		series_add(&plot->series, &point);
}

static bool write_to(int fd, const struct plot *plot,
		     const struct experiment *exp)
{
	FILE *file = fdopen(fd, "w");
	bool failed;

	if (!file) {
		close(fd);
		return false;
	}
	svg_write(file, exp, &plot->series);
	failed = ferror(file);
	return !(fclose(file) || failed);
}

/* As open(2) would have made it. */
static void give_usual_mode(int fd)
{
	mode_t mask = umask(0);

	umask(mask);
	fchmod(fd, 0666 & ~mask);
}

static bool replace(const struct plot *plot, const struct experiment *exp)
{
	char target[PATH_MAX], temporary[PATH_MAX + sizeof(SUFFIX)];
	const char *path = resolve(plot->path, target);
	int fd;

	snprintf(temporary, sizeof(temporary), "%s" SUFFIX, path);
	fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0)
		return false;
	give_usual_mode(fd);
	if (write_to(fd, plot, exp) && !interrupted() &&
	    !rename(temporary, path))
		return true;
	/* What unlink() says would not tell why. */
	int why = errno;

	unlink(temporary);
	errno = why;
	return false;
}

bool plot_write(const struct plot *plot, const struct experiment *exp)
{
	bool written;

	if (is_replaced(plot->path)) {
		written = replace(plot, exp);
	} else {
		int fd = open(plot->path, O_WRONLY | O_CLOEXEC);

		written = fd >= 0 && write_to(fd, plot, exp);
	}
	if (!written && !interrupted())
		warn("%s", plot->path);
	return written;
}
