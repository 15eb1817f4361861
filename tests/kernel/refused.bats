#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: TAMALLOC=FILE SECCOMP=FILE EXAMPLES=DIRECTORY SELFTESTS=DIRECTORY \
#            bats tests/kernel/refused.bats
#
# The command in the booted kernel where the system calls are there, and yet
# out of reach, or see another world: filters and namespaces.
# shellcheck disable=SC2030,SC2031,SC2154 # bats runs each test in a subshell

bats_require_minimum_version 1.5.0

setup() {
	pid=
}

teardown() {
	[[ -z $pid ]] || kill "$pid"
}

sources() {
	jq -r '[.. | .source? // empty] | unique | join(" ")' <<<"$output"
}

@test "behind a filter the calls are absent, whichever error it gives" {
	for error in EPERM ENOSYS; do
		for command in "alloc 10M --touch 1M" global "proc 1"; do
			# shellcheck disable=SC2086 # words
			run -0 --separate-stderr "$TAMALLOC" $command --json
			[[ $(sources) == syscall ]]
			# shellcheck disable=SC2086 # words
			run -0 --separate-stderr "$SECCOMP" "$error" \
				"$TAMALLOC" $command --json
			[[ $(sources) == procfs && -z $stderr ]]
			# shellcheck disable=SC2086 # words
			run -0 --separate-stderr "$SECCOMP" "$error" \
				"$TAMALLOC" $command
			# Before a note that used lags, on 6.1 now and then.
			[[ ${stderr_lines[0]} == *": answering from mmap(2) and /proc" ]]
			# shellcheck disable=SC2086 # words
			run -3 --separate-stderr "$SECCOMP" "$error" \
				"$TAMALLOC" $command --source=syscall
			[[ -z $output ]]
		done
	done
}

@test "both sources report the same for a process that sleeps" {
	sleep 300 3>&- &
	pid=$!
	# Asleep in it: while it starts, its memory grows.
	until grep -q '(sleep) S' "/proc/$pid/stat"; do sleep 0.1; done
	for source in syscall procfs; do
		"$TAMALLOC" proc "$pid" --raw --noheadings --source=$source \
			-o PID,RESERVED,USED,OOM_SCORE_ADJ >"$BATS_TEST_TMPDIR/$source"
	done
	diff "$BATS_TEST_TMPDIR"/{syscall,procfs}
	[[ $(awk '{ print $2 }' "$BATS_TEST_TMPDIR/syscall") == \
		"$(awk '$1 == "VmSize:" { print $2 * 1024 }' "/proc/$pid/status")" ]]
}

@test "in a PID namespace of its own, without a /proc of its own" {
	# The system calls know it; /proc still is that of the outer one.
	run -0 --separate-stderr unshare --pid --fork \
		"$TAMALLOC" proc 1 --json --source=syscall
	[[ $(sources) == syscall ]]
	run -1 --separate-stderr unshare --pid --fork \
		"$TAMALLOC" proc $$ --source=syscall
	[[ $stderr == "tamalloc: $$: no such process" ]]
	run -1 --separate-stderr unshare --pid --fork \
		"$TAMALLOC" proc 1 --source=procfs
	[[ $stderr == *"shows another PID namespace" ]]
	run -0 "$TAMALLOC" global --raw --noheadings -o RESERVED --source=syscall
	outer=$output
	run -0 unshare --pid --fork \
		"$TAMALLOC" global --raw --noheadings -o RESERVED --source=syscall
	[[ $output -gt 0 && $output -lt $outer ]]
}

# Runs the command in a profile that has all but /proc.
confined() {
	"$AA_EXEC" -p tamalloc-test -- "$@"
}

@test "a security module that keeps /proc from a program is asked above level 0" {
	AA_EXEC=$(command -v aa-exec)
	restrict=/proc/sys/vm/tamalloc_restrict
	mountpoint -q /sys/kernel/security ||
		mount -t securityfs securityfs /sys/kernel/security
	apparmor_parser --skip-cache --replace <<-'EOF'
		profile tamalloc-test flags=(attach_disconnected) {
		  capability,
		  /** rwmlkix,
		  deny /proc/[0-9]*/** rw,
		}
	EOF
	run -1 confined cat "/proc/$$/status"
	run -0 confined "$TAMALLOC" proc $$ --source=syscall
	for level in 1 2; do
		echo "$level" >"$restrict"
		run --separate-stderr confined "$TAMALLOC" proc $$ --source=syscall
		answers[level]="$status $stderr"
	done
	echo 0 >"$restrict"
	apparmor_parser --remove <<<'profile tamalloc-test {}'
	printf "%s\n" "${answers[@]}"
	[[ ${answers[1]} == "1 tamalloc: $$: not permitted: it is hidden from this user" ]]
	[[ ${answers[2]} == "1 tamalloc: $$: no such process" ]]
}

@test "an example behind the filter: a clear message, and exit 3" {
	for example in reserve totals "process 1"; do
		# shellcheck disable=SC2086 # words
		run -3 --separate-stderr "$SECCOMP" ENOSYS "$EXAMPLES"/gcc/$example
		[[ $stderr == *"this kernel lacks the call"* ]]
	done
}

@test "the selftests skip what needs huge pages where there are none" {
	# As with PREEMPT_RT.
	# shellcheck disable=SC2016 # for the inner shell
	run -0 unshare --mount sh -c 'mount -t tmpfs tmpfs /sys/kernel/mm && exec "$SELFTESTS/lazy"'
	[[ $(grep -c '^ok .*# SKIP cannot set .*: No such file or directory$' <<<"$output") -eq 4 ]]
	[[ $(grep -c '^ok ' <<<"$output") -gt 4 ]]
}
