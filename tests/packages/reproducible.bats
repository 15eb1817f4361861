#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The packages are the same bytes from another directory, at another time, with
# another number of jobs, by another user, in a Debian with Build-Depends alone;
# and ccache makes the second build a short one.

load ../lib/root

setup_file() {
	bats_require_minimum_version 1.5.0
	cd "$BATS_TEST_DIRNAME/../.." || return
	set_names
	export WORK=$O/tests/reproducible-$KERNEL
	export CCACHE_DIR=$WORK/ccache
	rm -rf "$WORK/first" "$WORK/second" "$CCACHE_DIR"
	as_root rm -rf "$WORK/root"
	mkdir -p "$WORK"
}

teardown_file() {
	as_root rm -rf "$WORK"
}

# A copy of the checkout in directory $1, built there from nothing; the kernel
# alone takes $seconds.
build() { # DIRECTORY JOBS
	mkdir -p "$1"
	(cd "$BATS_TEST_DIRNAME/../.." && git ls-files -z | xargs -0 cp --parents -t "$1")
	cd "$1" || return
	export JOBS=$2
	SECONDS=0
	make -s --no-print-directory kernel O="$1/build" >&2
	seconds=$SECONDS
	make -s --no-print-directory deb O="$1/build" DIST="$1/dist" >&2
}

@test "with ccache a second build, in another directory, takes under a quarter of the first" {
	build "$WORK/first" "$(nproc)"
	first=$seconds
	rm -rf "$WORK/first/build"
	build "$WORK/second/and/deeper" 5
	echo "$first s, then $seconds s"
	[[ $((4 * seconds)) -lt $first ]]
}

@test "the packages of the second build are those of the first" {
	count=0
	for deb in "$WORK/first/dist/$RELEASE"/*.deb; do
		cmp "$deb" "$WORK/second/and/deeper/dist/$RELEASE/$(basename "$deb")"
		count=$((count + 1))
	done
	[[ $count -ge 7 ]]
	rm -rf "$WORK/second"
}

# Nothing is shared with the first here: no cache, no object.
@test "so are those made from the .dsc in a Debian of its own, by nobody without a home" {
	cd "$WORK/first"
	make -s --no-print-directory source O="$WORK/first/build" DIST="$WORK/first/dist" >&2
	build_source "$WORK/root" "$(echo "$WORK"/first/dist/source-*)" JOBS=3
	[[ $status -eq 0 ]]
	for deb in "$WORK/first/dist/$RELEASE"/*.deb; do
		cmp "$deb" "$WORK/root/build/$(basename "$deb")"
	done
}
