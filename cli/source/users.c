// SPDX-License-Identifier: GPL-2.0-or-later
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "shared/number.h"
#include "shared/xalloc.h"
#include "source/users.h"

/* The users seen so far: a machine has few, and looking one up may be slow. */
struct user {
	struct user *next;
	uid_t uid;
	char name[];
};

static struct user *users;

static struct user *remember(uid_t uid, const char *name)
{
	struct user *user = xmalloc(sizeof(*user) + strlen(name) + 1);

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
	uint64_t number;

	if (entry) {
		*uid = entry->pw_uid;
		return true;
	}
	/* The last UID means none. */
	if (!number_parse(text, 0, (uid_t)-1 - 1, &number))
		return false;
	*uid = number;
	return true;
}
