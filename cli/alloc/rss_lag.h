/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the running kernel is known for. */
#ifndef RSS_LAG_H
#define RSS_LAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Bytes by which VmRSS may lag behind a thread that touches memory: until 6.2,
 * a thread kept its pages to itself for up to 66 page faults.
 */
size_t kernel_rss_lag(void);

/* May that be why used memory grew by less than was touched? */
bool kernel_lags(size_t touched, int64_t growth);
void kernel_explain_lag(void);

#endif /* RSS_LAG_H */
