#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# debian/tests, run by autopkgtest on the packages that 'make deb' left.

load ../lib/kernel

setup_file() {
	bats_require_minimum_version 1.5.0
	cd "$BATS_TEST_DIRNAME/../.." || return
	export TMPDIR=$BATS_FILE_TMPDIR
	make -s --no-print-directory -C tests/vm testbed >&2
}

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return
}

# Its QEMU and what that needs, on the image's machine of this run.
processes() {
	pgrep -f "(qemu-system-x86_64|virtiofsd).*$BATS_FILE_TMPDIR"
}

@test "interrupted, it leaves no process and no file behind" {
	set -m
	env --default-signal=INT tests/vm/autopkgtest >"$BATS_TEST_TMPDIR/log" 2>&1 3>&- &
	pid=$!
	set +m
	for ((i = 0; i < 1200; i++)); do
		! processes || break
		sleep 0.5
	done
	processes
	kill -INT -- "-$pid"
	status=0
	wait "$pid" || status=$?
	cat "$BATS_TEST_TMPDIR/log"
	[[ $status -eq 130 ]]
	run ! processes
	run ! compgen -G "$BATS_FILE_TMPDIR/autopkgtest*"
	[[ -z $(losetup -j "$(vm_var TESTBED)") ]]
}

@test "installed, booted once, tested, left, made the default, removed" {
	run tests/vm/autopkgtest --summary-file "$BATS_TEST_TMPDIR/summary"
	echo "$output"
	[[ $status -eq 0 ]]
	grep -E '^boot +PASS$' "$BATS_TEST_TMPDIR/summary"
}
