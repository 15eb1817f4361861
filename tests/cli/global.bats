#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# tamalloc global

load common

setup() {
	export FAKE_GLOBAL="2560 612"
	fake_overcommit 0
}

@test "table" {
	run_expecting 0 tamalloc global
	is_golden global <<<"$output"
	[[ -z $stderr ]]
}

@test "--noheadings and --bytes" {
	for options in "--noheadings --bytes" -nb "--raw --noheadings" -rn; do
		# shellcheck disable=SC2086 # words
		run_expecting 0 tamalloc global $options
		[[ $(words <<<"$output") == "2684354560 641728512 1048576 17179869184 4294967296 - 0.12 3.7 heuristic" ]]
	done
}

@test "--raw is not aligned" {
	run_expecting 0 tamalloc global --raw
	is_golden global-raw <<<"$output"
}

@test "--json" {
	fake_four_processes
	for option in --json -J; do
		run_expecting 0 tamalloc global $option
		is_golden global.json <<<"$output"
	done
	jq -e '.global[0] | [.reserved, .used, .resolution, .ram, .swap,
	       .ratio, .ram_percent] | all(.[]; type == "number")' <<<"$output"
}

@test "the table has room in 80 columns, with or without --watch" {
	export FAKE_GLOBAL="134217727 134217727/1 1" FAKE_MEMORY="99999999 99999999"
	run_expecting 0 tamalloc global
	[[ ! $output =~ [^$'\n']{81} ]]
	run_expecting 0 tamalloc global --watch=0.01 --count 3
	[[ ! $output =~ [^$'\n']{81} ]]
}

@test "the sums against RAM and swap space" {
	while read -r memory ratio percent; do
		FAKE_MEMORY=${memory/,/ } run_expecting 0 tamalloc global \
			-no RATIO,RAM%
		[[ $(words <<<"$output") == "$ratio $percent" ]]
	done <<-EOF
		1024,0 2.50 59.7
		1024,1024 1.25 59.7
		612,0 4.18 100.0
		611,0 4.18 100.1
		102400,153600 0.01 0.5
		99999999,0 0.00 0.0
	EOF
}

# What the table says of the machine, without the sums.
machine() {
	tamalloc global -bno RAM,SWAP,LIMIT,AVAILABLE | words
}

@test "a container's own /proc/meminfo comes before the machine's" {
	fake_meminfo MemTotal=524288 MemFree=1 MemAvailable=262144 \
		SwapTotal=1024 CommitLimit=300000 Committed_AS=400000
	run_expecting 0 machine
	[[ $output == "536870912 1048576 - 268435456" ]]
	run_expecting 0 tamalloc global --json
	jq -e '.global[0] | [.ram, .limit, .committed, .commit_limit, .ratio] ==
	       [536870912, null, 409600000, 307200000, 4.99]' <<<"$output"
	rm "$FAKE_PROC/meminfo"
	run_expecting 0 tamalloc global -no RAM,AVAILABLE,COMMITTED,COMMIT_LIMIT
	[[ $(words <<<"$output") == "16G 16G - -" ]]
}

@test "the limit of a cgroup, of either version, and of those above it" {
	fake_meminfo MemTotal=1048576 MemAvailable=524288 SwapTotal=65536
	fake_cgroup 2 /a/b / a/b/memory.max=max a/memory.max=41943040 \
		memory.max=99999999999 a/b/memory.swap.max=4096 \
		a/memory.current=31457280 a/memory.swap.max=max \
		a/memory.stat="anon 1\nactive_file 4096\ninactive_file 8192\nslab_reclaimable 1\nfile 31457280"
	run_expecting 0 machine
	[[ $output == "41943040 4096 41943040 10498049" ]]
	echo 20971520 >"$groups/a/b/memory.max"
	run_expecting 0 machine
	[[ $output == "20971520 4096 20971520 10498049" ]]
	run_expecting 0 tamalloc global -no RATIO,RAM%
	[[ $(words <<<"$output") == "127.97 3060.0" ]]
	# Nothing can be left of a limit that has been exceeded.
	echo 99999999 >"$groups/a/memory.current"
	run_expecting 0 machine
	[[ $output == "20971520 4096 20971520 0" ]]

	fake_cgroup 1 /a/b / a/b/memory.limit_in_bytes=9223372036854771712 \
		a/memory.limit_in_bytes=41943040 \
		a/memory.memsw.limit_in_bytes=41947136 \
		memory.limit_in_bytes=9223372036854771712 \
		a/memory.usage_in_bytes=31457280 \
		a/memory.stat="active_file 9\ntotal_active_file 4096\ntotal_inactive_file 8192"
	run_expecting 0 machine
	[[ $output == "41943040 4096 41943040 10498048" ]]
}

@test "a limit above the machine's memory, and none" {
	fake_meminfo MemTotal=1024 MemAvailable=512 SwapTotal=0
	fake_cgroup 2 /a / a/memory.max=2097152 a/memory.current=0
	run_expecting 0 machine
	[[ $output == "1048576 0 2097152 524288" ]]
	fake_cgroup 2 / /
	run_expecting 0 machine
	[[ $output == "1048576 0 - 524288" ]]
	fake_cgroup 2 /a / a/memory.max=0
	run_expecting 0 tamalloc global
}

@test "a cgroup in a container, whose mount begins there" {
	fake_meminfo MemTotal=1048576 MemAvailable=524288 SwapTotal=0
	for version in 1:memory.limit_in_bytes 2:memory.max; do
		file=${version#*:}
		for seen in "/docker/1 /docker/1 ." "/docker/1/a /docker/1 a" \
			    "/docker/1 /docker/12 ." "/ / ." "/../x / ."; do
			read -r path root at <<<"$seen"
			rm -rf "${groups:-none}"
			fake_cgroup "${version%:*}" "$path" "$root" \
				"$at/$file=41943040"
			run_expecting 0 tamalloc global -bno LIMIT
			[[ $output == 41943040 ]]
		done
	done
}

@test "the machine is asked only for what is shown" {
	fake_meminfo MemTotal=1024 MemAvailable=512
	fake_cgroup 2 /a / a/memory.max=4096
	export FAKE_OPENED=$BATS_TEST_TMPDIR/opened
	run_expecting 0 tamalloc global -o RESERVED,USED,RESOLUTION,SOURCE
	[[ ! -e $FAKE_OPENED ]]
	run_expecting 0 tamalloc global -o +SOURCE
	grep -qx /proc/meminfo "$FAKE_OPENED"
	grep -qx "$groups/a/memory.max" "$FAKE_OPENED"
	run ! grep -E 'memory.(stat|current)|/proc/[0-9]' "$FAKE_OPENED"
	run_expecting 0 tamalloc global -o AVAILABLE
	grep -qx "$groups/a/memory.stat" "$FAKE_OPENED"
}

# bats test_tags=real
@test "a real cgroup" {
	make_cgroup 40M
	run_expecting 0 in_cgroup "$CLI" global --source=procfs -rno \
		RAM,LIMIT,AVAILABLE
	read -r ram limit available <<<"$output"
	(( ram == 41943040 && limit == 41943040 ))
	(( available > 20971520 && available < 41943040 ))
}

@test "the overcommit policy" {
	for policy in 0:heuristic 1:always 2:never 3:- x:-; do
		fake_overcommit "${policy%:*}"
		run_expecting 0 tamalloc global -no OVERCOMMIT
		[[ $output == "${policy#*:}" ]]
	done
	run_expecting 0 tamalloc global --json
	jq -e '.global[0] | has("overcommit") and .overcommit == null' \
		<<<"$output"
}

@test "what only /proc knows is unknown without it" {
	export FAKE_PROC=/nonexistent
	run_expecting 0 tamalloc global -no OVERCOMMIT,PROCESSES
	[[ $(words <<<"$output") == "- -" ]]
	run_expecting 0 tamalloc global -Jo OVERCOMMIT,PROCESSES
	jq -e '.global[0] | .overcommit == null and .processes == null' \
		<<<"$output"
	run_expecting 0 tamalloc global -rno OVERCOMMIT,PROCESSES
	[[ $output == "- -" ]]
}

@test "the number of processes: as the sums count them" {
	export FAKE_PROCESSES="1:102400:12288:12:0 2:EINVAL 3:EPERM 4:EPERM"
	FAKE_PROCESSES+=" 6:EINVAL 7:0:0:0:0"
	fake_process 1 512 256
	fake_process 2 0 0
	# One that is denied counts, a kernel thread that is denied does not.
	fake_process 3 512 256
	fake_process 4 0 0
	# One that ends between listing and asking, and a zombie.
	mkdir "$FAKE_PROC/5"
	fake_process 6 0 0
	fake_process 7 512 256
	run_expecting 0 tamalloc global -no PROCESSES
	[[ $(words <<<"$output") == 3 ]]
}

traced() {
	run_expecting 0 strace -qq -e trace=getdents64 -o "$BATS_TEST_TMPDIR/trace" \
		env LD_PRELOAD="$FAKE" "$CLI" "$@"
}

@test "processes are walked over where their number is shown, and only there" {
	export FAKE_PROCESSES="1:102400:12288:12:0"
	fake_process 1 512 256
	for options in "" "--json -o RESERVED,USED" "--count 2 --watch=0.01"; do
		# shellcheck disable=SC2086 # words
		traced global $options
		run ! grep -q getdents "$BATS_TEST_TMPDIR/trace"
	done
	for options in --json "-o+PROCESSES --count 1"; do
		# shellcheck disable=SC2086 # words
		traced global $options
		grep -q getdents "$BATS_TEST_TMPDIR/trace"
	done
}

@test "--output" {
	run_expecting 0 tamalloc global -o used,RESERVED,used
	[[ $(words <<<"${lines[0]}") == "USED RESERVED" ]]
	[[ $(words <<<"${lines[1]}") == "612M 2.5G" ]]
	run_expecting 0 tamalloc global -n --output=+source
	[[ $(words <<<"$output") == *" heuristic syscall" ]]
	run_expecting 0 tamalloc global --json -o used
	jq -e '.global[0] == {used: 641728512, source: "syscall"}' <<<"$output"
	for columns in x used,x "," "" + "used," USED+; do
		name=${columns#+} name=${name#used,}
		refused "${name%%,*}: no such column" global -o "$columns"
	done
}

@test "--watch: rows one after another, headings once, differences" {
	export FAKE_GLOBAL="2560 612/2561 612/2561 600/2561 600"
	run_expecting 0 tamalloc global --watch=0.01 --count 4
	is_golden global-watch < <(sed -E 's/^[0-9:]{8}/HH:MM:SS/' <<<"$output")
	[[ -z $stderr ]]
	run_expecting 0 tamalloc global --watch=0.01 --count 4 --raw -n \
		-o RESERVED_DIFF,USED_DIFF
	[[ $output == $'- -\n1048576 0\n0 -12582912\n0 0' ]]
}

@test "--watch --json: an object a line" {
	export FAKE_GLOBAL="2560 612/2561 600"
	run_expecting 0 tamalloc global --watch=0.01 --count 3 --json
	(( ${#lines[@]} == 3 ))
	jq -es 'length == 3 and all(.[]; .time > 1700000000) and
		map(.reserved_diff) == [null, 1048576, 0] and
		map(.used_diff) == [null, -12582912, 0]' <<<"$output"
}

@test "--count without --watch, and --watch without a number: a second" {
	run_expecting 0 tamalloc global --count 1
	(( ${#lines[@]} == 2 ))
	run_expecting 0 tamalloc global --count 2 -rno TIME
	passed=$(jq -s '.[1] - .[0] | . * 1000 | round' <<<"$output")
	(( passed > 900 && passed < 1900 ))
}

@test "--watch keeps its pace, however long the answer takes" {
	FAKE_SLOW=60000 run_expecting 0 tamalloc global --watch=0.1 --count 16 \
		-rno TIME
	# Fifteen times 0.1 s; what the answers take would add 0.9 s.
	passed=$(jq -s '.[15] - .[0] | . * 1000 | round' <<<"$output")
	echo "$passed ms"
	(( passed > 1350 && passed < 2350 ))
}

@test "--watch: a sample whose time is over is left out" {
	FAKE_SLOW=150000 run_expecting 0 tamalloc global --watch=0.1 --count 4 \
		-rno TIME
	# At 0.2, 0.4 and 0.6 s; one after another they would take 0.45 s.
	passed=$(jq -s '.[3] - .[0] | . * 1000 | round' <<<"$output")
	echo "$passed ms"
	(( passed > 570 ))
}

@test "--watch: a wait that is interrupted goes on" {
	FAKE_EINTR=5 run_expecting 0 tamalloc global --watch=0.2 --count 2 \
		-rno TIME
	passed=$(jq -s '.[1] - .[0] | . * 1000 | round' <<<"$output")
	(( passed > 150 ))
}

teardown() {
	remove_cgroup
	[[ -z ${pid-} ]] || kill -KILL "$pid" 2>/dev/null || true
}

has_two_lines() {
	(( $(wc -l <"$1") >= 2 ))
}

# Starts a watch into file $1, and waits for its second row.
start_watch() {
	# In a script, bash has SIGINT ignored by what it puts into the background.
	env --default-signal=INT LD_PRELOAD="$FAKE" "$CLI" global \
		--watch=0.01 -n >"$1" 2>"$1.errors" 3>&- &
	pid=$!
	until_true has_two_lines "$1"
}

@test "--watch ends well at SIGINT and SIGTERM, with whole lines" {
	for signal in INT TERM; do
		start_watch "$BATS_TEST_TMPDIR/rows"
		kill -s "$signal" "$pid"
		wait "$pid"
		[[ -z $(tail -c 1 "$BATS_TEST_TMPDIR/rows") ]]
		[[ ! -s $BATS_TEST_TMPDIR/rows.errors ]]
	done
}

@test "--watch ends well even if its reader sleeps" {
	mkfifo "$BATS_TEST_TMPDIR/pipe"
	exec {reader}<>"$BATS_TEST_TMPDIR/pipe"
	LD_PRELOAD=$FAKE "$CLI" global --watch=0.01 --json \
		>"$BATS_TEST_TMPDIR/pipe" 3>&- &
	pid=$!
	# 64 KiB of lines take it some three seconds.
	until_true grep -qs pipe_write "/proc/$pid/stack" "/proc/$pid/wchan" ||
		skip "the kernel does not show where it waits"
	kill -TERM "$pid"
	wait "$pid"
	exec {reader}<&-
}

@test "--watch on a terminal: each sample in the last one's place" {
	export FAKE_GLOBAL="2560 612/2561 612" TERM=xterm
	run script -qec "stty rows 10 cols 80; LD_PRELOAD=$FAKE $CLI global \
		--watch=0.01 --count 2" /dev/null
	[[ $status -eq 0 ]]
	clear=$'\e[2J\e[H' again=$'\e[H\e[J'
	[[ $output == "$clear"*RESERVED*"$again"*RESERVED*+1M* ]]
	# Nothing else was done to the terminal that would be left to undo.
	rest=${output//"$clear"/} rest=${rest//"$again"/}
	[[ $rest != *$'\e'* ]]
	[[ $rest != *TIME* ]]
}

@test "--watch: a terminal that can't redraw, JSON and --raw get lines" {
	for how in "dumb " " " "xterm --json" "xterm --raw"; do
		run script -qec "LD_PRELOAD=$FAKE TERM=${how%% *} $CLI global \
			--watch=0.01 --count 2 ${how#* }" /dev/null
		[[ $status -eq 0 && $output != *$'\e'* ]]
	done
}

@test "--watch ends where its output does" {
	run_expecting 1 timeout 20 bash -c 'LD_PRELOAD=$FAKE "$CLI" global \
		--watch=0.01 >/dev/full'
	[[ $stderr == "tamalloc: write error: No space left on device" ]]
	run --separate-stderr timeout 20 bash -c 'set -o pipefail
		LD_PRELOAD=$FAKE "$CLI" global --watch=0.01 | head -n 2 >/dev/null'
	[[ $status -eq 141 && -z $stderr ]]
	# Where SIGPIPE is ignored, there is no signal to die of.
	run --separate-stderr timeout 20 bash -c 'trap "" PIPE; set -o pipefail
		LD_PRELOAD=$FAKE "$CLI" global --watch=0.01 | head -n 2 >/dev/null'
	[[ $status -eq 1 && -z $stderr ]]
}

@test "misuse" {
	refused "x: unexpected" global x
	refused "--watch 5: write --watch=5" global --watch 5
	refused "--json and --raw exclude each other" global --json --raw
	for seconds in x "" -1 1e3 inf; do
		refused "$seconds: not a number of seconds" \
			global --watch="$seconds"
	done
	for seconds in 0 0.001 0.0; do
		refused "$seconds: too short (at least 0.01)" \
			global --watch="$seconds"
	done
	for number in 0 -1 x 1.5 "" +1 99999999999999999999; do
		refused "$number: not a whole number of 1 or more" \
			global --count="$number"
	done
}

@test "an error of the system call is not answered from /proc" {
	for error in EPERM ENOSYS EFAULT; do
		FAKE_GLOBAL=$error run_expecting 1 tamalloc global
		[[ -z $output ]]
		[[ $stderr == "tamalloc: cannot add up the processes: "* ]]
	done
}

sums() {
	tamalloc global --source=procfs -rno RESERVED,USED,RESOLUTION
}

@test "procfs: pages are summed first, and rounded down once" {
	fake_process 10 400 200
	fake_process 20 400 200
	run_expecting 0 sums
	[[ $output == "3145728 1048576 1048576" ]]
	[[ -z $stderr ]]
}

@test "procfs: an exited leader counts, kernel threads and zombies do not" {
	fake_process 2 0 0
	fake_process 10 0 0
	fake_thread 10 11 512 256
	fake_thread 10 12 512 256
	run_expecting 0 tamalloc global --source=procfs --json -o +PROCESSES
	is_golden global-procfs.json <<<"$output"
}

@test "procfs: a process that ends meanwhile adds nothing" {
	fake_process 10 512 256
	mkdir "$FAKE_PROC/11"
	run_expecting 0 sums
	[[ $output == "2097152 1048576 1048576" ]]
}

proc_sum() {
	cat /proc/[0-9]*/statm 2>/dev/null |
		awk '{ r += $1; u += $2 } END { print int(r / 256), int(u / 256) }'
}

# Other processes come and go, so the same sum must be seen around the answer.
real_global_is_sum() {
	local before after answer

	before=$(proc_sum)
	answer=$(sums | awk '{ print $1 / 1048576, $2 / 1048576 }')
	after=$(proc_sum)
	read -r before_r before_u <<<"$before"
	read -r after_r after_u <<<"$after"
	read -r r u <<<"$answer"
	echo "before $before, answer $answer, after $after"
	# cat and awk, and tamalloc itself, are in one of them each.
	(( r >= before_r - 32 && r <= after_r + 32 &&
	   u >= before_u - 16 && u <= after_u + 16 ))
}

# bats test_tags=real
@test "procfs: the real /proc" {
	unset FAKE_PROC
	until_true real_global_is_sum
}

@test "procfs: what could not be read is no sum" {
	few_files() { (ulimit -n 4 && "$CLI" global --source=procfs) 3>&- 4>&-; }
	run_expecting 1 few_files
	[[ -z $output ]]
	[[ $stderr == "tamalloc: cannot add up the processes: Too many open files" ]]
}

# PROCESSES and HIDDEN in JSON, and what is said to people.
counted() {
	run_expecting 0 tamalloc global --json "${@:3}"
	jq -e ".global[0] | [.processes, .hidden] == $1" <<<"$output"
	[[ -z $stderr ]]
	run_expecting 0 tamalloc global -o PROCESSES "${@:3}"
	[[ $stderr == "${2:+tamalloc: $2}" ]]
	run_expecting 0 tamalloc global -qo PROCESSES "${@:3}"
	[[ -z $stderr ]]
}

not_summed="/proc hides processes from this user: the sums do not include them"

@test "procfs: processes that may not be read are not silently left out" {
	fake_four_processes
	fake_process 5 0 0
	counted "[4, 0]" "" --source=procfs
	export FAKE_DENIED="2 4 5"
	counted "[2, 3]" "processes (or kernel threads) hidden from this user, and not in the sums: 3" \
		--source=procfs
	run_expecting 0 sums
	[[ $output == "4194304 2097152 1048576" && -n $stderr ]]
	run_expecting 0 tamalloc global --source=procfs --watch=0.01 --count 3
	(( ${#stderr_lines[@]} == 1 ))
}

@test "procfs: processes that /proc does not list are not, either" {
	fake_four_processes
	for option in 2 4 invisible ptraceable; do
		fake_proc_mount hidepid=$option,gid=54321
		counted "[4, null]" "$not_summed" --source=procfs
	done
	for option in 0 1 off noaccess; do
		fake_proc_mount hidepid=$option
		counted "[4, 0]" "" --source=procfs
	done
	# Nothing is hidden from who is in the group, or has CAP_SYS_PTRACE.
	fake_proc_mount "gid=$(id -g),hidepid=2"
	counted "[4, 0]" "" --source=procfs
	fake_proc_mount hidepid=2,gid=54321 0000000000080000
	counted "[4, 0]" "" --source=procfs
	# Another file system was mounted over it.
	fake_proc_mount hidepid=2,gid=54321
	echo "22 21 0:6 / /proc rw - proc proc rw" >>"$FAKE_PROC/self/mountinfo"
	counted "[4, 0]" "" --source=procfs
}

@test "the processes counted are those in the sums, whoever may inspect them" {
	number="their number is unknown, but the sums include them"
	fake_four_processes
	fake_process 6 0 0
	for error in EPERM ESRCH; do
		FAKE_PROCESSES="1:2:1:50:0 2:$error 3:$error 4:2:1:50:0 6:$error" \
			counted "[4, 2]" ""
		FAKE_DENIED="2 6" \
		FAKE_PROCESSES="1:2:1:50:0 2:$error 3:$error 4:2:1:50:0 6:$error" \
			counted "[null, 3]" \
			"/proc hides processes from this user: $number"
	done
	fake_proc_mount hidepid=2,gid=54321
	counted "[null, null]" "/proc hides processes from this user: $number"
	# The sums alone are complete.
	run_expecting 0 tamalloc global
	[[ -z $stderr ]]
}

# What nobody is told where a /proc mounted with option $1 shows root's sleep.
as_nobody() {
	# shellcheck disable=SC2016 # the inner shell's
	unshare --mount --pid --fork sh -euc '
		mount -t proc -o "$1" proc /proc
		sleep 60 &
		shift
		status=0
		setpriv --reuid=65534 --regid=65534 --clear-groups "$@" ||
			status=$?
		kill $!
		exit $status' sh "$@"
}

# bats test_tags=real
@test "a real /proc with hidepid" {
	need_root
	exec {command}<"$CLI"
	hidden() {
		as_nobody "$1" "/proc/self/fd/$command" global \
			--source=procfs -rno PROCESSES,HIDDEN
	}
	run_expecting 0 hidden hidepid=0
	[[ $output == "3 0" ]]
	run_expecting 0 hidden hidepid=1
	[[ $output == "1 2" && $stderr == *": 2" ]]
	run_expecting 0 hidden hidepid=2
	[[ $output == "1 -" && $stderr == *": $not_summed" ]]
	exec {command}<&-
}
