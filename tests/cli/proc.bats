#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# tamalloc proc

load common

setup() {
	fake_process 1 0 0 0 667 systemd
	fake_process 4711 0 0 -500 0 database
	export FAKE_PROCESSES="1:102400:12288:12:0 4711:2097152:1536:0:-500"
	FAKE_PROCESSES+=" 2:EINVAL 3:EPERM 4:EFAULT 6:0:0:0:0"
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

@test "--noheadings, --bytes and --raw" {
	for options in "--noheadings --bytes" "--raw --noheadings" -rn; do
		# shellcheck disable=SC2086 # words
		run_expecting 0 tamalloc proc $options 1
		[[ $(words <<<"$output") == "1 104857600 12582912 12 0 667 systemd" ]]
	done
	run_expecting 0 tamalloc proc --raw 1 4711
	is_golden proc-raw <<<"$output"
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
	export FAKE_PROC=/nonexistent
	run_expecting 0 tamalloc proc -n 1
	[[ $(words <<<"$output") == "1 100M 12M 12 0 - -" ]]
	[[ -z $stderr ]]
	run_expecting 0 tamalloc proc -rno OOM_SCORE,COMMAND,USER,USED 1
	[[ $output == "- - - 12582912" ]]
	run_expecting 0 tamalloc proc --json -o +USER 1
	jq -e '.processes[0] | has("oom_score") and has("command") and
	       has("user") and .oom_score == null and .command == null and
	       .user == null' <<<"$output"
}

@test "what /proc does not show of one process is -" {
	rm "$FAKE_PROC/1/oom_score"
	run_expecting 0 tamalloc proc -nbo PID,OOM_SCORE 1 4711
	[[ $(words <<<"$output") == $'1 -\n4711 0' ]]
}

@test "a PID that fails has a line of its own, and the others are shown" {
	run_expecting 64 tamalloc proc 2 1 3 4 5 4711
	is_golden proc-errors <<<"$output"
	is_golden proc.errors <<<"$stderr"
	run_expecting 64 tamalloc proc --json 2 1 3 4 5 4711
	is_golden proc-errors.json <<<"$output"
	is_golden proc.errors <<<"$stderr"
}

@test "none of the PIDs can be shown" {
	run_expecting 1 tamalloc proc -n 5
	[[ $(words <<<"$output") == "5 gone gone gone gone - -" ]]
	[[ $stderr == "tamalloc: 5: no such process" ]]
	run_expecting 1 tamalloc proc --json 2 5
	jq -e '.processes | map(.status) == ["none", "gone"]' <<<"$output"
}

@test "denied, gone, none and zero are different things in every format" {
	export FAKE_PROCESSES="3:EPERM 6:0:0:0:0 2:EINVAL 4:EFAULT"
	for options in -n -nb -rn; do
		# shellcheck disable=SC2086 # words
		run_expecting 64 tamalloc proc $options -o used,RAM%,status \
			3 5 6 2 4
		[[ $(words <<<"$output" | sed 's/^0B/0/') == $'denied denied denied\ngone gone gone\n0 0.0 ok\nnone none none\nerror error error' ]]
	done
	run_expecting 64 tamalloc proc -Jo used 3 5 6 2 4
	jq -e '.processes == [
		{used: null, status: "denied", source: "syscall"},
		{used: null, status: "gone", source: "syscall"},
		{used: 0, status: "ok", source: "syscall"},
		{used: null, status: "none", source: "syscall"},
		{used: null, status: "error", source: "syscall"}]' <<<"$output"
	run_expecting 64 tamalloc proc -Jo used 3 5 6 2 4 --count 1
	[[ $(jq -r .status <<<"$output" | tr '\n' ' ') == "denied gone ok none error " ]]
}

@test "an EPERM of the system call is not answered from /proc" {
	fake_process 3 100 100
	run_expecting 1 tamalloc proc 3
	[[ $stderr == "tamalloc: 3: not permitted: it is hidden from this user" ]]
}

@test "misuse" {
	refused "a process ID, or --all, is missing" proc
	for id in 12x x 0 2147483648 99999999999999999999 +1 " 1" "" 1.0; do
		refused "$id: not a process ID" proc 1 "$id"
	done
	refused "-1...: a negative number" proc -1
	refused "5: unexpected with --all" proc --all 5 6
	refused "--json and --raw exclude each other" proc 1 -rJ
	refused "nobody-such: no such user" proc --user nobody-such
	for user in -1 4294967295 4294967296 1x " 1" "" +1; do
		refused "$user: no such user" proc --user="$user"
	done
	refused "(: Unmatched ( or \\(" proc --name '('
	refused "[a: Unmatched [, [^, [:, [., or [=" proc --name '[a'
	for column in x "" PIDS; do
		refused "$column: no such column" proc --sort="$column" 1
		refused "$column: no such column" proc --sort="-$column" 1
		refused "$column: no such column" proc --output="$column" 1
	done
	refused "0: not a whole number of 1 or more" proc --top 0
	refused "0: too short (at least 0.01)" proc --all --watch=0
	refused "--watch 5: write --watch=5" proc --name '^x$' --watch 5
	refused "--watch 0.5: write --watch=0.5" proc --watch 0.5 1
	refused "--watch 5: write --watch=5" proc --wat 5 1
}

# A /proc of some processes, one that is denied, kernel threads, one of them
# denied, and two that end between listing and asking or soon after.
populate() {
	export FAKE_PROCESSES="1:102400:12288:12:0 20:3000:2000:66:0"
	FAKE_PROCESSES+=" 30:9000:100:1:500 40:2000:2000:100:0 50:EPERM 60:EINVAL"
	FAKE_PROCESSES+=" 62:EPERM 70:0:0:0:0 82:EPERM"
	fake_process 1 1 1 0 3 systemd
	fake_process 20 1 1 0 90 worker
	fake_process 30 1 1 500 700 sleeper
	fake_process 40 1 1 0 80 "two words"
	fake_process 50 1 1 0 0 secret
	fake_process 60 0 0 0 0 kthreadd
	fake_process 62 0 0 0 0 kworker
	fake_process 70 1 1 0 0 zero
	fake_process 80 1 1 0 0 gone
	rm "$FAKE_PROC/80/statm"
	mkdir "$FAKE_PROC/82"
	rm -r "$FAKE_PROC/4711"
}

pids() {
	run_expecting 0 tamalloc proc -rno PID "$@"
	printf '%s ' "${lines[@]}"
}

@test "--all: without kernel threads and what has ended, with what is denied" {
	populate
	run_expecting 0 tamalloc proc --all --sort PID
	is_golden proc-all <<<"$output"
	[[ -z $stderr ]]
	run_expecting 0 tamalloc proc --all --sort PID --json
	is_golden proc-all.json <<<"$output"
	[[ -z $stderr ]]
}

@test "--all needs /proc, as --user and --name do" {
	export FAKE_PROC=/nonexistent
	for options in --all "--top 3" "--user 0 1" "--name x 1" "--sort pid"; do
		# shellcheck disable=SC2086 # words
		run_expecting 1 tamalloc proc $options
		[[ -z $output ]]
		[[ $stderr == "tamalloc: --all, --user and --name need /proc, which is not mounted here, or shows another PID namespace" ]]
	done
}

@test "--sort: upwards and downwards, what is unknown last" {
	populate
	[[ $(pids --all --sort USED) == "70 30 20 40 1 50 " ]]
	[[ $(pids --all --sort used) == "70 30 20 40 1 50 " ]]
	[[ $(pids --all --sort -RESERVED) == "1 30 20 40 70 50 " ]]
	[[ $(pids --all --sort=-pid) == "70 50 40 30 20 1 " ]]
	[[ $(pids --all --sort COMMAND) == "50 30 1 40 20 70 " ]]
	[[ $(pids --all --sort -oom_score) == "30 20 40 1 "?0" "?0" " ]]
	[[ $(pids --all --sort USED%) == "70 30 1 20 40 50 " ]]
	rm "$FAKE_PROC/20/comm"
	[[ $(pids --all --sort COMMAND) == "50 30 1 40 70 20 " ]]
	[[ $(pids --all --sort -COMMAND) == "70 40 1 30 50 20 " ]]
	# Equals stay in the order in which they were named.
	[[ $(pids 40 20 1 --sort used) == "40 20 1 " ]]
	[[ $(pids 20 40 1 --sort -used) == "1 20 40 " ]]
}

@test "--top: the first of the order, which is -USED unless --sort says" {
	populate
	[[ $(pids --top 1) == "1 " ]]
	[[ $(pids --top 2 --sort=-reserved) == "1 30 " ]]
	[[ $(pids --top 100 --sort pid) == "1 20 30 40 50 70 " ]]
	[[ $(pids --top 1 20 30) == "20 " ]]
}

@test "--name: an extended regular expression" {
	populate
	[[ $(pids --name '^s' --sort pid) == "1 30 50 " ]]
	[[ $(pids --name 'o.*s$|^z' --sort pid) == "40 70 " ]]
	[[ $(pids --name nothing) == " " ]]
	[[ $(pids --name s --name w --sort pid) == "20 40 " ]]
	[[ $(pids --name '^s' 1 20) == "1 " ]]
	# One that is gone has no name, but was asked for.
	run_expecting 64 tamalloc proc -rno PID --name '^s' 1 80
	[[ $output == $'1\n80' ]]
}

# Five processes in three cgroups; one is denied.
populate_groups() {
	export FAKE_PROCESSES="10:1000:100:10:0 11:2000:200:10:0"
	FAKE_PROCESSES+=" 20:4000:400:10:0/8000:500:10:0 21:EPERM 30:EPERM"
	fake_process 10 1 1 0 0 worker
	fake_process 11 1 1 0 0 worker
	fake_process 20 1 1 0 0 server
	fake_process 21 1 1 0 0 server
	fake_process 30 1 1 0 0 secret
	rm -r "$FAKE_PROC/4711" "$FAKE_PROC/1"
	echo 0::/system.slice/a.service >"$FAKE_PROC/10/cgroup"
	echo 0::/system.slice/a.service/b >"$FAKE_PROC/11/cgroup"
	echo 0::/system.slice/a.service/b >"$FAKE_PROC/20/cgroup"
}

@test "--by: sums of groups, with what is denied told apart" {
	populate_groups
	run_expecting 0 tamalloc proc --by=command
	[[ $(words <<<"$output") == "PROCESSES RESERVED USED USED% COMMAND
1 3.9M 400K 10 server
2 2.9M 300K 10 worker
0 denied denied denied secret" ]]
	run_expecting 0 tamalloc proc --by command --sort command -J
	jq -e '.groups | map([.command, .processes, .used, .status]) == [
		["secret", 0, null, "denied"], ["server", 1, 409600, "partial"],
		["worker", 2, 307200, "ok"]]' <<<"$output"
	run_expecting 0 tamalloc proc --by=cgroup -rno PROCESSES,USED,CGROUP
	[[ $output == "2 614400 /system.slice/a.service/b
1 102400 /system.slice/a.service
0 denied -" ]]
	run_expecting 0 tamalloc proc --by=unit -rno PROCESSES,UNIT --top 1
	[[ $output == "3 a.service" ]]
	run_expecting 0 tamalloc proc --by=unit 10 20 -rno PID,OOM_SCORE,PEAK,USED%,UNIT
	[[ $output == "- - - 10 a.service" ]]
	run_expecting 64 tamalloc proc --by=command 10 99 -rno PROCESSES,COMMAND
	[[ $output == "1 worker" ]]
	refused "x: not a group (user, command, cgroup or unit)" proc --by=x
	refused "--by and --openmetrics exclude each other" \
		proc --by=user --openmetrics
}

@test "--by=user" {
	need_root
	populate_groups
	chown 65534 "$FAKE_PROC/10" "$FAKE_PROC/20"
	run_expecting 0 tamalloc proc --by=user -n
	[[ $(words <<<"$output") == $'nobody 2 4.9M 500K 10\nroot 1 2M 200K 10' ]]
}

@test "--total: of all rows, also those that are not shown" {
	populate_groups
	run_expecting 0 tamalloc proc --top 1 --total -o PID,USED,USED%,COMMAND,PROCESSES
	[[ $(words <<<"$output") == "PID USED USED% COMMAND PROCESSES
20 400K 10 server 1
total 700K 10 - 3" ]]
	run_expecting 0 tamalloc proc 10 11 --total -Jo PID,USED
	jq -e '.processes | map([.pid, .used, .status]) == [[10, 102400, "ok"],
		[11, 204800, "ok"], [null, 307200, "total"]]' <<<"$output"
	run_expecting 0 tamalloc proc --by=command --total -no USED,COMMAND
	[[ $(words <<<"$output") == $'400K server\n300K worker\ndenied secret\n700K total' ]]
	run_expecting 0 tamalloc proc --name nothing --total -rno PID,USED
	[[ $output == "total 0" ]]
}

@test "sums of details are known if all of their parts are" {
	populate_groups
	fake_status 10 2
	fake_status 11 3
	fake_status 20 4
	fake_smaps 10
	run_expecting 0 tamalloc proc --by=command --sort command -rno \
		THREADS,ANON,PSS,PEAK,COMMAND --total
	[[ $output == "- - - - secret
4 1024000 - - server
5 2048000 - - worker
9 3072000 - - total" ]]
	fake_smaps 11
	run_expecting 0 tamalloc proc --by=command -rno PSS 10 11
	[[ $output == 3072000 ]]
}

@test "--watch --by: the changes of the sums" {
	populate_groups
	run_expecting 0 tamalloc proc --by=command --total --watch=0.01 \
		--count 2 -rno USED_DIFF,COMMAND
	[[ $output == "- server
- worker
- secret
- total
102400 server
0 worker
- secret
102400 total" ]]
}

@test "--full: the command line, which ARGS shows" {
	populate
	printf 'java\0-jar\0my app.jar\0\0' >"$FAKE_PROC/20/cmdline"
	printf '' >"$FAKE_PROC/30/cmdline"
	printf '%s\0' $'a\e[31m\nb' "$(printf 'x%.0s' {1..5000})" \
		>"$FAKE_PROC/40/cmdline"
	[[ $(pids --full --name 'my app.jar$') == "20 " ]]
	[[ $(pids --name 'my app') == " " ]]
	[[ $(pids --full --name 'x{5000}') == "40 " ]]
	run_expecting 0 tamalloc proc 20 30 -rno ARGS
	[[ $output == $'java\\x20-jar\\x20my\\x20app.jar\n[sleeper]' ]]
	run_expecting 0 tamalloc proc 1 20 30 40 -Jo ARGS
	jq -e '.processes | map(.args[:12]) == [null, "java -jar my", "[sleeper]",
		"a\u001b[31m\nb xxx"]' <<<"$output"
	jq -e '.processes[3].args | length == 5009' <<<"$output"
	refused "--full does nothing without --name" proc --all --full
}

@test "a pattern longer than any name, which matches none" {
	populate
	long="^a-name-beyond-15-bytes$"
	run_expecting 0 tamalloc proc --name "$long"
	[[ $stderr == "tamalloc: $long: matches no process: a name has at most 15 bytes; --full matches command lines" ]]
	for options in "--name ^fifteen--bytes-$" "--full --name $long" \
		       "--name $long|systemd"; do
		# shellcheck disable=SC2086 # words
		run_expecting 0 tamalloc proc $options
		[[ -z $stderr ]]
	done
	run_expecting 0 tamalloc proc --name "$long" --watch=0.01 --count 3
	(( ${#stderr_lines[@]} == 1 ))
}

fake_status() {
	cat >"$FAKE_PROC/$1/status" <<-EOF
		Name:	VmHWM: 7 kB
		VmPeak:	    9000 kB
		VmHWM:	    2400 kB
		VmRSS:	    2000 kB
		RssAnon:	    1000 kB
		RssFile:	     900 kB
		RssShmem:	     100 kB
		VmSwap:	      64 kB
		HugetlbPages:	   20480 kB
		Threads:	$2
	EOF
}

fake_smaps() {
	cat >"$FAKE_PROC/$1/smaps_rollup" <<-EOF
		1000-2000 ---p 00000000 00:00 0    [rollup]
		Rss:                2000 kB
		Pss:                1500 kB
		Pss_Dirty:             7 kB
		Private_Clean:       300 kB
		Private_Dirty:      1000 kB
		Private_Hugetlb:   20480 kB
	EOF
}

details=THREADS,PEAK,ANON,FILE,SHARED,SWAP,HUGETLB,PSS,USS

@test "details of /proc, as they are, or unknown" {
	populate
	fake_status 20 7
	fake_smaps 20
	run_expecting 0 tamalloc proc 20 30 -no $details
	[[ $(words <<<"$output") == $'7 2.3M 1000K 900K 100K 64K 20M 1.5M 1.3M\n- - - - - - - - -' ]]
	run_expecting 0 tamalloc proc 20 30 -Jo $details
	jq -e '.processes == [
		{threads: 7, peak: 2457600, anon: 1024000, file: 921600,
		 shared: 102400, swap: 65536, hugetlb: 20971520, pss: 1536000,
		 uss: 1331200, status: "ok", source: "syscall"},
		{threads: null, peak: null, anon: null, file: null,
		 shared: null, swap: null, hugetlb: null, pss: null,
		 uss: null, status: "ok", source: "syscall"}]' <<<"$output"
	fake_status 1 1
	fake_status 30 9
	[[ $(pids --all --sort -THREADS) == "30 20 1 "* ]]
}

@test "the cgroup and the unit, by version 1 and 2" {
	populate
	check() {
		printf '%s\n' "${@:3}" >"$FAKE_PROC/20/cgroup"
		run_expecting 0 tamalloc proc 20 -rno UNIT,CGROUP
		[[ $output == "$1 $2" ]]
	}
	check ssh.service /system.slice/ssh.service \
		0::/system.slice/ssh.service
	check user@7.service /user.slice/user-7.slice/user@7.service/a/b.service \
		0::/user.slice/user-7.slice/user@7.service/a/b.service
	check cpu.service /_cpu.service 0::/_cpu.service
	check - / 0::/
	check - /docker/abc 0::/docker/abc
	check init.scope /mem 4:cpu,memory:/mem 1:name=systemd:/init.scope 0::/
	check s.service /system.slice/s.service 4:cpu:/x \
		0::/system.slice/s.service
	check - - 4:cpu:/x
	rm "$FAKE_PROC/20/cgroup"
	run_expecting 0 tamalloc proc 20 -Jo UNIT,CGROUP
	jq -e '.processes[0] | .unit == null and .cgroup == null' <<<"$output"
}

# Sets pid, an exited leader, its thread, and a zombie.
start_leaderless() {
	unset FAKE_PROC
	cc -o "$BATS_TEST_TMPDIR/leaderless" \
		"$BATS_TEST_DIRNAME/leaderless.c" -pthread
	exec {ids}< <(exec "$BATS_TEST_TMPDIR/leaderless" 3>&-)
	read -r pid thread zombie <&"$ids"
	until_true grep -q zombie "/proc/$pid/status"
}

@test "details of real processes, and of an exited leader" {
	start_leaderless
	run_expecting 0 tamalloc proc --source=procfs -rno \
		PEAK,ANON,FILE,USS,THREADS,ARGS,CGROUP "$pid"
	read -r peak anon file uss threads arguments cgroup <<<"$output"
	[[ $((peak / 1024)) == "$(awk '/^VmHWM/ { print $2 }' \
		"/proc/$pid/task/$thread/status")" ]]
	(( anon > 0 && file > 0 && uss > 0 && threads >= 1 ))
	[[ $arguments == "$BATS_TEST_TMPDIR/leaderless" ]] ||
		[[ $arguments == "[leaderless]" ]]
	grep -q ":$cgroup$" "/proc/$pid/cgroup"
}

@test "START: when it started" {
	unset FAKE_PROC
	before=$EPOCHSECONDS
	sleep 60 3>&- &
	pid=$!
	run_expecting 0 tamalloc proc --source=procfs -rno START "$pid"
	jq -e "$before - 1 < . and . < $EPOCHSECONDS + 2" <<<"$output"
	run_expecting 0 tamalloc proc --source=procfs -no START "$pid"
	[[ $output == "$(date -d "$(ps -o lstart= -p "$pid")" +'%F %T')" ]] ||
		[[ $(date -d "$output" +%s) -ge $((before - 1)) ]]
}

@test "--user: a name or a UID" {
	need_root
	populate
	chown 65534 "$FAKE_PROC/20" "$FAKE_PROC/30"
	chown 12345 "$FAKE_PROC/40"
	[[ $(pids --user nobody --sort pid) == "20 30 " ]]
	[[ $(pids --user 65534 --sort pid) == "20 30 " ]]
	[[ $(pids --user 12345) == "40 " ]]
	[[ $(pids --user root --name '^s' --sort pid) == "1 50 " ]]
	run_expecting 0 tamalloc proc --all -rno USER --sort user
	[[ ${lines[*]} == "12345 nobody nobody root root root" ]]
}

@test "the names of users, commands and the share of RAM" {
	need_root
	populate
	FAKE_MEMORY="100 0" run_expecting 0 tamalloc proc -no \
		user,command,ram% 1 30
	[[ $(words <<<"$output") == $'root systemd 12.0\nroot sleeper 0.0' ]]
}

@test "names, owners and scores are only fetched for rows that are shown" {
	populate
	for pid in 1 20 30; do
		fake_status "$pid" 1
		fake_smaps "$pid"
		echo 0::/x >"$FAKE_PROC/$pid/cgroup"
		echo x >"$FAKE_PROC/$pid/cmdline"
	done
	pid=
	opened() {
		strace -qq -e trace=%file -o "$BATS_TEST_TMPDIR/trace" \
			env LD_PRELOAD="$FAKE" "$CLI" proc "$@" >/dev/null
		grep -oE '(30|1|20)/(comm|oom_score|stat|status|smaps_rollup|cmdline|cgroup)\b|fstatat[^/]*/.*/proc/[0-9]+"' \
			"$BATS_TEST_TMPDIR/trace" | sort | tr '\n' ' '
	}
	[[ $(opened --all -o PID,RESERVED,USED) == "" ]]
	[[ $(opened --top 1 -o PID,COMMAND) == "1/comm " ]]
	[[ $(opened --top 1 -o PID,OOM_SCORE) == "1/oom_score " ]]
	[[ $(opened --top 1 -o PID,USER) == "fstatat"*"/proc/1\" " ]]
	[[ $(opened --top 1 -o PID,PEAK,ANON,SWAP) == "1/status " ]]
	[[ $(opened --top 1 -o PID,PSS,USS) == "1/smaps_rollup " ]]
	[[ $(opened --top 1 -o PID,START) == "1/stat " ]]
	[[ $(opened --top 1 -o PID,ARGS) == "1/cmdline " ]]
	[[ $(opened --top 1 -o PID,CGROUP) == "1/cgroup " ]]
	[[ $(opened --top 1 --sort COMMAND -o PID) == "1/comm 20/comm 30/comm " ]]
}

@test "names that are no words, not printable or not UTF-8" {
	local names=("a b" $'a\tb\nc' $'\e[31m' 'a\b"c' $'\xff\xc3\xa9' - "")
	export LC_ALL=C.UTF-8
	for i in {0..6}; do
		fake_process $((i + 1)) 1 1 0 0 "${names[i]}"
	done
	FAKE_PROCESSES="*:1:1:1:0" run_expecting 0 tamalloc proc -rno \
		COMMAND,PID 1 2 3 4 5 6 7
	is_golden proc-names-raw <<<"$output"
	FAKE_PROCESSES="*:1:1:1:0" run_expecting 0 tamalloc proc -Jo COMMAND \
		1 2 3 4 5 6 7
	jq -e '[.processes[].command] == ["a b", "a\tb\nc", "\u001b[31m",
		"a\\b\"c", "\ufffd\u00e9", "-", ""]' <<<"$output"
	FAKE_PROCESSES="*:1:1:1:0" run_expecting 0 tamalloc proc -no \
		PID,COMMAND 1 2 3 4 5 6 7
	(( ${#lines[@]} == 7 ))
	[[ $output != *$'\e'* ]]
	FAKE_PROCESSES="*:1:1:1:0" run_expecting 0 tamalloc proc -no \
		PID,COMMAND,RESERVED --count 1 1 2 3 4 5
	(( ${#lines[@]} == 5 ))
	[[ $output != *$'\e'* ]]
	[[ ! $output =~ [^$'\n']{33} ]]
}

@test "JSON is UTF-8, whatever the names are" {
	local names=($'\xc0\x80' $'\xe0\x80\x80' $'\xed\xa0\x80'
		$'\xf0\x80\x80\x80' $'\xf4\x90\x80\x80' $'\xf8' $'\xe2\x82'
		$'\xc3' $'\xe2\x82\xac' $'\xf0\x9f\x98\x80' $'\x7f')
	for i in "${!names[@]}"; do
		fake_process $((i + 1)) 1 1 0 0 "${names[i]}"
	done
	export FAKE_PROCESSES="*:1:1:1:0"
	tamalloc proc -Jo COMMAND {1..11} >"$BATS_TEST_TMPDIR/json"
	iconv -f UTF-8 -t UTF-8 "$BATS_TEST_TMPDIR/json" >/dev/null
	jq -e '[.processes[].command] == (["\ufffd\ufffd", "\ufffd\ufffd\ufffd",
		"\ufffd\ufffd\ufffd", "\ufffd\ufffd\ufffd\ufffd",
		"\ufffd\ufffd\ufffd\ufffd", "\ufffd", "\ufffd\ufffd",
		"\ufffd", "\u20ac", "\ud83d\ude00", "\u007f"])' \
		"$BATS_TEST_TMPDIR/json"
}

@test "--watch: differences, and a process that ends meanwhile" {
	export FAKE_PROCESSES="1:102400:12288:12:0/102401:12280:12:0"
	FAKE_PROCESSES+=" 20:100:10:10:0/ESRCH"
	fake_process 20 1 1 0 0 worker
	run_expecting 64 tamalloc proc --watch=0.01 --count 2 1 20
	is_golden proc-watch < <(sed -E 's/^[0-9:]{8}/HH:MM:SS/' <<<"$output")
	# The row says it; a line on stderr is for the first sample alone.
	[[ -z $stderr ]]
	run_expecting 64 tamalloc proc --watch=0.01 --count 2 --json 1 20
	jq -es 'map([.pid, .reserved_diff, .used_diff, .status]) == [
		[1, null, null, "ok"], [20, null, null, "ok"],
		[1, 1024, -8192, "ok"], [20, null, null, "gone"]] and
		.[0].time == .[1].time and .[0].time < .[2].time' <<<"$output"
	run_expecting 64 tamalloc proc --watch=0.01 --count 3 1 99
	[[ $stderr == "tamalloc: 99: no such process" ]]
}

@test "--watch: differences in whatever order the PIDs are named" {
	export FAKE_PROCESSES="*:100:10:10:0/110:10:10:0"
	for pid in 10 20 30 40; do
		fake_process "$pid" 1 1
	done
	run_expecting 0 tamalloc proc 30 20 10 40 20 --watch=0.01 --count 2 \
		-rno PID,RESERVED_DIFF
	# The second one of 20 is asked about a second time.
	(( ${#lines[@]} == 10 ))
	for pid in 30 10 40; do
		grep -qx "$pid 10240" <<<"$output"
	done
	pid=
	run ! grep -- '-$' < <(printf '%s\n' "${lines[@]:5}")
}

# Shows three samples of proc $@ as JSON; after the first, PID 20 is reused.
reused() {
	local json=$BATS_TEST_TMPDIR/json watcher

	tamalloc proc --watch=1 --count 3 -Jo PID,USED,USED_DIFF,COMMAND "$@" \
		>"$json" 2>/dev/null 3>&- &
	watcher=$!
	until_true grep -q small "$json"
	fake_process 20 100000 80000 0 0 big
	fake_start 20 2000
	wait "$watcher" || [[ $? -eq 64 ]]
	jq -ces '[.[] | select(.pid == 20) |
		[.used, .used_diff, .command, .status]]' "$json"
}

@test "--watch: a PID that is used again is another process" {
	export FAKE_PROCESSES="20:100:10:10:0/90000:80000:88:0 30:9:9:100:0"
	fake_process 20 100 10 0 0 small
	fake_process 30 9 9
	rm -r "$FAKE_PROC/4711" "$FAKE_PROC/1"
	run_expecting 0 reused 20 30
	[[ $output == '[[10240,null,"small","ok"],[null,null,null,"gone"],[null,null,null,"gone"]]' ]]
	fake_start 20 1000
	echo small >"$FAKE_PROC/20/comm"
	run_expecting 0 reused --all
	[[ $output == '[[10240,null,"small","ok"],[81920000,null,"big","ok"],[81920000,0,"big","ok"]]' ]]
}

@test "--watch: without the time of its start, nobody knows of a change" {
	export FAKE_PROCESSES="1:100:10:10:0/110:10:10:0"
	rm "$FAKE_PROC/1/stat"
	run_expecting 0 tamalloc proc 1 --watch=0.01 --count 2 -rno RESERVED_DIFF
	[[ $output == $'-\n-' ]]
}

@test "a process that ends while its values are read has none" {
	export FAKE_PROCESSES="1:102400:12288:12:0 20:100:10:10:0/ESRCH"
	FAKE_PROCESSES+=" 30:100:10:10:0/EINVAL 40:100:10:10:0"
	rm -r "$FAKE_PROC/4711"
	for pid in 20 30 40; do
		fake_process "$pid" 1 1
		rm "$FAKE_PROC/$pid/comm"
	done
	pid=
	# PID 40 lives, and is only hidden.
	for options in "--sort pid" "--sort command" "--top 9"; do
		# shellcheck disable=SC2086 # words
		run_expecting 0 tamalloc proc --all $options -J
		jq -ce '.processes | sort_by(.pid) | map([.pid, .command, .status]) ==
			[[1, "systemd", "ok"], [40, null, "ok"]]' <<<"$output"
		[[ -z $stderr ]]
	done
	[[ $(pids --top 1 --sort command) == "1 " ]]
	run_expecting 64 tamalloc proc -J 40 20 30 -o USED,COMMAND
	jq -ce '.processes | map([.used, .command, .status]) ==
		[[10240, null, "ok"], [null, null, "gone"], [null, null, "none"]]' \
		<<<"$output"
	[[ ${stderr_lines[0]} == "tamalloc: 20: no such process" ]]
	[[ ${stderr_lines[1]} == "tamalloc: 30: no memory of its own"* ]]
}

@test "--watch --all: processes come and go" {
	export FAKE_PROCESSES="1:100:10:10:0 20:100:10:10:0/ESRCH"
	FAKE_PROCESSES+=" 30:EINVAL/100:50:50:0"
	fake_process 20 1 1
	fake_process 30 1 1
	rm -r "$FAKE_PROC/4711"
	run_expecting 0 tamalloc proc --all --sort pid --watch=0.01 --count 2 \
		-rno PID,USED_DIFF
	[[ $output == $'1 -\n20 -\n1 0\n30 -' ]]
	[[ -z $stderr ]]
	run_expecting 0 tamalloc proc --all --sort=-used_diff --watch=0.01 \
		--count 2 -rno PID
}

@test "--watch on a terminal: what has room, in the last sample's place" {
	export FAKE_PROCESSES="*:102400:12288:12:0" TERM=xterm FAKE_PROC=/nonexistent
	run script -qec "stty rows 10 cols 80; LD_PRELOAD=$FAKE $CLI proc \
		--watch=0.01 --count 2 $(seq -s ' ' 50)" /dev/null
	[[ $status -eq 0 ]]
	again=$'\e[H\e[J'
	last=${output##*"$again"}
	(( $(wc -l <<<"$last") == 9 ))
	[[ $last == *PID*RESERVED_DIFF*USED_DIFF* && $last != *TIME* ]]
	# Headings and rows that are folded to three lines each.
	run script -qec "stty rows 30 cols 20; LD_PRELOAD=$FAKE $CLI proc \
		--watch=0.01 --count 2 $(seq -s ' ' 50)" /dev/null
	last=${output##*"$again"}
	(( $(wc -l <<<"$last") == 9 ))
	# None is folded, for there are 50 columns.
	run script -qec "stty rows 30 cols 50; LD_PRELOAD=$FAKE $CLI proc \
		--watch=0.01 --count 2 $(seq -s ' ' 50)" /dev/null
	last=${output##*"$again"}
	(( $(wc -l <<<"$last") == 29 ))
	run script -qec "stty rows 2 cols 20; LD_PRELOAD=$FAKE $CLI proc \
		--watch=0.01 --count 2 $(seq -s ' ' 50)" /dev/null
	last=${output##*"$again"}
	(( $(wc -l <<<"$last") == 2 ))
}

@test "--watch on a terminal: an empty name ends nothing" {
	export FAKE_PROCESSES="*:102400:12288:12:0" TERM=xterm
	fake_process 20 1 1 0 0 ""
	fake_process 30 1 1 0 0 last
	run script -qec "stty rows 10 cols 80; LD_PRELOAD=$FAKE $CLI proc \
		-o COMMAND --count 2 --watch=0.01 20 1 20 30" /dev/null
	[[ $status -eq 0 ]]
	last=${output##*COMMAND}
	[[ $last == *systemd*last* ]]
}

@test "where there is no process to show, there are headings" {
	export FAKE_PROCESSES="1:102400:12288:12:0"
	fake_process 1 512 256
	for options in "" --raw "--count 1"; do
		# shellcheck disable=SC2086 # none is no argument
		run_expecting 0 tamalloc proc --name '^nobody$' $options
		[[ ${#lines[@]} -eq 1 && $output == *"PID RESERVED"*COMMAND ]]
		# shellcheck disable=SC2086 # none is no argument
		run_expecting 0 tamalloc proc --name '^nobody$' -n $options
		[[ -z $output ]]
	done
	run_expecting 0 tamalloc proc --name '^nobody$' --json
	jq -e '.processes == []' <<<"$output"
}

@test "--watch ends well at SIGINT, whatever it shows" {
	env --default-signal=INT LD_PRELOAD="$FAKE" "$CLI" proc --watch=0.01 5 \
		>"$BATS_TEST_TMPDIR/rows" 2>/dev/null 3>&- &
	watcher=$!
	until_true test -s "$BATS_TEST_TMPDIR/rows"
	kill -INT "$watcher"
	wait "$watcher"
}

@test "output that ends early is no noise" {
	export FAKE_PROCESSES="*:102400:12288:12:0" FAKE_PROC=/nonexistent
	for options in "" --json --raw "--count 1" "--count 1 --json"; do
		run --separate-stderr timeout 60 bash -c 'set -o pipefail
			LD_PRELOAD=$FAKE "$CLI" proc $1 $(seq 10000) |
			head -n 1 >/dev/null' - "$options"
		[[ $status -eq 141 && -z $stderr ]]
		run --separate-stderr timeout 60 bash -c 'set -o pipefail
			trap "" PIPE
			LD_PRELOAD=$FAKE "$CLI" proc $1 $(seq 10000) |
			head -n 1 >/dev/null' - "$options"
		[[ $status -eq 1 && -z $stderr ]]
	done
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

# User instructions, or what comes close to them.
seconds_for() {
	local start=${EPOCHREALTIME/./}

	tamalloc proc --raw "$@" >/dev/null
	echo $((${EPOCHREALTIME/./} - start))
}

@test "what PIDs cost grows as their number, no faster" {
	export FAKE_PROCESSES="*:102400:12288:12:0" FAKE_PROC=/nonexistent
	mapfile -t few < <(seq 4000)
	mapfile -t many < <(seq 32000)
	linear() {
		local few_cost many_cost

		few_cost=$(seconds_for "${few[@]}" --watch=0.01 --count 2)
		many_cost=$(seconds_for "${many[@]}" --watch=0.01 --count 2)
		echo "$few_cost us, $many_cost us"
		(( many_cost < 24 * few_cost ))
	}
	until_true linear
}

@test "procfs: to the KiB" {
	fake_process 4711 524288 384 -500 3
	run_expecting 0 tamalloc proc --source=procfs -rn 4711
	[[ $output == "4711 2147483648 1572864 0 -500 3 program" ]]
	fake_process 4712 3 2
	run_expecting 0 tamalloc proc --source=procfs --json 4712
	is_golden proc-procfs.json <<<"$output"
}

@test "procfs: an exited leader, and processes without memory" {
	fake_process 10 0 0
	fake_thread 10 11 512 256
	run_expecting 64 tamalloc proc --source=procfs -rno PID,RESERVED,USED \
		1 10 99
	[[ $output == $'1 none none\n10 2097152 1048576\n99 gone gone' ]]
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
	# Asleep in it: while it starts, its memory grows.
	until_true grep -q '(sleep) S' "/proc/$pid/stat"
	run_expecting 0 tamalloc proc --source=procfs -nb "$pid"
	[[ $(words <<<"$output") == "$pid$(status_in_bytes "/proc/$pid/status")"* ]]
}

@test "procfs: real threads, a real zombie" {
	start_leaderless
	run tamalloc proc --source=procfs -nb "$pid" "$thread" "$zombie"
	expected=$(status_in_bytes "/proc/$pid/task/$thread/status")
	[[ $status -eq 64 ]]
	[[ ${lines[0]} == "tamalloc: $zombie: no memory of its own"* ]]
	[[ $(words <<<"${lines[1]}") == "$pid$expected"* ]]
	[[ $(words <<<"${lines[2]}") == "$thread$expected"* ]]
	[[ $(words <<<"${lines[3]}") == "$zombie none"* ]]
}

@test "--all says that not all are shown, if some are hidden" {
	fake_four_processes
	all="not all processes are shown: some are hidden from this user"
	run_expecting 0 tamalloc proc --all
	[[ -z $stderr ]]
	FAKE_PROCESSES="1:2:1:50:0 2:ESRCH 3:2:1:50:0 4:EINVAL" \
		run_expecting 0 tamalloc proc --all --sort=pid -rno PID
	[[ $output == $'1\n3' && $stderr == "tamalloc: $all" ]]
	FAKE_PROCESSES="1:2:1:50:0 2:ESRCH" \
		run_expecting 0 tamalloc proc --all --json
	[[ -z $stderr ]]
	fake_proc_mount hidepid=invisible,gid=54321
	run_expecting 0 tamalloc proc --all --source=procfs
	[[ $stderr == "tamalloc: $all" ]]
	run_expecting 0 tamalloc proc --all --source=procfs --quiet
	[[ -z $stderr ]]
	# One that has ended is not hidden.
	mkdir "$FAKE_PROC/7"
	fake_proc_mount ""
	run_expecting 0 tamalloc proc --all
	[[ -z $stderr ]]
}
