#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Where the figures come from, on kernels with and without the system calls.

load common

setup() {
	export FAKE_GLOBAL="2560 612" FAKE_PROCESSES="1:102400:12288:12:0"
	fake_process 1 512 256
	fake_overcommit 0
}

@test "auto takes the system calls, and says nothing" {
	for command in "alloc 1M" "global" "proc 1"; do
		# shellcheck disable=SC2086 # words
		run_expecting 0 tamalloc $command --json
		jq -e '.[][] | .source == "syscall"' <<<"$output"
		[[ -z $stderr ]]
	done
}

@test "auto answers ENOSYS and EPERM from /proc, and says so" {
	FAKE_PROBE=ENOSYS run_expecting 0 tamalloc global -rno SOURCE,RESERVED
	[[ $output == "procfs 2097152" ]]
	[[ $stderr == "$note" ]]
	FAKE_PROBE=EPERM run_expecting 0 tamalloc proc 1 --source=auto \
		-rno SOURCE,USED
	[[ $output == "procfs 1048576" ]]
	[[ $stderr == "tamalloc: the tamalloc system calls are blocked here (seccomp): answering from mmap(2) and /proc" ]]
}

@test "auto on a kernel without the calls, with the real mmap and /proc" {
	unset FAKE_PROC
	FAKE_PROBE=ENOSYS run_expecting 0 tamalloc alloc 64M --touch 8M \
		--verify --json
	[[ -z $stderr ]]
	jq -e '[.stages[].source] | unique == ["procfs"]' <<<"$output"
	jq -e '.stages | .[1].reserved - .[0].reserved == 67108864' <<<"$output"
	jq -e '.stages | .[2].used - .[1].used | . >= 8000000' <<<"$output"
}

@test "JSON says so itself, and is all that is printed" {
	unset FAKE_PROC
	export FAKE_PROBE=ENOSYS
	for command in "alloc 1M" "alloc 1M --compare" "global" "proc 1" \
		       "global --count 1"; do
		# shellcheck disable=SC2086 # words
		run tamalloc $command --json
		[[ $status -eq 0 ]]
		jq -e '.. | .source? // empty | . == "procfs"' <<<"$output"
	done
}

@test "--quiet and TAMALLOC_SOURCE silence the note" {
	unset FAKE_PROC
	export FAKE_PROBE=ENOSYS
	for command in "alloc 1M" "alloc 1M --compare" "global" "proc 1"; do
		for option in -q --quiet --source=procfs; do
			# shellcheck disable=SC2086 # words
			run_expecting 0 tamalloc $command $option
			[[ -n $output && -z $stderr ]]
		done
		# shellcheck disable=SC2086 # words
		TAMALLOC_SOURCE=procfs run_expecting 0 tamalloc $command
		[[ -n $output && -z $stderr ]]
	done
	# An error is no note.
	run_expecting 3 tamalloc global -q --source=syscall
	[[ $stderr == "$lacking"$'\n'"$remedy" ]]
}

@test "TAMALLOC_SOURCE chooses, unless --source does" {
	source_of() { tamalloc global -rno SOURCE "$@"; }
	export TAMALLOC_SOURCE=procfs
	run_expecting 0 source_of
	[[ $output == procfs ]]
	run_expecting 0 source_of --source=auto
	[[ $output == syscall ]]
	TAMALLOC_SOURCE='' run_expecting 0 source_of
	[[ $output == syscall ]]
	TAMALLOC_SOURCE=syscall FAKE_PROBE=ENOSYS run_expecting 3 source_of
	TAMALLOC_SOURCE=kernel refused "TAMALLOC_SOURCE=kernel: not a source (auto, syscall or procfs)" \
		global
	TAMALLOC_SOURCE=kernel run_expecting 0 source_of --source=procfs
}

@test "syscall has its own exit status where the calls are missing" {
	for command in "alloc 1M" "global" "proc 1"; do
		# shellcheck disable=SC2086 # words
		FAKE_PROBE=ENOSYS run_expecting 3 tamalloc $command \
			--source=syscall
		[[ -z $output && $stderr == "$lacking"$'\n'"$remedy" ]]
		# shellcheck disable=SC2086 # words
		FAKE_PROBE=EPERM run_expecting 3 tamalloc $command \
			--source=syscall
		[[ -z $output && $stderr == *"(seccomp)" ]]
	done
}

@test "any other answer to the probe means that the calls are there" {
	FAKE_PROBE=ENOMEM run_expecting 0 tamalloc global
	is_golden global <<<"$output"
}

@test "procfs does not ask the system calls" {
	run_expecting 0 tamalloc global --source=procfs --json
	jq -e '.global[0].source == "procfs"' <<<"$output"
	[[ -z $stderr ]]
}

no_proc="/proc is not mounted here, or shows another PID namespace"

@test "procfs without /proc is one clear error" {
	export FAKE_PROC=/nonexistent
	for command in "alloc 1M" "global" "proc 1"; do
		# shellcheck disable=SC2086 # words
		run_expecting 1 tamalloc $command --source=procfs
		[[ -z $output && $stderr == "tamalloc: $no_proc" ]]
	done
	FAKE_PROBE=ENOSYS run_expecting 1 tamalloc global
	[[ -z $output && $stderr == "$lacking, and $no_proc" ]]
}

# bats test_tags=real
@test "the system calls without /proc: really none" {
	need_root
	unset FAKE_PROC
	without_proc() {
		LD_PRELOAD='' unshare -m bash -c 'mount -t tmpfs none /proc &&
			LD_PRELOAD=$FAKE exec "$CLI" "$@"' - "$@"
	}
	run_expecting 0 without_proc alloc 100M --touch 10M
	is_golden alloc < <(normalise <<<"$output")
	run_expecting 0 without_proc global
	sed 's/ heuristic$/ -/' "$golden/global" | diff - <(echo "$output")
	run_expecting 0 without_proc proc -rn 1
	[[ $output == "1 104857600 12582912 12 0 - -" ]]
	run_expecting 1 without_proc proc --all
	[[ $stderr == *" need /proc, which is not mounted here, "* ]]
	run_expecting 1 without_proc global --source=procfs
	[[ $stderr == "tamalloc: $no_proc" ]]
}

@test "/proc of another PID namespace is not believed" {
	need_root
	unset FAKE_PROC
	run_expecting 1 unshare -pf "$CLI" proc 1 --source=procfs
	[[ $stderr == "tamalloc: $no_proc" ]]
	run_expecting 0 unshare -pf env LD_PRELOAD="$FAKE" "$CLI" proc -rn 1
	[[ $output == "1 104857600 12582912 12 0 - -" ]]
	run_expecting 1 unshare -pf env LD_PRELOAD="$FAKE" "$CLI" proc --all
	[[ $stderr == *" need /proc, which is not mounted here, "* ]]
}

# $1 is hidepid's value, the rest are arguments; a user other than root.
hidden_proc() {
	unshare -m bash -c 'mount -t proc -o "hidepid=$1" proc /proc && shift &&
		exec setpriv --reuid=65534 --regid=65534 --clear-groups "$@"' \
		- "$1" "$public/tamalloc" "${@:2}" --source=procfs
}

@test "procfs as an ordinary user, and under hidepid" {
	need_root
	unset FAKE_PROC
	public=$(mktemp -d)
	install -m 755 "$CLI" "$public"
	chmod 755 "$public"
	run_expecting 0 hidden_proc 0 proc 1
	[[ ${lines[1]} =~ ^\ *1\  ]]
	run_expecting 1 hidden_proc 1 proc 1
	[[ $stderr == "tamalloc: 1: not permitted: it is hidden from this user" ]]
	# Nothing shows that the others exist.
	run_expecting 0 hidden_proc 2 proc --all -rno USER
	[[ $output == nobody ]]
	run_expecting 1 hidden_proc 2 proc 1
	[[ $stderr == "tamalloc: 1: no such process" ]]
	run_expecting 0 hidden_proc 2 global
	run_expecting 0 hidden_proc 2 alloc 10M --touch 1M --verify
	rm -r "$public"
}

@test "PIDs of another PID namespace are gone here, and /proc has its own" {
	need_root
	unset FAKE_PROC FAKE_PROCESSES
	run_expecting 0 unshare -pf --mount-proc "$CLI" proc --all \
		--source=procfs -rno PID,STATUS
	[[ $output == "1 ok" ]]
	run_expecting 1 unshare -pf --mount-proc "$CLI" proc $$ \
		--source=procfs -rno PID,USED
	[[ $output == "$$ gone" ]]
}
