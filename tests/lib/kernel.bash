# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What kernel/Makefile and tests/vm/Makefile know.

makefile_var() { # DIRECTORY VARIABLE [ARGUMENT]...
	local top=${BASH_SOURCE[0]%/*}/../..
	make -s --no-print-directory -C "$top/$1" "print-$2" "${@:3}"
}

# A variable of kernel/Makefile, for KERNEL and FLAVOUR or what ARGUMENTs say.
kernel_var() { # VARIABLE [ARGUMENT]...
	makefile_var kernel "$@"
}

# One of tests/vm/Makefile: a disk, or the packages for it.
vm_var() { # VARIABLE [ARGUMENT]...
	makefile_var tests/vm "$@"
}

# The kernel to boot: IMAGE, if that is set.
kernel_image() {
	echo "${IMAGE-$(kernel_var OBJ)/arch/x86/boot/bzImage}"
}

# What our packages are called; the top Makefile exports the first four.  Those of the
# kernel, and the command's built with them, are in $DIST/$RELEASE.  Goes to the top.
set_names() {
	cd "${BASH_SOURCE[0]%/*}/../.." || return
	export KERNEL=${KERNEL-$(kernel/line default)} FLAVOUR=${FLAVOUR-vm}
	export O=${O-$PWD/build} DIST=${DIST-$PWD/dist}
	export RELEASE SRCVER OURS VERSION
	RELEASE=$(kernel_var RELEASE)
	SRCVER=$(kernel_var SRCVER)
	OURS=$(kernel_var OURS)
	VERSION=$(kernel_var VERSION)
}
