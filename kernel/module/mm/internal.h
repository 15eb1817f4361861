/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What mm/tamalloc.c takes of the kernel's mm/internal.h, which is in no headers
 * package: the sum that our series adds to it.  Since Linux 6.2 the counters are
 * per CPU.
 */
#include <linux/cpumask.h>
#include <linux/mm.h>
#include <linux/percpu_counter.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
#include "rss-6.12.h"
#else
#include "rss-6.1.h"
#endif
