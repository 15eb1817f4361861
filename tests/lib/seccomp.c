// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * usage: seccomp ERRNO COMMAND [ARGUMENT]...
 *
 * Runs COMMAND behind a filter that answers the three system calls with ERRNO
 * (EPERM or ENOSYS), as those of containers do.
 */
#include <err.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static void install(unsigned int error)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 551, 0, 2),
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, 553, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = {
		.len = sizeof(filter) / sizeof(*filter),
		.filter = filter,
	};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		err(EXIT_FAILURE, "seccomp");
}

int main(int argc, char **argv)
{
	if (argc < 3)
		errx(2, "usage: seccomp ERRNO COMMAND [ARGUMENT]...");
	install(strcmp(argv[1], "EPERM") ? ENOSYS : EPERM);
	execvp(argv[2], argv + 2);
	err(EXIT_FAILURE, "%s", argv[2]);
}
