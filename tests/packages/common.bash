# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# For what make and its packages are: hosts that are made up, and the checkout, in
# which nothing may land.

setup_file() {
	bats_require_minimum_version 1.5.0
	set_names
	git status --porcelain >"$BATS_FILE_TMPDIR/status"
}

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return
}

nothing_has_landed() {
	git status --porcelain | diff "$BATS_FILE_TMPDIR/status" -
}

# A dpkg-query that knows of another linux-source, or of none.
fake_source() { # [version]
	mkdir -p "$BATS_TEST_TMPDIR/bin"
	cat >"$BATS_TEST_TMPDIR/bin/dpkg-query" <<-EOF
		#!/bin/sh
		case \$* in
		*source:Package*linux-source*) echo linux ;;
		*linux-source*) ${1:+printf %s }${1:-exit 1} ;;
		*) exec /usr/bin/dpkg-query "\$@" ;;
		esac
	EOF
	chmod +x "$BATS_TEST_TMPDIR/bin/dpkg-query"
	PATH=$BATS_TEST_TMPDIR/bin:$PATH
}

fake_bookworm() {
	export OS_RELEASE=$BATS_TEST_TMPDIR/os-release
	printf '%s\n' ID=debian VERSION_CODENAME=bookworm >"$OS_RELEASE"
}
