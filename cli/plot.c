// SPDX-License-Identifier: GPL-2.0-or-later
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
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

/* A new file beside @path, whose name is then in @temporary; or -1. */
static int open_temporary(const char *path, char temporary[PATH_MAX])
{
	if (snprintf(temporary, PATH_MAX, "%s" SUFFIX, path) >= PATH_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return mkostemp(temporary, O_CLOEXEC);
}

/* Nobody wants to hear it after the experiment. */
static bool is_writable(const char *path)
{
	char target[PATH_MAX], temporary[PATH_MAX];
	int fd;

	if (!is_replaced(path))
		return !access(path, W_OK);
	fd = open_temporary(resolve(path, target), temporary);
	if (fd < 0)
		return false;
	unlink(temporary);
	close(fd);
	return true;
}

void plot_check(const char *path)
{
	struct stat st;

	if (!*path)
		errx(EXIT_MISUSE, _("--plot: a file name is missing"));
	if (!stat(path, &st) && S_ISDIR(st.st_mode))
		errx(EXIT_FAILURE, _("%s: is a directory"), path);
	if (!is_writable(path))
		err(EXIT_FAILURE, "%s", path);
}

static bool write_to(int fd, const struct experiment *exp,
		     const struct series *series)
{
	FILE *file = fdopen(fd, "w");
	bool failed;

	if (!file) {
		close(fd);
		return false;
	}
	svg_write(file, exp, series);
	failed = ferror(file);
	return !(fclose(file) || failed);
}

/* That of the file to be replaced, or as open(2) would have made it. */
static void give_usual_mode(int fd, const char *path)
{
	mode_t mask = umask(0);
	struct stat st;

	umask(mask);
	fchmod(fd, stat(path, &st) ? 0666 & ~mask : st.st_mode & 07777);
}

static bool replace(const char *path, const struct experiment *exp,
		    const struct series *series)
{
	char target[PATH_MAX], temporary[PATH_MAX];
	int fd, why;

	path = resolve(path, target);
	fd = open_temporary(path, temporary);
	if (fd < 0)
		return false;
	give_usual_mode(fd, path);
	if (write_to(fd, exp, series) && !interrupted() &&
	    !rename(temporary, path))
		return true;
	/* What unlink() says would not tell why. */
	why = errno;
	unlink(temporary);
	errno = why;
	return false;
}

bool plot_write(const char *path, const struct experiment *exp,
		const struct series *series)
{
	bool written;

	if (is_replaced(path)) {
		written = replace(path, exp, series);
	} else {
		int fd = open(path, O_WRONLY | O_CLOEXEC);

		written = fd >= 0 && write_to(fd, exp, series);
	}
	if (!written && !interrupted())
		warn("%s", path);
	return written;
}
