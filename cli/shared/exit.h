/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EXIT_H
#define EXIT_H

/*
 * In addition to EXIT_SUCCESS and EXIT_FAILURE; util-linux has the last one,
 * too.
 */
enum {
	EXIT_MISUSE = 2,
	EXIT_NO_SYSCALLS = 3,
	EXIT_SOME_FAILED = 64,
};

#endif /* EXIT_H */
