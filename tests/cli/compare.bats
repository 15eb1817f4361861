#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# tamalloc alloc --compare.  On the kernel's own answers: what malloc(3) gives
# the fake knows nothing of.

load common

teardown() {
	remove_cgroup
}

compare() {
	tamalloc alloc --source=procfs --thp=never "$@" --compare
}

# bats test_tags=real
@test "five ways, side by side" {
	run_expecting 0 compare 64M --touch 8M --json
	jq -e '.methods | map(.method) == ["tamalloc", "mmap", "malloc",
	       "calloc", "populate"]' <<<"$output"
	jq -e '.methods | all(.[]; .touched == 8388608 and
	       (.reserved - 67108864 | . >= 0 and . <= 8192) and
	       .source == "procfs" and .thp == "never" and
	       .reserve_seconds >= 0 and .touch_seconds > 0)' <<<"$output"
	# The four that are lazy, and the one that isn't.
	jq -e '.methods[:4] | all(.[]; .used_reserved <= 270336 and
	       (.used_touched - 8388608 | fabs) <= 540672 and
	       .minor_faults >= 2048 and .minor_faults <= 2064)' <<<"$output"
	jq -e '.methods[4] | .used_reserved >= 66838528 and
	       .used_touched >= 66838528 and .reserve_faults >= 16384 and
	       .minor_faults <= 16' <<<"$output"
}

@test "a table, whose figures are for people" {
	run_expecting 0 compare 64M --touch 8M
	[[ ${lines[0]} == "Huge pages: never (the system's setting: madvise)" ]]
	[[ $(words <<<"${lines[1]}") == "METHOD TOUCHED RESERVE_S RESERVED USED_FIRST USED MINFLT TOUCH_S" ]]
	(( ${#lines[@]} == 7 ))
	[[ $(words <<<"${lines[6]}") == "populate 8M 0."*" 64M 6"*"M 6"*"M "* ]]
	run_expecting 0 compare 64M --touch 8M --raw --noheadings
	(( ${#lines[@]} == 5 ))
	[[ ${lines[0]} == "tamalloc 8388608 "* ]]
}

@test "a row a step" {
	run_expecting 0 compare 64M --touch 8M --step 4M --json
	jq -e '.methods | map([.method, .touched / 4194304]) ==
	       [("tamalloc", "mmap", "malloc", "calloc", "populate") |
	       [., 1], [., 2]]' <<<"$output"
	jq -e '.methods[0:2] | .[1].used_touched - .[0].used_touched >= 3900000' \
		<<<"$output"
}

# bats test_tags=real
@test "nothing touched, reads, and a random order" {
	run_expecting 0 compare 64M --json
	jq -e '.methods | all(.[]; .touched == 0 and .minor_faults <= 16)' \
		<<<"$output"
	run_expecting 0 compare 64M --touch 8M --read --json
	jq -e '.methods[:4] | all(.[]; .used_touched <= 270336)' <<<"$output"
	run_expecting 0 compare 64M --touch 8M --pattern=random --seed=9 --json
	jq -e '.methods[:4] | all(.[]; (.used_touched - 8388608 | fabs) <= 540672)' \
		<<<"$output"
	# Small sizes come from malloc(3)'s heap, and end within a page.
	for size in 1 100 4097 100000; do
		for pattern in sequential random; do
			run_expecting 0 compare $size --touch 100% --json \
				--pattern=$pattern
			jq -e '.methods | length == 5' <<<"$output"
		done
	done
}

# bats test_tags=real
@test "huge pages, or none, are what is populated with" {
	for thp in always never; do
		run_expecting 0 "$CLI" alloc 64M --compare --source=procfs \
			--thp=$thp --json
		jq -e '.methods[] | select(.method == "populate") |
		       (.reserve_faults < 16384) == (.thp == "always")' \
			<<<"$output"
	done
}

@test "the source's own call is the first" {
	run_expecting 0 tamalloc alloc 8M --touch 4M --compare --json
	jq -e '.methods[0] | .source == "syscall" and .used_touched == 4194304 and
	       .used_reserved == 0 and .reserved == 8388608' <<<"$output"
}

@test "a kernel that counts late is said to, where it shows" {
	export FAKE_LAG=264 FAKE_RELEASE=6.1.0
	run_expecting 0 tamalloc alloc 8M --touch 4M --compare
	[[ $stderr == "tamalloc: used lags by up to 264K: "* ]]
	run_expecting 0 tamalloc alloc 8M --touch 4M --compare --quiet
	[[ -z $stderr ]]
	run_expecting 0 tamalloc alloc 8M --touch 4M --compare --json
	[[ -z $stderr ]]
	jq -e '.methods | all(.[]; .lag == 270336)' <<<"$output"
	FAKE_RELEASE=6.2 run_expecting 0 tamalloc alloc 8M --touch 4M --compare
	[[ -z $stderr ]]
}

@test "what MAP_POPULATE could not be given is refused" {
	available=$(awk '/^MemAvailable/ { print $2 }' /proc/meminfo)
	run_expecting 1 "$CLI" alloc $((available * 2))K --compare \
		--source=procfs
	[[ -z $output && ${#stderr_lines[@]} -eq 1 ]]
	[[ $stderr == "tamalloc: MAP_POPULATE would use "*" at once, but only "*" are available" ]]
	fake_meminfo MemTotal=100000 MemAvailable=4096
	ln -s /proc/self/oom_score_adj "$FAKE_PROC/self"
	# With the page tables and the program, 2056K and 2313K are needed.
	run_expecting 1 tamalloc alloc 2056K --compare
	[[ $stderr == "tamalloc: MAP_POPULATE would use 4M at once, but only 4M are available" ]]
	run_expecting 1 tamalloc alloc 2041K --compare --bytes
	[[ $stderr == "tamalloc: MAP_POPULATE would use 4195300 at once, but only 4194304 are available" ]]
	run_expecting 0 tamalloc alloc 2040K --compare
	# Without /proc, sysinfo(2) decides.
	FAKE_PROC=/nonexistent run_expecting 0 tamalloc alloc 2041K --compare
	FAKE_PROC=/nonexistent run_expecting 1 tamalloc alloc 100T --compare
	[[ $stderr == "tamalloc: MAP_POPULATE would use 100.4T at once, but "* ]]
}

@test "nor what the cgroup would not give" {
	fake_meminfo MemTotal=1048576 MemAvailable=524288
	fake_cgroup 2 /a/b / a/memory.max=41943040 a/memory.current=4194304
	run_expecting 1 tamalloc alloc 35M --compare
	[[ $stderr == "tamalloc: MAP_POPULATE would use 37.1M at once, but only 36M are available" ]]
	run_expecting 0 tamalloc alloc 33M --compare
}

# Kills all processes of the group if one goes too far, where there is that.
kill_as_group() {
	[[ ! -e $cgroup/memory.oom.group ]] ||
		echo 1 >"${cgroup%/*}/memory.oom.group"
}

# bats test_tags=real
@test "in a real cgroup, nothing is killed" {
	make_cgroup 40M
	kill_as_group
	run_expecting 1 in_cgroup "$CLI" alloc 200M --compare --touch 10M \
		--source=procfs
	[[ $stderr == "tamalloc: MAP_POPULATE would use 202.8M at once, but only "*M" are available" ]]
	# As much as it says to be available can be had.
	available=$(in_cgroup "$CLI" global --source=procfs -rno AVAILABLE)
	most=$(((available - 4194304) / 1024))
	run_expecting 0 in_cgroup "$CLI" alloc ${most}K --compare \
		--touch 100% --source=procfs --raw --noheadings
	(( ${#lines[@]} == 5 ))
}

@test "what does not go with it" {
	for option in --hold --plot=x.svg --rate=1M --interval=1 --release \
		      --verify; do
		refused "--compare and ${option%%=*} exclude each other" \
			alloc 1M --touch 1M --compare "$option"
	done
	refused "--compare and --output exclude each other" \
		alloc 1M --compare -o used
}

# bats test_tags=real
@test "what cannot be reserved is said once" {
	limited() {
		(ulimit -v 1000000 && compare 2G --touch 1M "$@")
	}
	for format in "" --json --raw; do
		# shellcheck disable=SC2086 # none is no argument
		run_expecting 1 limited $format
		[[ -z $output || $output == *'"methods": ['*']'* ]]
		[[ $stderr == "tamalloc: cannot reserve 2G: "* ]]
		(( ${#stderr_lines[@]} == 1 ))
	done
}

@test "SIGINT and SIGTERM end it and its child, and it shows what it had" {
	for signal in INT:130 TERM:143; do
		env --default-signal=INT "$CLI" alloc 256M --touch 100% \
			--pattern=random --step 4K --compare \
			--source=procfs --thp=never --json \
			>"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" 3>&- &
		pid=$!
		# The first run is not shown, the second prints rows at once.
		first=$(until_true pgrep -P "$pid")
		until_true another_child
		sleep 0.2
		child=$(pgrep -P "$pid")
		kill -"${signal%:*}" "$pid"
		status=0
		wait "$pid" || status=$?
		(( status == ${signal#*:} ))
		jq -e '.methods | length > 0' "$BATS_TEST_TMPDIR/out"
		[[ $(<"$BATS_TEST_TMPDIR/err") == "tamalloc: interrupted while running "* ]]
		[[ ! -e /proc/$child ]]
	done
}

@test "a killed child is reported, and the others go on" {
	"$CLI" alloc 256M --touch 100% --step 4K --compare --source=procfs \
		--thp=never --raw >"$BATS_TEST_TMPDIR/out" \
		2>"$BATS_TEST_TMPDIR/err" 3>&- &
	pid=$!
	first=$(until_true pgrep -P "$pid")
	until_true another_child
	kill -KILL "$(pgrep -P "$pid")"
	until_true grep -qx "tamalloc: tamalloc: ended by signal 9 (Killed)" \
		"$BATS_TEST_TMPDIR/err"
	kill -TERM "$pid"
	status=0
	wait "$pid" || status=$?
	(( status == 143 ))
}

another_child() {
	local child

	child=$(pgrep -P "$pid") && [[ $child != "$first" ]]
}

@test "output that cannot be written" {
	for format in "" --json --raw; do
		run_expecting 1 bash -c '"$CLI" alloc 1M --compare --source=procfs \
			'"$format"' >/dev/full'
		[[ $stderr == "tamalloc: write error: No space left on device" ]]
	done
}
