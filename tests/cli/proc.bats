#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# tamalloc proc

load common

setup() {
	fake_process 1 0 0 0 667
	fake_process 4711 0 0 -500 0
	export FAKE_PROCESSES="1:102400:12288:12:0 4711:2097152:1536:0:-500"
	FAKE_PROCESSES+=" 2:EINVAL 3:EPERM 4:EFAULT"
	pid=
}

teardown() {
	[[ -z $pid ]] || kill "$pid"
}

@test "table" {
	run_expecting 0 tamalloc proc 1 4711
	is_golden proc <<<"$output"
	[[ -z $stderr ]]
}

@test "--noheadings and --bytes" {
	run_expecting 0 tamalloc proc --noheadings --bytes 1
	[[ $(words <<<"$output") == "1 104857600 12582912 12 0 667" ]]
}

@test "--json, also with --bytes and --noheadings" {
	run_expecting 0 tamalloc proc --json 1 4711
	is_golden proc.json <<<"$output"
	jq -e '.processes | length == 2 and all(.[]; [.pid, .reserved, .used,
	       .used_percent, .oom_score_adj, .oom_score] |
	       all(.[]; type == "number"))' <<<"$output"
	run_expecting 0 tamalloc proc --json --bytes --noheadings 1 4711
	is_golden proc.json <<<"$output"
}

@test "what only /proc knows is - or null without it" {
	FAKE_PROC=/nonexistent run_expecting 0 tamalloc proc -n 1
	[[ $(words <<<"$output") == "1 100M 12M 12 0 -" ]]
	[[ -z $stderr ]]
	FAKE_PROC=/nonexistent run_expecting 0 tamalloc proc --json 1
	jq -e '.processes[0] | has("oom_score") and .oom_score == null' \
		<<<"$output"
}

@test "what /proc does not show of one process is -" {
	rm "$FAKE_PROC/1/oom_score"
	run_expecting 0 tamalloc proc -nb 1 4711
	[[ ${lines[0]} =~ \ -$ ]]
	[[ ${lines[1]} =~ \ 0$ ]]
}

@test "a PID that fails has a line of its own, and the others are shown" {
	run_expecting 64 tamalloc proc 2 1 3 4 5 4711
	is_golden proc <<<"$output"
	is_golden proc.errors <<<"$stderr"
	run_expecting 64 tamalloc proc --json 2 1 3 4 5 4711
	is_golden proc.json <<<"$output"
	is_golden proc.errors <<<"$stderr"
}

@test "none of the PIDs can be shown" {
	run_expecting 1 tamalloc proc 5
	[[ -z $output ]]
	[[ $stderr == "tamalloc: 5: no such process" ]]
	run_expecting 1 tamalloc proc --json 2 5
	jq -e '.processes == []' <<<"$output"
}

@test "an EPERM of the system call is not answered from /proc" {
	fake_process 3 100 100
	run_expecting 1 tamalloc proc 3
	[[ $stderr == "tamalloc: 3: not permitted: it is hidden from this user" ]]
}

@test "misuse" {
	refused "a process ID is missing" proc
	for id in 12x x 0 2147483648 99999999999999999999 +1 " 1" "" 1.0; do
		refused "$id: not a process ID" proc 1 "$id"
	done
	refused "-1: not a process ID" proc -- -1
	refused "-1...: a negative number" proc -1
}

@test "ten thousand PIDs" {
	export FAKE_PROCESSES="*:102400:12288:12:0" FAKE_PROC=/nonexistent
	mapfile -t pids < <(seq 10000)
	timeout 60 env LD_PRELOAD="$FAKE" "$CLI" proc --json "${pids[@]}" \
		>"$BATS_TEST_TMPDIR/json"
	jq -e '[.processes[].pid] == [range(1; 10001)]' \
		"$BATS_TEST_TMPDIR/json" >/dev/null
	mapfile -t pids < <(tamalloc proc -n "${pids[@]}")
	(( ${#pids[@]} == 10000 ))
}

@test "procfs: to the KiB" {
	fake_process 4711 524288 384 -500 3
	run_expecting 0 tamalloc proc --source=procfs -nb 4711
	[[ $(words <<<"$output") == "4711 2147483648 1572864 0 -500 3" ]]
	fake_process 4712 3 2
	run_expecting 0 tamalloc proc --source=procfs --json 4712
	is_golden proc-procfs.json <<<"$output"
}

@test "procfs: an exited leader, and processes without memory" {
	fake_process 10 0 0
	fake_thread 10 11 512 256
	run_expecting 64 tamalloc proc --source=procfs -nb 1 10 99
	[[ $(words <<<"$output") == "10 2097152 1048576 50 0 0" ]]
	[[ ${stderr_lines[0]} == "tamalloc: 1: no memory of its own: a kernel thread or a zombie" ]]
	[[ ${stderr_lines[1]} == "tamalloc: 99: no such process" ]]
}

status_in_bytes() {
	awk '/^Vm(Size|RSS):/ { printf " %d", $2 * 1024 }' "$1"
}

@test "procfs: a real process, and a thread of it, as in status" {
	unset FAKE_PROC
	sleep 60 3>&- &
	pid=$!
	until_true grep -q sleep "/proc/$pid/comm"
	run_expecting 0 tamalloc proc --source=procfs -nb "$pid"
	[[ $(words <<<"$output") == "$pid$(status_in_bytes "/proc/$pid/status")"* ]]
}

@test "procfs: real threads, a real zombie" {
	unset FAKE_PROC
	cc -o "$BATS_TEST_TMPDIR/leaderless" \
		"$BATS_TEST_DIRNAME/leaderless.c" -pthread
	exec {ids}< <(exec "$BATS_TEST_TMPDIR/leaderless" 3>&-)
	read -r pid thread zombie <&"$ids"
	until_true grep -q zombie "/proc/$pid/status"
	run tamalloc proc --source=procfs -nb "$pid" "$thread" "$zombie"
	expected=$(status_in_bytes "/proc/$pid/task/$thread/status")
	[[ $status -eq 64 ]]
	[[ ${lines[0]} == "tamalloc: $zombie: no memory of its own"* ]]
	[[ $(words <<<"${lines[1]}") == "$pid$expected"* ]]
	[[ $(words <<<"${lines[2]}") == "$thread$expected"* ]]
}
