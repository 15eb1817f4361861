#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# A hostile world: filters, namespaces, signals, limits.

load common

setup_file() {
	cc -Wall -Wextra -Werror -o "$BATS_FILE_TMPDIR/seccomp" \
		"$BATS_TEST_DIRNAME/../lib/seccomp.c"
}

setup() {
	pid=
}

teardown() {
	[[ -z $pid ]] || kill -KILL "$pid" 2>/dev/null || true
}

# The command, without the fake, behind a filter that answers with $1.
filtered() {
	"$BATS_FILE_TMPDIR/seccomp" "$1" "$CLI" "${@:2}"
}

@test "a seccomp filter that answers ENOSYS or EPERM: the calls are absent" {
	for error in ENOSYS EPERM; do
		for command in "alloc 1M" "global" "proc $$"; do
			# shellcheck disable=SC2086 # words
			run_expecting 0 filtered $error $command --json
			jq -e '[.. | .source? // empty] | unique == ["procfs"]' \
				<<<"$output"
			[[ -z $stderr ]]
			# shellcheck disable=SC2086 # words
			run_expecting 0 filtered $error $command
			case $error in
			ENOSYS) [[ $stderr == "$note" ]] ;;
			EPERM) [[ $stderr == "tamalloc: the tamalloc system calls are blocked here (seccomp): answering from mmap(2) and /proc" ]] ;;
			esac
			# shellcheck disable=SC2086 # words
			run_expecting 3 filtered $error $command --source=syscall
			# Where they lack, a second line tells how to get them.
			[[ -z $output ]]
			case $error in
			ENOSYS) [[ $stderr == *"lacks the tamalloc system calls"$'\n'"Install tamalloc-dkms "* ]] ;;
			EPERM) [[ $stderr == "tamalloc: the tamalloc system calls are blocked here (seccomp)" ]] ;;
			esac
			# shellcheck disable=SC2086 # words
			run_expecting 0 filtered $error $command --source=procfs
			[[ -z $stderr ]]
		done
	done
}

@test "the filter answers these three calls and no others" {
	cat >"$BATS_TEST_TMPDIR/calls.c" <<-'EOF'
		#include <errno.h>
		#include <unistd.h>
		static int is(long number, int error)
		{
			return syscall(number, 0) == -1 && errno == error;
		}
		int main(void)
		{
			return !(is(551, EPERM) && is(552, EPERM) &&
				 is(553, EPERM) && is(550, ENOSYS) &&
				 is(554, ENOSYS));
		}
	EOF
	cc -D_GNU_SOURCE -o "$BATS_TEST_TMPDIR/calls" "$BATS_TEST_TMPDIR/calls.c"
	"$BATS_FILE_TMPDIR/seccomp" EPERM "$BATS_TEST_TMPDIR/calls"
}

@test "PIDs are those of one's own namespace" {
	need_root
	inside() {
		unshare --pid --fork --mount-proc "$CLI" "$@" --source=procfs
	}
	# It is the first there, and alone.
	run_expecting 0 inside proc -n 1
	[[ ${#lines[@]} -eq 1 ]]
	run_expecting 1 inside proc $$
	[[ $stderr == "tamalloc: $$: no such process" ]]
	run_expecting 0 inside global --json
	mapfile -t inner < <(jq '.. | .reserved? // empty' <<<"$output")
	run_expecting 0 "$CLI" global --json --source=procfs
	mapfile -t outer < <(jq '.. | .reserved? // empty' <<<"$output")
	(( inner[0] < outer[0] ))
	# Those of a namespace below are seen under the IDs that they have here.
	unshare --pid --fork --kill-child sleep 300 3>&- &
	pid=$!
	disown
	until_true pgrep -P "$pid" -x sleep
	child=$(pgrep -P "$pid" -x sleep)
	run_expecting 0 "$CLI" proc -nb --source=procfs "$child"
	[[ $(words <<<"$output") == "$child $(awk '/^VmSize/ { print $2 * 1024 }' \
		"/proc/$child/status") "* ]]
}

@test "a stopped and continued command, and signals that it ignores, change nothing" {
	LD_PRELOAD=$FAKE "$CLI" alloc 64M --touch 1M --hold=3 </dev/null \
		>"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" 3>&- &
	pid=$!
	until_true grep -qs " holds " "$BATS_TEST_TMPDIR/err"
	start=${EPOCHREALTIME/.}
	for signal in WINCH STOP CONT CHLD URG WINCH STOP CONT; do
		kill "-$signal" "$pid"
		sleep 0.1
	done
	kill -0 "$pid"
	wait "$pid"
	pid=
	# It held as long as asked, and printed nothing more.
	(( ${EPOCHREALTIME/.} - start > 2000000 ))
	[[ $(wc -l <"$BATS_TEST_TMPDIR/err") -eq 1 ]]
}

@test "SIGPIPE: a reader that has gone is no error message" {
	# shellcheck disable=SC2016 # the inner shell's
	run_expecting 0 bash -o pipefail -c '
		LD_PRELOAD=$FAKE FAKE_PROCESSES="*:102400:12288:12:0" \
			"$CLI" proc $(seq 2000) | head -n 1 >/dev/null
		(( PIPESTATUS[0] == 0 || PIPESTATUS[0] == 141 ))'
	[[ -z $stderr ]]
}

# bats test_tags=real
@test "few descriptors, little stack" {
	limited() {
		(ulimit -n 8 -s 256 && tamalloc "$@")
	}
	export FAKE_PROCESSES="1:102400:12288:12:0" FAKE_GLOBAL="2560 612"
	fake_process 1 512 256
	for command in "global" "proc 1" "alloc 1M --touch 1M" \
		       "global --source=procfs"; do
		# shellcheck disable=SC2086 # words
		run_expecting 0 limited $command
		[[ -z $stderr ]]
	done
}

@test "--all: a process that could not be read is a failure, reported once" {
	export FAKE_PROCESSES="1:102400:12288:12:0 2:ENOMEM 3:ENOMEM 4:EPERM"
	for pid in 1 2 3 4; do
		fake_process $pid 512 256
	done
	run_expecting 64 tamalloc proc --all --raw --noheadings -o PID,STATUS
	[[ $(sort <<<"$output") == $'1 ok\n2 error\n3 error\n4 denied' ]]
	[[ $stderr == "tamalloc: "[23]": Cannot allocate memory" ]]
	unset FAKE_PROC
	few_files() { (ulimit -n 4 && "$CLI" proc --all --source=procfs -rno STATUS) 3>&- 4>&-; }
	run_expecting 1 few_files
	[[ $(sort -u <<<"$output") == error ]]
	[[ $stderr == "tamalloc: "*": Too many open files" && ${#stderr_lines[@]} -eq 1 ]]
}

@test "an empty environment, no arguments at all" {
	run_expecting 0 env -i "$CLI" --version
	run_expecting 0 env -i "$CLI" alloc 1M --touch 1M --source=procfs
	cat >"$BATS_TEST_TMPDIR/none.c" <<-'EOF'
		#include <unistd.h>
		int main(int argc, char **argv)
		{
			char *none[] = { NULL };

			return argc < 2 ? 1 : execve(argv[1], none, none);
		}
	EOF
	cc -o "$BATS_TEST_TMPDIR/none" "$BATS_TEST_TMPDIR/none.c"
	run_expecting 2 "$BATS_TEST_TMPDIR/none" "$CLI"
	[[ $stderr == *"a command is missing"* ]]
}

# bats test_tags=real
@test "valgrind finds nothing" {
	export FAKE_GLOBAL="2560 612" FAKE_PROCESSES="1:102400:12288:12:0"
	fake_process 1 512 256
	checked() {
		LD_PRELOAD=$FAKE valgrind -q --error-exitcode=99 \
			--leak-check=full --errors-for-leak-kinds=definite \
			--track-fds=no "$CLI" "$@"
	}
	for command in "--help" "alloc 2M --touch 1M --verify --json" \
		       "global --raw" "proc 1 -o +SOURCE" \
		       "global --source=procfs --json"; do
		# shellcheck disable=SC2086 # words
		run_expecting 0 checked $command
		[[ -z $stderr ]]
	done
	run_expecting 1 checked proc 5
	[[ $stderr == "tamalloc: 5: no such process" ]]
	run_expecting 2 checked proc x
}
