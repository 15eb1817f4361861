/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The same experiment with other ways to get memory. */
#ifndef COMPARE_H
#define COMPARE_H

#include "alloc/request.h"

/* Returns the command's exit status. */
int compare_run(const struct request *req);

#endif /* COMPARE_H */
