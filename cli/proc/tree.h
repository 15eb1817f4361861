/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Processes and their descendants. */
#ifndef TREE_H
#define TREE_H

#include <stddef.h>
#include <sys/types.h>

/* A list of PIDs that grows; @pids is NULL at first. */
struct tree {
	pid_t *pids;
	size_t n;
	size_t room;
};

void tree_add(struct tree *tree, pid_t pid);

/* Adds the descendants of those in it, parents first.  Exits without /proc. */
void tree_descend(struct tree *tree);

#endif /* TREE_H */
