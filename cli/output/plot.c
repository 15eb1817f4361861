// SPDX-License-Identifier: GPL-2.0-or-later
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "output/plot.h"
#include "shared/exit.h"
#include "shared/i18n.h"
#include "shared/interrupt.h"

#define SUFFIX ".XXXXXX"
#define LINKS_MAX 40 /* the kernel follows no more */

/* Replaces the link @path by its target; returns false if it is no link. */
static bool follow(char path[PATH_MAX])
{
	const char *slash = strrchr(path, '/');
	char link[PATH_MAX];
	ssize_t n = readlink(path, link, sizeof(link));
	size_t start;

	if (n <= 0)
		return false;
	start = slash && *link != '/' ? slash + 1 - path : 0;
	if (start + n >= PATH_MAX)
		return false;
	memcpy(path + start, link, n);
	path[start + n] = '\0';
	return true;
}

/* Returns the name to write to; @path may be a dangling link to it. */
static const char *resolve(const char *path, char target[PATH_MAX])
{
	snprintf(target, PATH_MAX, "%s", path);
	for (int i = 0; i < LINKS_MAX && follow(target); i++)
		;
	return target;
}

/*
 * Devices and pipes are written to, because a file must not replace them, and
 * so are files without a name, such as /dev/fd/3.  Something that cannot be
 * examined is not a new file.
 */
static bool is_replaced(const char *path)
{
	struct stat st;

	if (stat(path, &st))
		return errno == ENOENT;
	return S_ISREG(st.st_mode) && st.st_nlink;
}

/* Makes a new file beside @path, named @temporary; returns -1 on failure. */
static int open_temporary(const char *path, char temporary[PATH_MAX])
{
	if (snprintf(temporary, PATH_MAX, "%s" SUFFIX, path) >= PATH_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return mkostemp(temporary, O_CLOEXEC);
}

/* Tests writing before the work, not after it. */
static bool is_writable(const char *path)
{
	char target[PATH_MAX], temporary[PATH_MAX];
	int fd;

	if (!is_replaced(path))
		return !access(path, W_OK);
	/* Don't replace a file that its owner has write-protected. */
	if (access(path, W_OK) && errno != ENOENT)
		return false;
	fd = open_temporary(resolve(path, target), temporary);
	if (fd < 0)
		return false;
	unlink(temporary);
	close(fd);
	return true;
}

/* Returns whether @fd leads to the file, which would have two writers. */
static bool is_stream(const struct stat *file, int fd)
{
	struct stat st;

	return !S_ISCHR(file->st_mode) && !fstat(fd, &st) &&
	       st.st_dev == file->st_dev && st.st_ino == file->st_ino;
}

static void check_existing(const char *path, const struct stat *st)
{
	if (S_ISDIR(st->st_mode))
		errx(EXIT_FAILURE, _("%s: is a directory"), path);
	if (is_stream(st, STDOUT_FILENO) || is_stream(st, STDERR_FILENO))
		errx(EXIT_FAILURE, _("%s: is already being written to"), path);
	/* access(2) does not find this, and opening a pipe would wait. */
	if (S_ISSOCK(st->st_mode)) {
		errno = ENXIO;
		err(EXIT_FAILURE, "%s", path);
	}
}

void plot_check(const char *path)
{
	struct stat st;

	if (!*path)
		errx(EXIT_MISUSE, _("--plot: a file name is missing"));
	if (!stat(path, &st))
		check_existing(path, &st);
	else if (errno != ENOENT)
		err(EXIT_FAILURE, "%s", path);
	if (!is_writable(path))
		err(EXIT_FAILURE, "%s", path);
}

static bool write_to(int fd, const struct chart *chart)
{
	FILE *file = fdopen(fd, "w");
	bool failed;

	if (!file) {
		close(fd);
		return false;
	}
	chart_write(file, chart);
	failed = ferror(file);
	return !(fclose(file) || failed);
}

/* Returns the mode of the replaced file, or that of open(2). */
static void give_usual_mode(int fd, const char *path)
{
	mode_t mask = umask(0);
	struct stat st;

	umask(mask);
	fchmod(fd, stat(path, &st) ? 0666 & ~mask : st.st_mode & 07777);
}

static bool replace(const char *path, const struct chart *chart)
{
	char target[PATH_MAX], temporary[PATH_MAX];
	int fd, why;

	path = resolve(path, target);
	fd = open_temporary(path, temporary);
	if (fd < 0)
		return false;
	give_usual_mode(fd, path);
	if (write_to(fd, chart) && !interrupted() && !rename(temporary, path))
		return true;
	/* Keep the errno that says why, not that of unlink(). */
	why = errno;
	unlink(temporary);
	errno = why;
	return false;
}

bool plot_write(const char *path, const struct chart *chart)
{
	bool written;

	if (is_replaced(path)) {
		written = replace(path, chart);
	} else {
		int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);

		written = fd >= 0 && write_to(fd, chart);
	}
	if (!written && !interrupted())
		warn("%s", path);
	return written;
}
