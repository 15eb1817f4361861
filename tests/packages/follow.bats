#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What make follow does before it builds, and where there is nothing to build; what it
# builds is in upload.bats.

# Every @test is a subshell on purpose.
# shellcheck disable=SC2030,SC2031
# RELEASE and its like come from set_names.
# shellcheck disable=SC2153
load follow

setup_file() {
	prepare_follow
}

teardown_file() {
	end_follow
}

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return
}

@test "nothing newer: it ends in seconds, with nothing done" {
	state >"$BATS_TEST_TMPDIR/state"
	SECONDS=0
	run follow
	echo "$output ($SECONDS s)"
	[[ "$status" -eq 0 ]]
	[[ $output == *"$KERNEL-$FLAVOUR: made from $SRCVER, which is Debian's newest" ]]
	[[ "$SECONDS" -lt 120 ]]
	state | diff "$BATS_TEST_TMPDIR/state" -
}

@test "a signature that has less than half its time left is renewed" {
	before=$(sed -n 's/^Valid-Until: //p' "$WORK/repo/dists/$SUITE/Release")
	# Half of 70 days is more than 30.
	run follow REPO_DAYS=70
	echo "$output"
	[[ "$status" -eq 0 ]]
	[[ $output == *"signed anew, for 70 days" ]]
	after=$(sed -n 's/^Valid-Until: //p' "$WORK/repo/dists/$SUITE/Release")
	[[ $(($(date -d "$after" +%s) - $(date -d "$before" +%s))) -gt $((39 * 86400)) ]]
	state >"$BATS_TEST_TMPDIR/state"
	run follow REPO_DAYS=200 REPO_KEY=nobody@example
	failed_at 17 "could not be signed anew"
	gpg_without_signatures "$BATS_TEST_TMPDIR/bin"
	run follow REPO_DAYS=200 PATH="$BATS_TEST_TMPDIR/bin:$PATH"
	failed_at 16 "could not be signed"
}

@test "a second one is refused in a line" {
	exec 7>"$WORK/o/follow-$SUITE/lock"
	flock 7
	run -3 follow
	[[ "$output" == "debian/follow: another one runs, for Debian $SUITE" ]]
	exec 7>&-
	run -2 follow KERNELS=
	[[ "$output" == "debian/follow: KERNELS is not set" ]]
}

@test "apt that can't look, and a key that can't sign, are told of before anything is built" {
	state >"$BATS_TEST_TMPDIR/state"
	run follow MIRROR=http://127.0.0.1:1/debian
	failed_at 10 "apt could not look what Debian $SUITE has"
	archive "$NEWER"
	run follow REPO_KEY=nobody@example
	failed_at 16 "nobody@example cannot sign"
}

@test "make install-follow makes it a service of a timer, at idle priority" {
	DESTDIR=$BATS_TEST_TMPDIR/d make -s install-follow
	cd "$BATS_TEST_TMPDIR/d"
	[[ -x usr/local/lib/tamalloc-follow/debian/follow ]]
	# What git tracks, and no more.
	diff <(cd usr/local/lib/tamalloc-follow && find . -type f,l | sed 's,^\./,,' | sort) \
		<(git -C "$BATS_TEST_DIRNAME/../.." ls-files | grep -v '^\.' | sort)
	units=etc/systemd/system/tamalloc-follow
	grep -qx 'ExecStart=/usr/local/lib/tamalloc-follow/debian/follow' "$units.service"
	for line in Nice=19 CPUSchedulingPolicy=idle IOSchedulingClass=idle; do
		grep -qx "$line" "$units.service"
	done
	for line in 'OnCalendar=\*-\*-\* 00/6:00:00' 'RandomizedDelaySec=.*' Persistent=true; do
		grep -qx "$line" "$units.timer"
	done
	# systemd takes them, but for the program, which isn't there here.
	sed -i "s,=/usr/local,=$PWD/usr/local," "$units.service"
	run systemd-analyze verify "$PWD/$units.service" "$PWD/$units.timer"
	echo "$output"
	[[ "$status" -eq 0 ]]
	[[ -z "$output" ]]
	# All that it needs to be told is there, but for the key.
	grep -qx "KERNELS=\"$KERNEL-amd64 $KERNEL-cloud-amd64\"" etc/tamalloc/follow.conf
	env -i PATH="$PATH" bash -c 'set -a; . etc/tamalloc/follow.conf; shift; exec "$@"' - x \
		usr/local/lib/tamalloc-follow/debian/follow >"$BATS_TEST_TMPDIR/said" 2>&1 && exit 9
	grep -x 'debian/follow: REPO_KEY is not set' "$BATS_TEST_TMPDIR/said"
	# What the machine's owner wrote stays.
	echo mine >etc/tamalloc/follow.conf
	DESTDIR=$BATS_TEST_TMPDIR/d make -s -C "$BATS_TEST_DIRNAME/../.." install-follow
	grep -x mine etc/tamalloc/follow.conf
}
