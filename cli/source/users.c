// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/i18n.h"
#include "source/users.h"

/* Those seen so far: a machine has few, and asking for one may be slow. */
static struct user {
	struct user *next;
	uid_t uid;
	char name[];
} *users;

static struct user *remember(uid_t uid, const char *name)
{
	struct user *user = malloc(sizeof(*user) + strlen(name) + 1);

	if (!user)
		errx(EXIT_FAILURE, _("out of memory"));
	user->uid = uid;
	strcpy(user->name, name);
	user->next = users;
	users = user;
	return user;
}

const char *user_name(uid_t uid)
{
	const struct passwd *entry;
	char digits[16];

	for (const struct user *user = users; user; user = user->next)
		if (user->uid == uid)
			return user->name;
	entry = getpwuid(uid);
	snprintf(digits, sizeof(digits), "%u", uid);
	return remember(uid, entry ? entry->pw_name : digits)->name;
}

bool user_parse(const char *text, uid_t *uid)
{
	const struct passwd *entry = getpwnam(text);
	unsigned long number;
	char *end;

	if (entry) {
		*uid = entry->pw_uid;
		return true;
	}
	errno = 0;
	number = strtoul(text, &end, 10);
	*uid = number;
	/* The last one means none. */
	return isdigit((unsigned char)*text) && !*end && !errno &&
	       number < (uid_t)-1;
}
