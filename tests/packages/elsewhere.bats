#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# DEBIAN=RELEASE: what make builds in a root of another Debian release.

setup_file() {
	bats_require_minimum_version 1.5.0
	cd "$BATS_TEST_DIRNAME/../.." || return
	export OTHER O=$BATS_FILE_TMPDIR/o DIST=$BATS_FILE_TMPDIR/dist
	OTHER=$(kernel/line releases | grep -vxF "$(kernel/line release)" | head -n 1)
	git status --porcelain >"$BATS_FILE_TMPDIR/status"
	make -s --no-print-directory deb TOOLS=y DEBIAN="$OTHER" O="$O" DIST="$DIST" >&2
}

teardown_file() {
	[[ $(id -u) == 0 ]] || sudo rm -rf "$O"
}

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return
}

in_other() { # COMMAND...
	env DEBIAN="$OTHER" O="$O/$OTHER" DIST="$DIST/$OTHER" ROOT="$O/$OTHER/root" debian/in-root "$@"
}

@test "the packages are for that release, and install there" {
	# shellcheck disable=SC2016 # for the inner shell
	run in_other sh -euxc '
		. /etc/os-release
		test "$VERSION_CODENAME" = "$1"
		apt-get -qq -y install --no-install-recommends "$2"/tamalloc-tools_*.deb
		tamalloc alloc 100M --touch 10M --verify --source=procfs' - "$OTHER" \
		"$DIST/$OTHER/tools"
	echo "$output"
	[[ $status -eq 0 && $output == *"all zero before"* ]]
}

@test "make there knows that release's lines, and no other" {
	run in_other make -n kernel KERNEL="$(DEBIAN=$OTHER kernel/line lines | head -n 1)"
	echo "$output"
	[[ $output != *"not supported"* ]]
	run in_other make -n kernel KERNEL=0.1
	[[ $output == *"KERNEL=0.1 is not supported on Debian $OTHER; lines: "* ]]
}

@test "nothing of all this landed in the checkout" {
	git status --porcelain | diff "$BATS_FILE_TMPDIR/status" -
}
