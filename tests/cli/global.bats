#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# tamalloc global

load common

setup() {
	export FAKE_GLOBAL="2560 612"
}

@test "table" {
	run_expecting 0 tamalloc global
	is_golden global <<<"$output"
	[[ -z $stderr ]]
}

@test "--noheadings and --bytes" {
	run_expecting 0 tamalloc global --noheadings --bytes
	[[ $(words <<<"$output") == "2684354560 641728512 1048576" ]]
	run_expecting 0 tamalloc global -nb
	[[ $(words <<<"$output") == "2684354560 641728512 1048576" ]]
}

@test "--json" {
	for option in --json -J; do
		run_expecting 0 tamalloc global $option
		is_golden global.json <<<"$output"
	done
	jq -e '.global[0] | [.reserved, .used, .resolution] |
	       map(type) == ["number", "number", "number"]' <<<"$output"
}

@test "an error of the system call is not answered from /proc" {
	for error in EPERM ENOSYS EFAULT; do
		FAKE_GLOBAL=$error run_expecting 1 tamalloc global
		[[ -z $output ]]
		[[ $stderr == "tamalloc: cannot add up the processes: "* ]]
	done
}

@test "procfs: pages are summed first, and rounded down once" {
	fake_process 10 400 200
	fake_process 20 400 200
	run_expecting 0 tamalloc global --source=procfs -nb
	[[ $(words <<<"$output") == "3145728 1048576 1048576" ]]
	[[ -z $stderr ]]
}

@test "procfs: an exited leader counts, kernel threads and zombies do not" {
	fake_process 2 0 0
	fake_process 10 0 0
	fake_thread 10 11 512 256
	fake_thread 10 12 512 256
	run_expecting 0 tamalloc global --source=procfs --json
	is_golden global-procfs.json <<<"$output"
}

@test "procfs: a process that ends meanwhile adds nothing" {
	fake_process 10 512 256
	mkdir "$FAKE_PROC/11"
	run_expecting 0 tamalloc global --source=procfs -nb
	[[ $(words <<<"$output") == "2097152 1048576 1048576" ]]
}

proc_sum() {
	cat /proc/[0-9]*/statm 2>/dev/null |
		awk '{ r += $1; u += $2 } END { print int(r / 256), int(u / 256) }'
}

# Other processes come and go, so the same sum must be seen around the answer.
real_global_is_sum() {
	local before after answer

	before=$(proc_sum)
	answer=$(tamalloc global --source=procfs -nb |
		awk '{ print $1 / 1048576, $2 / 1048576 }')
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
	until_true real_global_is_sum
}
