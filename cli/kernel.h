/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the running kernel is known for. */
#ifndef KERNEL_H
#define KERNEL_H

#include <stddef.h>
#include <stdint.h>

/*
 * Bytes by which VmRSS may lag behind a thread that touches memory: until 6.2,
 * a thread kept its pages to itself for up to 66 page faults.
 */
size_t kernel_rss_lag(void);

/* Says so, where that may be why @growth is less than was touched. */
void kernel_explain_lag(size_t touched, int64_t growth);

#endif /* KERNEL_H */
