/* SPDX-License-Identifier: GPL-2.0 */
/* A row of the BPF iterator that lists processes. */
#ifndef SUM_H
#define SUM_H

struct row {
	unsigned long long pid;
	unsigned long long reserved;	/* pages */
	unsigned long long used;	/* pages */
};

#endif /* SUM_H */
