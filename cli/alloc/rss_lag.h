/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How far used memory may lag on the running kernel. */
#ifndef RSS_LAG_H
#define RSS_LAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Returns by how many bytes VmRSS may lag behind a thread that touches memory:
 * before 6.2, a thread kept its pages to itself for up to 66 page faults.
 */
size_t rss_lag(void);

/*
 * Returns whether the lag may be why used memory grew by less than was touched.
 */
bool rss_lag_explains(size_t touched, int64_t growth);
void rss_lag_warn(void);

#endif /* RSS_LAG_H */
