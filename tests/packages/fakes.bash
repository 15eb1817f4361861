# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Hosts that are made up.

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
