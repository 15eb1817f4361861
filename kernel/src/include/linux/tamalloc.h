/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_TAMALLOC_H
#define _LINUX_TAMALLOC_H

/* vm.tamalloc_restrict: who may ask about others' processes. */
#define TAMALLOC_RESTRICT_NONE	0	/* anyone, as stock /proc */
#define TAMALLOC_RESTRICT_DENY	1	/* who may ptrace-read it; else EPERM */
#define TAMALLOC_RESTRICT_HIDE	2	/* the same; else ESRCH */

extern int sysctl_tamalloc_restrict;

#endif /* _LINUX_TAMALLOC_H */
