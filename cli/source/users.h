/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef USERS_H
#define USERS_H

#include <stdbool.h>
#include <sys/types.h>

/* A name, or the UID in digits where there is none; kept for good. */
const char *user_name(uid_t uid);

/* Takes a name or a UID. */
bool user_parse(const char *text, uid_t *uid);

#endif /* USERS_H */
