#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# tamalloc proc -- COMMAND, and --until-gone

load common

setup() {
	export FAKE_PROCESSES="*:1000:500:50:0"
	pid=
}

teardown() {
	[[ -z $pid ]] || kill "$pid" 2>/dev/null || true
}

# What jq makes of the summary in $stderr, or of that in $output.
summary() {
	jq -c ".summary[0] | $1" <<<"${2-$stderr}"
}

# The text of an element of the SVG $1, or an attribute of it.
svg() {
	python3 -c '
import sys, xml.etree.ElementTree as tree
root = tree.parse(sys.argv[1]).getroot()
space = "{http://www.w3.org/2000/svg}"
texts = [text.text for text in root.iter(space + "text")]
ids = {e.get("id"): e for e in root.iter() if e.get("id")}
print(eval(sys.argv[2]))' "$@"
}

@test "a program runs, with its own input, output and arguments" {
	run_expecting 0 tamalloc proc -n -- sh -c 'cat; echo "$1|$2"' sh "a b" -V \
		<<<"from stdin"
	[[ $output == $'from stdin\na b|-V' ]]
	[[ $(words <<<"$stderr" | cut -d' ' -f 1,3,6,9) == "1000K 500K 1 0" ]]
}

@test "its exit status is passed on, as a shell gives it" {
	for status in 0 1 3 64 255; do
		run_expecting "$status" tamalloc proc -J -- sh -c "exit $status"
		[[ $(summary .exit) == "$status" ]]
	done
	run_expecting 143 tamalloc proc -J -- sh -c 'kill $$'
	[[ $(summary .exit) == 143 ]]
}

@test "a program that cannot be started" {
	run -127 --separate-stderr tamalloc proc -- /nonexistent/program
	[[ -z $output && $stderr == "tamalloc: /nonexistent/program: No such file or directory" ]]
	run -127 --separate-stderr tamalloc proc -- -1
	touch "$BATS_TEST_TMPDIR/file"
	run_expecting 126 tamalloc proc -- "$BATS_TEST_TMPDIR/file"
	[[ $stderr == "tamalloc: $BATS_TEST_TMPDIR/file: Permission denied" ]]
}

@test "the highest figures, each with its time" {
	export FAKE_PROCESSES="*:1000:500:50:0/3000:400:13:0/2000:900:45:0/10:10:100:0"
	run_expecting 0 tamalloc proc --watch=0.05 -J -- sleep 2
	stderr='{"summary": ['$(tail -n 1 <<<"$stderr")']}'
	[[ $(summary '[.peak_reserved, .peak_used, .processes, .source]') == \
		"[$((3000 * 1024)),$((900 * 1024)),1,\"syscall\"]" ]]
	[[ $(summary '.samples > 3 and 0 < .peak_reserved_after and
		.peak_reserved_after < .peak_used_after and
		.peak_used_after < .seconds and .seconds >= 2') == true ]]
}

@test "what the kernel has recorded shows what no sample has seen" {
	run_expecting 0 tamalloc proc --watch=1000 --json -- \
		env -u LD_PRELOAD python3 -c 'bytearray(50 << 20).replace(b"\0", b"x", 1)'
	jq -se '.[-1] | .samples == 1 and .maxrss > 50 * 1048576' <<<"$stderr"
}

@test "figures that are not permitted are unknown" {
	FAKE_PROCESSES="*:EPERM" run_expecting 5 tamalloc proc -J -- \
		sh -c 'exit 5'
	[[ $(summary '[.peak_reserved, .peak_used_after, .processes, .exit]') == "[null,null,0,5]" ]]
}

@test "--watch shows rows, also on a terminal, and a summary" {
	for format in "" -n; do
		run_expecting 0 tamalloc proc --watch=0.1 -o PID,USED $format -- \
			sleep 1
		[[ -z $output ]]
		(( $(grep -cE '^ *[0-9]+ +500K$' <<<"$stderr") >= 2 ))
	done
	run_expecting 0 tamalloc proc --watch=0.1 --raw -o USED -- sleep 1
	[[ $(uniq <<<"$stderr") == $'USED\n512000' ]]
	run_expecting 0 script -qec "env LD_PRELOAD=$FAKE TERM=xterm $CLI proc --watch=0.1 -o USED -- sleep 1" /dev/null
	[[ $output != *$'\033'* ]]
	run_expecting 0 tamalloc proc --watch=0.1 --json -- sleep 1
	jq -se 'length > 2 and .[1].used_diff == 0 and
		.[-1].samples == length - 1' <<<"$stderr"
}

# Its children sleep with 20 MiB each, one of them after it has lost its parent.
family='import os, sys, time
memory = bytearray(b"x") * (20 << 20)
if not os.fork():
	if os.fork():
		os._exit(0)
	time.sleep(2)
if not os.fork():
	time.sleep(2)
time.sleep(float(sys.argv[1]))'

@test "--tree adds up all descendants, orphans as well" {
	for tree in "" --tree; do
		run_expecting 0 tamalloc proc --source=procfs -J $tree -- \
			env -u LD_PRELOAD python3 -c "$family" 1
		if [[ -n $tree ]]; then
			[[ $(summary '.processes >= 3 and .peak_used > 60 * 1048576') == true ]]
		else
			[[ $(summary '.processes == 1 and .peak_used < 40 * 1048576') == true ]]
		fi
	done
}

@test "SIGTERM is passed on, SIGINT is the program's own affair" {
	LD_PRELOAD=$FAKE "$CLI" proc -J -- sh -c 'trap "exit 7" TERM
		echo ready
		while :; do sleep 0.1; done' >"$BATS_TEST_TMPDIR/out" \
		2>"$BATS_TEST_TMPDIR/err" 3>&- &
	pid=$!
	until_true grep -q ready "$BATS_TEST_TMPDIR/out"
	kill -INT "$pid"
	sleep 0.2
	kill -TERM "$pid"
	status=0
	wait "$pid" || status=$?
	(( status == 7 ))
	[[ $(summary .exit "$(<"$BATS_TEST_TMPDIR/err")") == 7 ]]
}

@test "--until-gone waits for all that are named" {
	sleep 4 3>&- &
	first=$!
	sleep 5 3>&- &
	pid=$!
	run_expecting 0 tamalloc proc --until-gone -J "$first" "$pid"
	[[ -z $stderr ]]
	[[ $(summary '[.peak_used, .maxrss, .processes, .exit]' "$output") == \
		"[$((1000 * 1024)),null,2,null]" ]]
	[[ $(summary '.seconds > 0.5' "$output") == true ]]
}

@test "--until-gone: some or all are gone already" {
	sleep 4 3>&- &
	pid=$!
	run_expecting 64 tamalloc proc --until-gone -J "$pid" 4194304
	[[ $stderr == "tamalloc: 4194304: no such process" ]]
	[[ $(summary .processes "$output") == 1 ]]
	run_expecting 1 tamalloc proc --until-gone -J 4194304
	[[ $stderr == "tamalloc: 4194304: no such process" ]]
}

@test "a signal ends --until-gone, which has its summary and its picture" {
	sleep 60 3>&- &
	pid=$!
	run_expecting 0 timeout -s INT --preserve-status 3 env \
		LD_PRELOAD="$FAKE" "$CLI" proc --until-gone -J \
		--plot "$BATS_TEST_TMPDIR/a.svg" "$pid"
	[[ $(summary '.seconds > 0.5' "$output") == true ]]
	[[ $(svg "$BATS_TEST_TMPDIR/a.svg" 'root.tag') == *svg ]]
}

@test "--plot draws both curves over time, and marks the peak" {
	export FAKE_PROCESSES="*:2048:1024:50:0/4096:2048:50:0/4096:3072:75:0/4096:1024:25:0"
	run_expecting 0 tamalloc proc --watch=0.1 --plot \
		"$BATS_TEST_TMPDIR/a.svg" -- sleep 2
	[[ $(svg "$BATS_TEST_TMPDIR/a.svg" 'root.find(space + "title").text') == "at most 4M reserved and 3M used" ]]
	[[ $(svg "$BATS_TEST_TMPDIR/a.svg" 'all(texts.count(text) == 1 for text in
		["seconds", "bytes", "reserved", "used", "0", "1", "1M", "4M"])') == True ]]
	[[ $(svg "$BATS_TEST_TMPDIR/a.svg" 'texts[1]') =~ ^"Linux 6.12.0-fake, "[0-9]+" samples"$ ]]
	# The third sample is a quarter below the top of the field.
	[[ $(svg "$BATS_TEST_TMPDIR/a.svg" 'ids["peak"].get("cy"), ids["reserved"].get("points").split()[2].split(",")[0] == ids["peak"].get("cx")') == "('137.5', True)" ]]
}

@test "--plot of many samples keeps the peak and a bounded size" {
	export FAKE_PROCESSES="*:9000:10:1:0"
	for ((i = 0; i < 700; i++)); do
		FAKE_PROCESSES+=/9000:10:1:0
	done
	FAKE_PROCESSES+=/9000:9000:100:0/9000:10:1:0
	# It ends when it has been measured often enough.
	# shellcheck disable=SC2094 # it reads what the command writes
	tamalloc proc --watch=0.01 --raw -o PID --plot \
		"$BATS_TEST_TMPDIR/a.svg" -- sh -c \
		'until test "$(wc -l <"$1")" -gt 710; do sleep 0.2; done' sh \
		"$BATS_TEST_TMPDIR/err" 2>"$BATS_TEST_TMPDIR/err"
	[[ $(svg "$BATS_TEST_TMPDIR/a.svg" '200 < len(ids["reserved"].get("points").split()) <= 512') == True ]]
	[[ $(svg "$BATS_TEST_TMPDIR/a.svg" 'any(abs(float(p.split()[1]) - float(ids["peak"].get("cy"))) < .1 for p in ids["used"].get("d")[1:].split("V")[0].split("L"))') == True ]]
}

@test "a picture that cannot be written is refused before the program runs" {
	run_expecting 1 tamalloc proc --plot nowhere/a.svg -- echo started
	[[ -z $output && $stderr == "tamalloc: nowhere/a.svg: No such file or directory" ]]
}

@test "misuse" {
	refused "a command is missing after --" proc --
	refused "5: unexpected before -- COMMAND" proc 5 -- true
	refused "--until-gone and -- COMMAND exclude each other" proc \
		--until-gone -- true
	refused "--tree and --plot do nothing without --until-gone or -- COMMAND" \
		proc --tree 1
	refused "--tree and --plot do nothing without --until-gone or -- COMMAND" \
		proc --plot a.svg 1
	for option in --all --user=root --name=x --sort=PID --top=1 --count=2 --openmetrics; do
		refused "--all, --user, --name, --sort, --top, --by, --total, --count and --openmetrics do not go with --until-gone or -- COMMAND" \
			proc "$option" -- true
	done
	refused "a process ID, or --all, is missing" proc --until-gone
	# An option's value may look the same.
	fake_process 1 1 1
	run_expecting 0 tamalloc proc --name -- 1
	[[ $output == *PID* ]]
}

@test "--tree needs /proc" {
	FAKE_PROC=/nonexistent run_expecting 1 tamalloc proc --tree -- echo no
	[[ -z $output && $stderr == "tamalloc: --tree needs /proc, which is not mounted here, or shows another PID namespace" ]]
}

# The files of /proc that are read while a program runs.
files_read() { # ARGUMENT...
	strace -qq -e trace=%file -o "$BATS_TEST_TMPDIR/trace" \
		"$CLI" proc "$@" --source=procfs -- sleep 0.3 >"$BATS_TEST_TMPDIR/out" 2>&1
	grep -oE '"/proc/(meminfo|[0-9]+/(stat|status))"' "$BATS_TEST_TMPDIR/trace" |
		sed 's,.*/,,; s/"//' | sort -u | tr '\n' ' '
}

@test "only what is shown is read" {
	unset FAKE_PROCESSES
	[[ $(files_read) == "" ]]
	[[ $(files_read --watch=0.1 -o PID,USED) == "" ]]
	[[ $(files_read --watch=0.1 -o "RAM%") == "meminfo " ]]
	[[ $(files_read --watch=0.1 -o USED_DIFF) == "stat " ]]
	[[ $(files_read --watch=0.1 -o PEAK) == "status " ]]
	# And given back, which LeakSanitizer sees where nothing traces.
	run_expecting 0 tamalloc proc --watch=0.1 -o PEAK --source=procfs -- sleep 0.3
}
