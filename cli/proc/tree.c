// SPDX-License-Identifier: GPL-2.0-or-later
#include <err.h>
#include <stdbool.h>
#include <stdlib.h>

#include "proc/tree.h"
#include "shared/xalloc.h"
#include "source/procfs.h"

struct child {
	pid_t parent;
	pid_t pid;
};

/* All processes, by the IDs of their parents. */
struct children {
	struct child *list;
	size_t n;
	size_t room;
};

void tree_add(struct tree *tree, pid_t pid)
{
	if (tree->n == tree->room) {
		tree->room = tree->room ? 2 * tree->room : 16;
		tree->pids = xreallocarray(tree->pids, tree->room,
					   sizeof(*tree->pids));
	}
	tree->pids[tree->n++] = pid;
}

static void add_child(pid_t pid, void *arg)
{
	struct children *children = arg;
	struct child child = { .pid = pid };

	if (!procfs_parent(pid, &child.parent))
		return;
	if (children->n == children->room) {
		children->room = children->room ? 2 * children->room : 256;
		children->list = xreallocarray(children->list, children->room,
					       sizeof(*children->list));
	}
	children->list[children->n++] = child;
}

static int by_parent(const void *a, const void *b)
{
	const struct child *first = a, *second = b;

	if (first->parent != second->parent)
		return first->parent < second->parent ? -1 : 1;
	return (first->pid > second->pid) - (first->pid < second->pid);
}

/* Returns the index of the first child of @parent, or where it would be. */
static size_t first_child(const struct children *children, pid_t parent)
{
	size_t low = 0, high = children->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (children->list[middle].parent < parent)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Returns whether @pid is one of the first @n. */
static bool has(const struct tree *tree, size_t n, pid_t pid)
{
	for (size_t i = 0; i < n; i++)
		if (tree->pids[i] == pid)
			return true;
	return false;
}

static void add_children(struct tree *tree, const struct children *children,
			 pid_t parent, size_t n_named)
{
	size_t at = first_child(children, parent);

	for (; at < children->n && children->list[at].parent == parent; at++)
		if (!has(tree, n_named, children->list[at].pid))
			tree_add(tree, children->list[at].pid);
}

void tree_descend(struct tree *tree)
{
	struct children children = { 0 };
	size_t n_named = tree->n;

	if (!procfs_each(add_child, &children))
		err(EXIT_FAILURE, "/proc");
	if (children.n)
		qsort(children.list, children.n, sizeof(*children.list),
		      by_parent);
	for (size_t i = 0; i < tree->n; i++)
		add_children(tree, &children, tree->pids[i], n_named);
	free(children.list);
}
