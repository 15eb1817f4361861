// SPDX-License-Identifier: GPL-2.0-or-later
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/array.h"
#include "shared/xalloc.h"
#include "source/cgroup.h"
#include "source/details.h"
#include "source/kernel_file.h"
#include "source/procfs.h"

#define BIT(detail) (UINT32_C(1) << (detail))
#define UNSET INT64_MIN

/* A file of /proc/PID, and the lines of it that matter. */
struct file {
	const char *name;
	size_t n;
	struct {
		const char *line;
		enum detail detail;
	} lines[7];
};

static const struct file status = {
	"status",
	7,
	{
		{ "Threads", DETAIL_THREADS },
		{ "VmHWM", DETAIL_PEAK },
		{ "RssAnon", DETAIL_ANON },
		{ "RssFile", DETAIL_FILE },
		{ "RssShmem", DETAIL_SHARED },
		{ "VmSwap", DETAIL_SWAP },
		{ "HugetlbPages", DETAIL_HUGETLB },
	},
};

/* USS is what is private, clean or dirty; so the first detail takes both. */
static const struct file smaps = {
	"smaps_rollup",
	3,
	{
		{ "Pss", DETAIL_PSS },
		{ "Private_Clean", DETAIL_USS },
		{ "Private_Dirty", DETAIL_USS },
	},
};

static void set(struct details *details, enum detail detail, int64_t number)
{
	if (number == UNSET)
		return;
	if (detail != DETAIL_THREADS)
		number *= 1024;
	details->values[detail] += number;
	details->known |= BIT(detail);
}

static void read_file(struct details *details, pid_t pid,
		      const struct file *file)
{
	struct named_number lines[ARRAY_SIZE(file->lines)];
	int64_t numbers[ARRAY_SIZE(file->lines)] = { 0 };
	char path[64];
	pid_t tid;

	for (size_t i = 0; i < file->n; i++) {
		details->read |= BIT(file->lines[i].detail);
		numbers[i] = UNSET;
		lines[i] = (struct named_number){ file->lines[i].line,
						  &numbers[i] };
	}
	snprintf(path, sizeof(path), "/proc/%d/%s", pid, file->name);
	kernel_file_named(path, lines, file->n);
	if (numbers[file->n - 1] == UNSET && (tid = procfs_thread(pid))) {
		snprintf(path, sizeof(path), "/proc/%d/%s", tid, file->name);
		kernel_file_named(path, lines, file->n);
	}
	for (size_t i = 0; i < file->n; i++)
		set(details, file->lines[i].detail, numbers[i]);
}

bool details_value(struct details *details, pid_t pid, enum detail detail,
		   int64_t *value)
{
	if (!details_has_asked(details, detail))
		read_file(details, pid, detail < DETAIL_PSS ? &status : &smaps);
	*value = details->values[detail];
	return details->known & BIT(detail);
}

/* The arguments end in NUL bytes each; one that is cleared has none. */
static char *read_args(pid_t pid)
{
	size_t size;
	char *text = procfs_read_all(pid, "cmdline", &size);
	char command[COMMAND_TEXT], *name;

	while (size && !text[size - 1])
		size--;
	for (size_t i = 0; i < size; i++)
		if (!text[i])
			text[i] = ' ';
	if (!text)
		return NULL;
	text[size] = '\0';
	if (size || !procfs_command(pid, command))
		return text;
	free(text);
	if (asprintf(&name, "[%s]", command) < 0)
		out_of_memory();
	return name;
}

static char *read_path(pid_t pid, const char *controller)
{
	char path[64];
	bool own;

	snprintf(path, sizeof(path), "/proc/%d/cgroup", pid);
	return cgroup_path(path, controller, &own);
}

static char *read_cgroup(pid_t pid)
{
	return read_path(pid, "memory");
}

static bool ends_in(const char *text, const char *end)
{
	size_t len = strlen(text), end_len = strlen(end);

	return len > end_len && !strcmp(text + len - end_len, end);
}

static bool is_unit(const char *name)
{
	static const char *const types[] = {
		".service", ".scope", ".socket", ".mount", ".swap",
	};

	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (ends_in(name, types[i]))
			return true;
	return false;
}

/*
 * As ps(1) has it: the first part of the path that is no slice.  systemd puts a
 * "_" before what would read as one of the kernel's own files.
 */
static char *read_unit(pid_t pid)
{
	char *path = read_path(pid, "name=systemd"), *rest = path;

	if (!path)
		return NULL;
	for (char *part; (part = strsep(&rest, "/"));) {
		if (!*part || ends_in(part, ".slice"))
			continue;
		part += *part == '_';
		if (is_unit(part)) {
			memmove(path, part, strlen(part) + 1);
			return path;
		}
		break;
	}
	free(path);
	return NULL;
}

const char *details_text(struct details *details, pid_t pid,
			 enum detail_text text)
{
	static char *(*const read[])(pid_t pid) = {
		[DETAIL_ARGS] = read_args,
		[DETAIL_CGROUP] = read_cgroup,
		[DETAIL_UNIT] = read_unit,
	};

	if (!details->text_read[text])
		details->texts[text] = read[text](pid);
	details->text_read[text] = true;
	return details->texts[text];
}

void details_begin_sums(struct details *details, uint32_t known)
{
	details->read = BIT(DETAILS) - 1;
	details->known = known;
	for (size_t i = 0; i < DETAIL_TEXTS; i++)
		details->text_read[i] = true;
}

void details_free(struct details *details)
{
	if (!details)
		return;
	for (size_t i = 0; i < DETAIL_TEXTS; i++)
		free(details->texts[i]);
	free(details);
}
