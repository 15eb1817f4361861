// SPDX-License-Identifier: GPL-2.0-or-later
#include <err.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "output/columns.h"
#include "shared/exit.h"
#include "shared/i18n.h"

static bool is_called(const char *name, const char *text, size_t len)
{
	return !strncasecmp(name, text, len) && !name[len];
}

int column_find(const struct columns *columns, const char *name, size_t len)
{
	for (size_t i = 0; i < columns->n; i++)
		if (is_called(columns->list[i].name, name, len) ||
		    is_called(columns->list[i].key, name, len))
			return i;
	return -1;
}

/* A column shown twice would make a duplicate key in JSON. */
static void add_once(size_t ids[COLUMNS_MAX], size_t *n, size_t id)
{
	for (size_t i = 0; i < *n; i++)
		if (ids[i] == id)
			return;
	ids[(*n)++] = id;
}

void columns_choose(const struct columns *columns, const char *text,
		    struct column_choice *choice)
{
	size_t len;

	*choice = (struct column_choice){ .given = true, .add = *text == '+' };
	for (text += choice->add;; text += len + 1) {
		int id;

		len = strcspn(text, ",");
		id = column_find(columns, text, len);
		if (id < 0)
			errx(EXIT_MISUSE, _("%.*s: no such column"), (int)len,
			     text);
		add_once(choice->ids, &choice->n, id);
		if (!text[len])
			return;
	}
}

size_t columns_shown(const struct columns *columns,
		     const struct column_choice *choice, unsigned int where,
		     size_t ids[COLUMNS_MAX])
{
	bool defaults = !choice->given || choice->add;
	size_t n = 0;

	for (size_t i = 0; defaults && i < columns->n; i++)
		if (columns->list[i].shown & where & ~IN_EVERY)
			add_once(ids, &n, i);
	for (size_t i = 0; i < choice->n; i++)
		add_once(ids, &n, choice->ids[i]);
	for (size_t i = 0; i < columns->n; i++)
		if (columns->list[i].shown & where & IN_EVERY)
			add_once(ids, &n, i);
	return n;
}

void columns_print_help(const struct columns *columns)
{
	for (size_t i = 0; i < columns->n; i++)
		printf(" %-21s %s\n", columns->list[i].name,
		       gettext(columns->list[i].help));
}
