#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# libtamalloc-dev: the header, its pkg-config file and the examples.

load common

setup() {
	root=$BATS_TEST_TMPDIR/usr
	make -s -C "$top/cli" O="$installed" prefix="$root" install-dev >/dev/null
	export PKG_CONFIG_PATH=$root/share/pkgconfig
}

@test "pkg-config knows where the header is, and the version" {
	run_expecting 0 pkg-config --cflags --libs tamalloc
	[[ ${output% } == "-I$root/include" ]]
	run_expecting 0 pkg-config --modversion tamalloc
	[[ $output == "$(dpkg-parsechangelog -l "$top/debian/changelog" -S Version)" ]]
	run_expecting 0 pkg-config --validate tamalloc
}

@test "in /usr, the compiler needs no flag" {
	make -s -C "$top/cli" O="$installed" prefix=/usr DESTDIR="$BATS_TEST_TMPDIR/d" \
		install-dev >/dev/null
	PKG_CONFIG_PATH=$BATS_TEST_TMPDIR/d/usr/share/pkgconfig \
		run_expecting 0 pkg-config --cflags tamalloc
	[[ -z ${output// } ]]
}

# Where the examples are, built with the Makefile that goes with them.
build_examples() {
	local dir=$BATS_TEST_TMPDIR/examples

	rm -rf "$dir"
	cp -r "$top/cli/examples" "$dir"
	make -s -C "$dir" CC="$1" CFLAGS="-O2 -Werror -Wpedantic"
	cd "$dir" || return
}

example() {
	local program=./$1

	shift
	LD_PRELOAD=$FAKE "$program" "$@"
}

@test "the examples, in C and C++, by gcc and clang" {
	export FAKE_GLOBAL="2560 612"
	export FAKE_PROCESSES="1:102400:12288:12:-500 2:EINVAL 3:EPERM"
	for compiler in gcc "gcc -std=c99" "g++ -x c++" "g++ -x c++ -std=c++11" \
			clang "clang++ -x c++"; do
		echo "$compiler"
		build_examples "$compiler"
		run_expecting 0 example reserve
		[[ $(words <<<"$output") == "KiB reserved used
before 3156 1928
reserved 105556 1928
touched 105556 12168"* ]]
		run_expecting 0 example reserve 4 4
		[[ $(words <<<"${lines[3]}") == "touched 7252 6024" ]]
		run_expecting 0 example totals
		[[ $output == "reserved 2560 MiB, used 612 MiB" ]]
		run_expecting 0 example process 1
		[[ $output == "1: reserved 102400 KiB, used 12288 KiB (12%), adjustment -500" ]]
		run_expecting 1 example process 1 2 3 4
		[[ ${#lines[@]} -eq 1 ]]
		[[ ${stderr_lines[0]} == "process: 2: no memory of its own: "* ]]
		[[ ${stderr_lines[1]} == "process: 3: not permitted "* ]]
		[[ ${stderr_lines[2]} == "process: 4: no such process" ]]
	done
}

@test "the examples without the system calls: a clear message, and exit 3" {
	export FAKE_RESERVE=ENOSYS FAKE_GLOBAL=ENOSYS FAKE_PROCESSES="*:ENOSYS"
	build_examples cc
	for command in reserve totals "process 1 2"; do
		# shellcheck disable=SC2086 # words
		run_expecting 3 example $command
		[[ ${#stderr_lines[@]} -eq 1 ]]
		[[ $stderr == *": this kernel lacks the call; uname -r must say tamalloc" ]]
	done
	# The first call may be there, and the second not.
	FAKE_PROCESSES="*:10:5:50:0" run_expecting 3 example reserve
	[[ $stderr == "tamalloc_get_stats: this kernel lacks the call"* ]]
}

@test "the examples report any other error" {
	export FAKE_RESERVE=ENOMEM FAKE_GLOBAL=EFAULT
	build_examples cc
	run_expecting 1 example reserve
	[[ $stderr == "tamalloc_get_stats: Cannot allocate memory" ]]
	run_expecting 1 example reserve 1 2
	run_expecting 1 example totals
	[[ $stderr == "tamalloc_get_global_stats: Bad address" ]]
	run_expecting 1 example process
	[[ $stderr == "usage: process PID..." ]]
}

@test "each of the pages of section 2 names an example that is there" {
	for call in get_stats:reserve get_global_stats:totals \
		    get_indiviual_stats:process; do
		grep -qF "libtamalloc\\-dev/examples/${call#*:}.c" \
			"$top/man/tamalloc_${call%:*}.2"
		[[ -f $top/cli/examples/${call#*:}.c ]]
	done
}
