#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# make patches: the series that people put on a kernel tree of their own.

load ../lib/kernel

setup_file() {
	bats_require_minimum_version 1.5.0
	cd "$BATS_TEST_DIRNAME/../.." || return
	export GIT_CONFIG_GLOBAL=/dev/null
	export SRC OBJ UPSTREAM SERIES=$BATS_FILE_TMPDIR/one
	SRC=$(kernel_var SRC)
	OBJ=$(kernel_var OBJ)
	UPSTREAM=$(kernel_var UPSTREAM)
	make -s patches DIST="$SERIES"
}

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return
	patches=("$SERIES/patches-$UPSTREAM"/*.patch)
}

@test "the order is core, x86, selftests, documentation" {
	run sed -n 's/^Subject: //p' "${patches[@]}"
	echo "$output"
	[[ ${#lines[@]} -eq 4 ]]
	[[ ${lines[0]} == "[PATCH 1/4] mm: "* ]]
	[[ ${lines[1]} == "[PATCH 2/4] x86: "* ]]
	[[ ${lines[2]} == "[PATCH 3/4] selftests: "* ]]
	[[ ${lines[3]} == "[PATCH 4/4] Documentation: "* ]]
}

@test "two runs give the same bytes" {
	make -s patches DIST="$BATS_TEST_TMPDIR/two"
	diff -r "$SERIES" "$BATS_TEST_TMPDIR/two"
}

@test "git am puts them on a clean tree, and makes the tree that is built here" {
	cd "$BATS_TEST_TMPDIR"
	tarball=$(kernel_var TARBALL)
	sed -n 's|^--- a/||p' "${patches[@]}" | sed "s|^|$(basename "$tarball" .tar.xz)/|" |
		tar -xf "$tarball" --strip-components=1 -T -
	git init -q .
	git -c user.name=t -c user.email=t add -A
	git -c user.name=t -c user.email=t commit -q -m clean
	git -c user.name=t -c user.email=t am -q "${patches[@]}"
	[[ $(git rev-list --count HEAD) -eq 5 ]]
	git ls-files >files
	[[ $(wc -l <files) -gt 20 ]]
	while read -r file; do
		cmp "$file" "$SRC/$file"
	done <files
}

@test "what they touch builds" {
	objects=(mm/tamalloc.o kernel/sys_ni.o arch/x86/entry/syscall_64.o)
	rm -f "${objects[@]/#/$OBJ/}"
	# As the kernel was built, for another make may configure it otherwise.
	read -ra kmake < <(kernel_var KMAKE)
	run "${kmake[@]}" "${objects[@]}"
	echo "$output"
	[[ $status -eq 0 ]]
	cmp "$OBJ/kernel/config_data" "$OBJ/.config"
}
