#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# tamalloc alloc --hold

load common

setup() {
	out=$BATS_TEST_TMPDIR/out
	err=$BATS_TEST_TMPDIR/err
	pid=
}

teardown() {
	[[ -z $pid ]] || kill -KILL "$pid" 2>/dev/null || true
}

# Holds in the background, with the stdin of this function and options of env.
start() {
	rm -f "$err"
	env "$@" LD_PRELOAD="$FAKE" "$CLI" alloc 64M --hold <&0 \
		>"$out" 2>"$err" 3>&- &
	pid=$!
	until_true grep -qs " holds " "$err"
}

gone() {
	[[ ! -e /proc/$1 || $(cat "/proc/$1/stat") == *") Z "* ]]
}

ends_with() {
	local status=0

	until_true gone "$pid"
	wait "$pid" || status=$?
	pid=
	[[ $status -eq $1 ]]
}

still_holds() {
	sleep 0.3
	[[ $(awk '/^VmSize/ { print $2 }' "/proc/$pid/status") -ge 65536 ]]
}

@test "SIGINT, SIGTERM release, and the table is out before" {
	for signal in INT TERM; do
		start </dev/null
		grep -q "^touched " "$out"
		[[ $(<"$err") == "tamalloc: PID $pid holds 64M until SIGINT or SIGTERM" ]]
		still_holds
		kill -"$signal" "$pid"
		ends_with 0
	done
}

@test "a signal that comes with the first line is not lost, and no failure" {
	for _ in {1..30}; do
		exec {table}< <(LD_PRELOAD=$FAKE exec "$CLI" alloc 64M --hold \
			2>/dev/null </dev/null 3>&-)
		pid=$!
		read -r _ <&"$table"
		kill -TERM "$pid"
		ends_with 0
		exec {table}<&-
	done
}

@test "signals that were blocked or ignored release, too" {
	for how in --block-signal --ignore-signal; do
		for signal in INT TERM; do
			start "$how=$signal" </dev/null
			kill -"$signal" "$pid"
			ends_with 0
		done
	done
}

@test "another signal kills, as ever" {
	# nohup(1) may have started this.
	start --default-signal=HUP </dev/null
	kill -HUP "$pid"
	ends_with 129
}

@test "ENTER releases; other input and its end do not" {
	mkfifo "$BATS_TEST_TMPDIR/fifo"
	exec {input}<>"$BATS_TEST_TMPDIR/fifo"
	start <"$BATS_TEST_TMPDIR/fifo"
	printf 'text' >&"$input"
	still_holds
	printf '\n' >&"$input"
	ends_with 0
	start < <(printf 'text')
	still_holds
	kill "$pid"
	ends_with 0
}

@test "ENTER takes no more of the input than its line" {
	run_expecting 0 bash -c "printf 'a\nb\n' | {
		LD_PRELOAD=$FAKE $CLI alloc 1M --hold >/dev/null && cat; }"
	[[ $output == b ]]
}

@test "a closed stdin" {
	LD_PRELOAD=$FAKE "$CLI" alloc 64M --hold <&- >"$out" 2>"$err" 3>&- &
	pid=$!
	until_true grep -qs " holds " "$err"
	still_holds
	kill "$pid"
	ends_with 0
}

@test "it does not burn the CPU while it waits" {
	start </dev/null
	sleep 1
	read -r -a stat <"/proc/$pid/stat"
	(( stat[13] + stat[14] < 50 ))
	kill "$pid"
	ends_with 0
}

@test "--hold=SECONDS" {
	start_of=${EPOCHREALTIME/.}
	run_expecting 0 tamalloc alloc 1M --hold=0.5 --json </dev/null
	(( ${EPOCHREALTIME/.} - start_of >= 500000 ))
	(( ${EPOCHREALTIME/.} - start_of < 5000000 ))
	jq -e '.stages | length == 3' <<<"$output"
	[[ $stderr == "tamalloc: PID "*" holds 1048576 for 0.5 s, or until SIGINT or SIGTERM" ]]
	run_expecting 0 tamalloc alloc 1M --hold=0 </dev/null
}

@test "SECONDS do not keep a signal from releasing" {
	LD_PRELOAD=$FAKE "$CLI" alloc 64M --hold=100 </dev/null >"$out" \
		2>"$err" 3>&- &
	pid=$!
	until_true grep -qs " holds " "$err"
	kill "$pid"
	ends_with 0
}

# $1 in a shell with job control on a terminal, where someone presses ENTER.
on_terminal() {
	{ sleep 2; printf '\r'; sleep 3; } |
		FAKE=$FAKE CLI=$CLI timeout 30 script -qec "bash -mc '$1'" \
		/dev/null 3>&-
}

@test "ENTER on a terminal" {
	SECONDS=0
	run on_terminal 'LD_PRELOAD=$FAKE "$CLI" alloc 1M --hold=20; echo "status $?"'
	[[ $output == *"for 20 s, or until ENTER, SIGINT or SIGTERM"* ]]
	[[ $output == *"status 0"* ]]
	(( SECONDS < 15 ))
}

@test "a background job leaves the terminal alone, and is not stopped" {
	run on_terminal '
		LD_PRELOAD=$FAKE "$CLI" alloc 1M --hold & pid=$!
		sleep 2
		read -r line
		echo "state $(sed "s/.*) \(.\).*/\1/" "/proc/$pid/stat") ENTER <$line>"
		kill $pid; wait $pid; echo "status $?"'
	[[ $output == *"holds 1M until SIGINT or SIGTERM"* ]]
	# Not stopped (T); on a busy machine it may be runnable instead of asleep.
	[[ $output == *"state "[SRD]" ENTER <>"* ]]
	[[ $output == *"status 0"* ]]
}

@test "a background job that is brought to the foreground takes ENTER" {
	SECONDS=0
	run on_terminal 'LD_PRELOAD=$FAKE "$CLI" alloc 1M --hold=20 & sleep 2; fg; echo "status $?"'
	[[ $output == *"status 0"* ]]
	(( SECONDS < 15 ))
}

@test "before it holds, a plot that nobody reads can be interrupted" {
	mkfifo "$BATS_TEST_TMPDIR/plot"
	run_expecting 143 timeout --preserve-status -k 5 1 env LD_PRELOAD="$FAKE" "$CLI" alloc 1M \
		--touch=1M --plot="$BATS_TEST_TMPDIR/plot" --hold=0
}
