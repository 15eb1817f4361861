#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# tamalloc alloc, step by step: what comes out of it in a pipe.

load common

# The lines of JSON as an array, and a question about them.
lines_say() {
	jq -es "$1" <<<"$output"
}

# bats test_tags=real
@test "a row a step, and a summary" {
	run_expecting 0 tamalloc alloc 100M --touch 10M --step 4M --verify
	is_golden steps < <(normalise <<<"$output")
	[[ -z $stderr ]]
}

# bats test_tags=real
@test "a line of JSON a step, and a summary" {
	run_expecting 0 tamalloc alloc 100M --touch 10M --step 4M --json \
		--release
	is_golden steps.json < <(normalise <<<"$output")
	lines_say 'map(.stage) == ["before", "reserved", "touched", "touched",
		   "touched", "released", "released", "released", "summary"]'
}

@test "--raw has rows and nothing else; --bytes, --noheadings, --output" {
	run_expecting 0 tamalloc alloc 8M --touch 8M --step 4M --raw
	[[ ${lines[0]} == "STAGE TOUCHED RESERVED USED USED% MINFLT MAJFLT SECONDS" ]]
	[[ ${lines[3]} == "touched 8388608 "* || ${lines[4]} == "touched 8388608 "* ]]
	(( ${#lines[@]} == 5 ))
	run_expecting 0 tamalloc alloc 8M --touch 8M --step 4M --raw -n \
		-o stage,touched
	[[ $output == $'before 0\nreserved 0\ntouched 4194304\ntouched 8388608' ]]
	run_expecting 0 tamalloc alloc 8M --touch 8M --step 4M -b
	grep -q '^touched   8388608 ' <<<"$output"
	grep -q '^requested  *8388608$' <<<"$output"
	run_expecting 0 tamalloc alloc 8M --touch 8M --step 4M --json -o used
	jq -es '.[2] | keys == ["source", "used"]' <<<"$output"
	jq -es '.[4].stage == "summary"' <<<"$output"
}

@test "rows come as the steps end" {
	coproc ROWS { exec env LD_PRELOAD="$FAKE" "$CLI" alloc 1M --touch 1M \
		--interval 60 --step 512K 2>/dev/null 3>&-; }
	pid=$ROWS_PID
	for stage in STAGE before reserved touched; do
		read -r -t 10 word _ <&"${ROWS[0]}"
		[[ $word == "$stage" ]]
	done
	kill "$pid"
	wait "$pid" || (( $? == 143 ))
}

@test "steps are whole pages, and end with what is touched" {
	while read -r size touch step expected; do
		run_expecting 0 tamalloc alloc "$size" --touch "$touch" \
			--step "$step" --json
		[[ $(jq -s '[.[] | select(.stage == "touched") | .touched] |
			map(tostring) | join(" ")' <<<"$output") == "\"${expected//,/ }\"" ]]
	done <<-EOF
		1M 12K 1 4096,8192,12288
		1M 10000 4097 8192,10000
		1M 8192 4096 4096,8192
		1M 8193 1M 8193
		1 1 1 1
		1M 0 4K 0
		1M 0% 1T 0
	EOF
}

@test "--step, --rate, --interval alone choose a step" {
	run_expecting 0 tamalloc alloc 1M --touch 400K --rate 10G/s --json
	lines_say 'map(select(.stage == "touched").touched) == [409600]'
	run_expecting 0 tamalloc alloc 1M --touch 400K --interval 0 --json
	lines_say 'map(select(.stage == "touched").touched) ==
		   [range(20480; 409601; 20480)]'
}

elapsed() { # COMMAND
	local start=${EPOCHREALTIME/.}

	"$@"
	took=$(( (${EPOCHREALTIME/.} - start) / 1000 ))
}

@test "--rate: no faster, in whole and half steps" {
	for rate in 2M/s 2M; do
		elapsed run_expecting 0 tamalloc alloc 1M --touch 1M \
			--rate "$rate" --json
		(( took >= 490 && took < 3000 ))
		lines_say 'map(select(.stage == "touched")) | length == 5'
	done
	elapsed run_expecting 0 tamalloc alloc 1M --touch 1M --rate 2M/s \
		--step 512K
	(( took >= 490 && took < 3000 ))
	# A single step takes its time as well.
	elapsed run_expecting 0 tamalloc alloc 1M --touch 1M --rate 2M/s \
		--step 1M
	(( took >= 490 && took < 3000 ))
}

@test "--rate: what was lost while it was stopped is not caught up with" {
	LD_PRELOAD=$FAKE "$CLI" alloc 1M --touch 1M --rate 256K/s \
		--step 256K >"$BATS_TEST_TMPDIR/out" 3>&- &
	pid=$!
	until_true grep -q "^touched" "$BATS_TEST_TMPDIR/out"
	kill -STOP "$pid"
	sleep 3
	kill -CONT "$pid"
	# Of three seconds, most of one may have been over before.
	elapsed wait "$pid"
	(( took >= 1500 ))
}

@test "--interval: waits before each step but the first" {
	elapsed run_expecting 0 tamalloc alloc 1M --touch 1M --interval 0.2 \
		--step 256K
	(( took >= 600 && took < 3000 ))
	elapsed run_expecting 0 tamalloc alloc 1M --touch 1M --interval 0.2 \
		--step 512K --release
	(( took >= 400 && took < 3000 ))
}

@test "the time that is waited is not in the time of touching" {
	run_expecting 0 tamalloc alloc 1M --touch 1M --interval 1 --step 512K \
		--json
	lines_say '.[-1].seconds > 0 and .[-1].seconds < 0.9'
}

@test "--pattern=random visits each page once" {
	# A page that comes twice is not zero the second time.
	for pages in 1 2 3 5 16 17 1000 4096; do
		run_expecting 0 tamalloc alloc $((pages * 4096)) --touch 100% \
			--pattern=random --verify --json
		jq -e ".stages[2].used - .stages[1].used == $pages * 4096" \
			<<<"$output"
	done
	run_expecting 0 tamalloc alloc 4097 --touch 4097 --pattern=random \
		--verify --json
	jq -e '.stages[2].used - .stages[1].used == 8192' <<<"$output"
}

# After how many pages of 256 a random order comes to the one at 400K.
turn_of() {
	FAKE_DIRTY=409600 run_expecting 1 tamalloc alloc 1M --touch 100% \
		--step 4K --verify --raw --pattern=random "$@"
	[[ $stderr == "tamalloc: offset 409600: byte is 0x78, not zero" ]]
	turn=${#lines[@]}
}

@test "--seed: the same is the same order, another is another" {
	turn_of
	first=$turn
	turn_of --seed=1
	(( turn == first ))
	turns=
	for seed in 0 2 3 4 9223372036854775807; do
		turn_of --seed=$seed
		turns+="$turn "
	done
	(( $(tr ' ' '\n' <<<"$first $turns" | sort -u | wc -l) > 3 ))
	turn_of --seed=7
	seventh=$turn
	turn_of --seed=7
	(( turn == seventh ))
}

@test "--pattern=sequential is the default" {
	for pattern in "" --pattern=sequential; do
		# shellcheck disable=SC2086 # none is no argument
		FAKE_DIRTY=409600 run_expecting 1 tamalloc alloc 1M \
			--touch 100% --step 4K --verify --raw $pattern
		(( ${#lines[@]} == 3 + 100 ))
	done
}

@test "--pattern=random goes all over the reservation, however little" {
	(( $(getconf PAGESIZE) == 4096 ))
	run_expecting 0 tamalloc alloc 64T --touch 1M --pattern=random --verify \
		--source=procfs --thp=never
}

# bats test_tags=real
@test "--read uses nothing, and finds what is not zero" {
	run_expecting 0 tamalloc alloc 4M --touch 2M --read --json \
		--source=procfs --thp=never
	jq -e '.stages[2].used - .stages[1].used < 262144' <<<"$output"
	jq -e '.stages[2].minor_faults >= 512' <<<"$output"
	run_expecting 0 tamalloc alloc 4M --touch 2M --read
	[[ ${lines[0]} == "PID "*": 4M at 0x"*", 2M read" ]]
	run_expecting 0 tamalloc alloc 4M --touch 2M --read --verify
	[[ ${lines[0]} == "PID "*": 4M at 0x"*", 2M read, all zero" ]]
	FAKE_DIRTY=1048577 run_expecting 1 tamalloc alloc 4M --touch 2M --read \
		--verify
	[[ $stderr == "tamalloc: offset 1048577: byte is 0x78, not zero" ]]
	FAKE_DIRTY=1048577 run_expecting 0 tamalloc alloc 4M --touch 2M --read
}

@test "--release gives all back" {
	for pattern in sequential random; do
		run_expecting 0 tamalloc alloc 4M --touch 2M --release --json \
			--pattern=$pattern
		jq -e '.stages | length == 4 and .[3].stage == "released" and
		       .[3].used == .[1].used and .[3].touched == 0 and
		       .[2].used - .[1].used == 2097152' <<<"$output"
	done
	run_expecting 0 tamalloc alloc 4M --touch 2M --release --step 512K --json
	lines_say 'map(select(.stage == "released")) as $rows |
		   ($rows | map(.touched)) == [1572864, 1048576, 524288, 0] and
		   ($rows | map(.used - $rows[3].used)) ==
		   ($rows | map(.touched))'
	run_expecting 0 tamalloc alloc 4M --touch 2M --release
	[[ ${lines[-1]} == released* ]]
}

# bats test_tags=real
@test "page faults and their time" {
	run_expecting 0 tamalloc alloc 4M --touch 2M --step 1M --json
	lines_say 'map(.minor_faults) == [0, 0, 256, 512, 512]'
	lines_say '.[-1] | (.fault_ns - .seconds * 1e9 / 512 | fabs) < 1000'
	# Reading what was never written is a fault of its own.
	run_expecting 0 tamalloc alloc 4M --touch 2M --verify --json
	jq -e '.stages[2].minor_faults == 1024' <<<"$output"
	run_expecting 0 tamalloc alloc 4M --touch 0 --step 1M --json
	lines_say '.[-1] | .fault_ns == null and .minor_faults == 0'
	run_expecting 0 tamalloc alloc 4M --touch 0 --step 1M
	[[ $output != *"time a fault"* ]]
}

# Where nothing is faked but the age of the kernel.
# bats test_tags=real
@test "neither measuring nor printing shows in the figures" {
	run_expecting 0 tamalloc alloc 4M --touch 4M --step 8K --json \
		--source=procfs --thp=never
	lines_say 'length == 515'
	lines_say '.[1].used as $start | .[2:-1] |
		   all(.[]; (.used - $start - .touched | fabs) <= 262144)'
	run_expecting 0 tamalloc alloc 4M --touch 4M --step 8K --raw \
		--source=procfs --thp=never -o used,touched
	awk 'NR == 3 { start = $1 } NR > 3 { off = $1 - start - $2
		if (off > 262144 || off < -262144) exit 1 }' <<<"$output"
}

@test "--thp: what is in force" {
	while read -r setting thp in_force; do
		export FAKE_THP=$BATS_TEST_TMPDIR/$setting
		settings="always madvise never"
		[[ $setting == absent ]] ||
			echo "${settings/"$setting"/[$setting]}" >"$FAKE_THP"
		run_expecting 0 tamalloc alloc 1M --thp="$thp" --json
		jq -e ".stages | all(.[]; .thp == \"$in_force\" and
		       .thp_system == \"$setting\")" <<<"$output"
		run_expecting 0 tamalloc alloc 1M --thp="$thp"
		if [[ $thp == default ]]; then
			(( ${#lines[@]} == 5 ))
		else
			[[ ${lines[1]} == "Huge pages: $in_force (the system's setting: $setting)" ]]
		fi
	done <<-EOF
		always default always
		always never never
		always always always
		madvise default never
		madvise never never
		madvise always always
		never default never
		never never never
		never always never
		absent default never
		absent never never
	EOF
	refused "x: not a setting (default, never or always)" alloc 1M --thp=x
}

@test "--thp: a process that was started without has none" {
	echo '[always] madvise never' >"$BATS_TEST_TMPDIR/thp"
	without='import ctypes, os, sys
ctypes.CDLL(None).prctl(41, 1, 0, 0, 0)
os.environ["LD_PRELOAD"] = os.environ["FAKE"]
os.execv(sys.argv[1], sys.argv[1:])'
	FAKE_THP=$BATS_TEST_TMPDIR/thp run_expecting 0 python3 -c "$without" \
		"$CLI" alloc 1M --json
	jq -e '.stages[0].thp == "never"' <<<"$output"
}

@test "the summary's figures are those of the rows" {
	run_expecting 0 tamalloc alloc 10M --touch 4M --step 1M --verify \
		--pattern=random --seed=5 --release --json
	lines_say '.[-1] as $sum | .[0] as $before |
		map(select(.stage == "touched"))[-1] as $touched |
		$sum.requested == 10485760 and
		$sum.reserved == $touched.reserved and
		$sum.reserved_growth == 10485760 and
		$sum.used == $touched.used and
		$sum.used_growth == 4194304 and
		$sum.used_growth == $touched.used - $before.used and
		$sum.used_percent == $touched.used_percent and
		$sum.verified_bytes == 4194304 and
		$sum.released == 4194304 and
		$sum.used_released == $before.used and
		$sum.seed == 5 and $sum.pattern == "random" and
		$sum.access == "write" and
		$sum.oom_score_adj_before == 0 and $sum.oom_score_adj_after == 0'
	run_expecting 0 tamalloc alloc 10M --touch 4M --step 1M --read --json
	lines_say '.[-1] | .verified_bytes == 0 and .access == "read" and
		   .pattern == "sequential" and .seed == null and
		   .released == null and .used_released == null'
}

@test "oom_score: from /proc, and unknown without it" {
	score() {
		bash -c 'mkdir -p "$FAKE_PROC/$$" &&
			ln -sfn "$$" "$FAKE_PROC/self" &&
			echo 123 >"$FAKE_PROC/$$/oom_score" &&
			LD_PRELOAD=$FAKE exec "$CLI" "$@"' bash "$@"
	}
	export FAKE_PROC=$BATS_TEST_TMPDIR/proc
	run_expecting 0 score alloc 1M --touch 1M --step 1M --json
	lines_say '.[-1] | .oom_score_before == 123 and .oom_score_after == 123'
	run_expecting 0 score alloc 1M --touch 1M --step 1M
	grep -qx 'oom_score  *123 before, 123 after' <<<"$output"
	FAKE_PROC=/nonexistent run_expecting 0 tamalloc alloc 1M --touch 1M \
		--step 1M --json
	lines_say 'all(.[:-1][]; .oom_score == null) and
		   .[-1].oom_score_before == null'
	FAKE_PROC=/nonexistent run_expecting 0 tamalloc alloc 1M --touch 1M \
		--step 1M
	grep -qx 'oom_score  *- before, - after' <<<"$output"
}

@test "misuse of steps" {
	for option in --step=1M --rate=1M --interval=1 --pattern=random --read \
		      --release --verify; do
		refused "${option%%=*} does nothing without --touch" \
			alloc 1M "$option"
	done
	refused "--rate and --interval exclude each other" \
		alloc 1M --touch 1M --rate 1M --interval 1
	refused "--seed does nothing without --pattern=random" \
		alloc 1M --touch 1M --seed 1
	refused "x: not a pattern (sequential or random)" \
		alloc 1M --touch 1M --pattern x
	refused "0: nothing to touch in a step" alloc 1M --touch 1M --step 0
	refused "0K/s: nothing would ever be touched" \
		alloc 1M --touch 1M --rate 0K/s
	for seed in -1 x 1x "" 18446744073709551616 0x1; do
		refused "$seed: not a seed (a whole number)" \
			alloc 1M --touch 1M --pattern random --seed="$seed"
	done
	for step in x -1 1e9 "" 1.5.5M; do
		run_expecting 2 tamalloc alloc 1M --touch 1M --step="$step"
		[[ $stderr == "tamalloc: $step: n"* ]]
	done
	for rate in x -1/s 1M/m 1M/ss /s ""; do
		run_expecting 2 tamalloc alloc 1M --touch 1M --rate="$rate"
		[[ $stderr == "tamalloc: $rate: n"* ]]
	done
	long=$(printf '%050d' 1)
	refused "$long: not a rate (a size a second, as in 10M/s)" \
		alloc 1M --touch 1M --rate="$long"
	for interval in x -1 nan inf ""; do
		refused "$interval: not a number of seconds" \
			alloc 1M --touch 1M --interval="$interval"
	done
}

@test "SIGINT and SIGTERM end it, with the rows that there were" {
	for signal in INT:130 TERM:143; do
		for when in "--interval 60" "--rate 64/s" "--interval 60 --release"; do
			# shellcheck disable=SC2086 # words
			env --default-signal=INT LD_PRELOAD="$FAKE" "$CLI" alloc \
				1M --touch 8K --step 4K $when --hold \
				>"$BATS_TEST_TMPDIR/out" \
				2>"$BATS_TEST_TMPDIR/err" </dev/null 3>&- &
			pid=$!
			until_true grep -q "^touched" "$BATS_TEST_TMPDIR/out"
			kill -"${signal%:*}" "$pid"
			status=0
			wait "$pid" || status=$?
			(( status == ${signal#*:} ))
			(( $(wc -l <"$BATS_TEST_TMPDIR/out") == 4 ))
			[[ $(<"$BATS_TEST_TMPDIR/err") == "tamalloc: interrupted when 4K had been touched" ]]
		done
	done
}

@test "SIGTERM while it gives back" {
	for pattern in sequential random; do
		LD_PRELOAD=$FAKE "$CLI" alloc 1M --touch 8K --step 4K \
			--interval 3 --release --pattern=$pattern \
			>"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" 3>&- &
		pid=$!
		until_true grep -q "^released" "$BATS_TEST_TMPDIR/out"
		kill "$pid"
		status=0
		wait "$pid" || status=$?
		(( status == 143 ))
		[[ $(<"$BATS_TEST_TMPDIR/err") == "tamalloc: interrupted when 4K had been given back" ]]
		(( $(grep -c ^released "$BATS_TEST_TMPDIR/out") == 1 ))
	done
}

@test "SIGINT within a step" {
	env --default-signal=INT "$CLI" alloc 4T --source=procfs --thp=never \
		--touch 4T --read >"$BATS_TEST_TMPDIR/out" \
		2>"$BATS_TEST_TMPDIR/err" 3>&- &
	pid=$!
	# It catches signals, of which SIGINT is 0x2, before it touches.
	until_true grep -q '^SigCgt:.*[2367abef]$' "/proc/$pid/status"
	sleep 0.2
	kill -INT "$pid"
	status=0
	wait "$pid" || status=$?
	(( status == 130 ))
	[[ ! -s $BATS_TEST_TMPDIR/out ]]
	[[ $(<"$BATS_TEST_TMPDIR/err") == "tamalloc: interrupted when "*" had been touched" ]]
}

@test "SIGINT that was ignored stays so" {
	env --ignore-signal=INT LD_PRELOAD="$FAKE" "$CLI" alloc 1M --touch 1M \
		--interval 0.5 --step 512K >"$BATS_TEST_TMPDIR/out" 3>&- &
	pid=$!
	until_true grep -q "^touched" "$BATS_TEST_TMPDIR/out"
	kill -INT "$pid"
	wait "$pid"
	grep -q "^requested" "$BATS_TEST_TMPDIR/out"
}

@test "rows that cannot be written end it at once" {
	for format in "" --json --raw; do
		SECONDS=0
		# shellcheck disable=SC2086 # none is no argument
		run_expecting 1 bash -c 'LD_PRELOAD=$FAKE "$CLI" alloc 1M \
			--touch 1M --interval 60 '"$format"' >/dev/full'
		[[ $stderr == "tamalloc: write error: No space left on device" ]]
		# shellcheck disable=SC2086 # none is no argument
		run_expecting 1 bash -c 'LD_PRELOAD=$FAKE "$CLI" alloc 1M \
			--touch 1M --interval 60 '"$format"' >&-'
		[[ $stderr == "tamalloc: write error: Bad file descriptor" ]]
		(( SECONDS < 20 ))
	done
	run_expecting 141 bash -c 'set -o pipefail
		LD_PRELOAD=$FAKE "$CLI" alloc 1M --touch 1M --step 4K \
		--interval 0.01 | head -n 1'
	[[ $output == "STAGE "* ]]
	for format in "" --json --raw; do
		run_expecting 1 bash -c 'trap "" PIPE; set -o pipefail
			LD_PRELOAD=$FAKE "$CLI" alloc 1M --touch 1M --step 4K \
			--interval 0.01 '"$format"' | head -n 1 >/dev/null'
		[[ -z $stderr ]]
	done
}

@test "--hold after steps" {
	run_expecting 0 tamalloc alloc 1M --touch 1M --step 512K --json \
		--hold=0.1 </dev/null
	lines_say '.[-1].stage == "summary"'
	[[ $stderr == "tamalloc: PID "*" holds 1048576 for 0.1 s, or until SIGINT or SIGTERM" ]]
}
