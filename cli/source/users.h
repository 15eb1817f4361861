/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef USERS_H
#define USERS_H

#include <stdbool.h>
#include <sys/types.h>

/* Returns the name, or the UID in digits without one; never freed. */
const char *user_name(uid_t uid);

/* Reads a name or a UID. */
bool user_parse(const char *text, uid_t *uid);

#endif /* USERS_H */
