/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The file systems that this process sees, from /proc/self/mountinfo. */
#ifndef MOUNTS_H
#define MOUNTS_H

#include <stdbool.h>

struct mount {
	char *root; /* what of the file system is mounted */
	char *point;
	char *type;
	char *options; /* of the file system, separated by commas */
};

/* Calls @visit mount by mount until it returns true; returns whether it did. */
bool mounts_find(bool (*visit)(const struct mount *mount, void *arg),
		 void *arg);

#endif /* MOUNTS_H */
