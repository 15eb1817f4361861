#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: EXAMPLES=DIRECTORY bats tests/kernel/examples.bats
#
# The examples of libtamalloc-dev in the booted kernel, as tests/kernel/build
# compiled them: in a directory for each compiler.
# shellcheck disable=SC2030,SC2031,SC2154 # bats runs each test in a subshell

bats_require_minimum_version 1.5.0

setup_file() {
	compilers=$(ls "$EXAMPLES")
	export compilers
	[[ $(wc -w <<<"$compilers") -eq 3 ]]
}

# Field $2 of /proc/PID/status, in KiB.
status_kib() {
	awk -v name="$2:" '$1 == name { print $2 }' "/proc/$1/status"
}

# Column $2 of the row $1 of output.
figure() {
	awk -v row="$1" -v column="$2" '$1 == row { print $column }' <<<"$output"
}

reserved() { figure "$1" 2; }
used() { figure "$1" 3; }

@test "reserve: 100 MiB more are reserved, 10 MiB of them used, none at the end" {
	for compiler in $compilers; do
		run -0 "$EXAMPLES/$compiler/reserve"
		echo "$output"
		[[ $(($(reserved "reserved") - $(reserved before))) -eq 102400 ]]
		grown=$(($(used touched) - $(used "reserved")))
		# 6.1 lags by 66 faults, of up to 16 pages in files; a huge page
		# at the edge holds more than is written.
		[[ $grown -ge $((10240 - 66 * 4)) ]]
		[[ $grown -le $((10240 + 2048 + 66 * 64)) ]]
		[[ $(reserved released) == "$(reserved before)" ]]
	done
}

@test "reserve: what is written into decides, not what is reserved" {
	for compiler in $compilers; do
		run -0 "$EXAMPLES/$compiler/reserve" 65536 0
		[[ $(($(reserved "reserved") - $(reserved before))) -eq $((65536 * 1024)) ]]
		[[ $(($(used touched) - $(used before))) -le $((66 * 64)) ]]
	done
}

@test "totals: more than what one process has, as /proc adds it up" {
	sum=$(cat /proc/[0-9]*/statm 2>"$BATS_TEST_TMPDIR/vanished" |
		awk '{ pages += $1 } END { print int(pages / 256) }')
	for compiler in $compilers; do
		run -0 "$EXAMPLES/$compiler/totals"
		[[ $output =~ ^reserved\ ([0-9]+)\ MiB,\ used\ ([0-9]+)\ MiB$ ]]
		difference=$((BASH_REMATCH[1] - sum))
		# The example itself, and cat(1).
		[[ ${difference#-} -le 8 ]]
		[[ ${BASH_REMATCH[2]} -gt 0 ]]
		[[ ${BASH_REMATCH[2]} -lt ${BASH_REMATCH[1]} ]]
	done
}

@test "process: equals /proc/PID/status, with the adjustment" {
	sleep 300 3>&- &
	pid=$!
	# Asleep in it: while it starts, its memory grows.
	until grep -q '(sleep) S' "/proc/$pid/stat"; do sleep 0.1; done
	echo 321 >"/proc/$pid/oom_score_adj"
	for compiler in $compilers; do
		run -0 "$EXAMPLES/$compiler/process" "$pid"
		size=$(status_kib "$pid" VmSize) rss=$(status_kib "$pid" VmRSS)
		[[ $output == "$pid: reserved $size KiB, used $rss KiB ("*"%), adjustment 321" ]]
	done
	kill "$pid"
}

@test "process: says why there are no figures" {
	for compiler in $compilers; do
		run -1 "$EXAMPLES/$compiler/process" 2
		[[ $output == "process: 2: no memory of its own: a kernel thread or a zombie" ]]
		run -1 "$EXAMPLES/$compiler/process" 0
		[[ $output == "process: 0: no such process" ]]
	done
}
