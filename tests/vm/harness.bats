#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The harness tests/vm/run: what it gives back, and what it calls a failure.

load ../lib/kernel

setup_file() {
	bats_require_minimum_version 1.5.0
}

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return
	kernel=$(kernel_image)
}

vm() {
	run tests/vm/run --kernel "$kernel" "$@"
}

# Processes of QEMU that serve a run with this marker on its command line.
qemus() {
	pgrep -f "qemu-system-x86_64.*$1"
}

@test "gives back output and exit status, with the host's files and the same directory" {
	vm -- sh -c 'pwd; cat debian/source/format; uname -m; echo err >&2; exit 7'
	echo "$output"
	[[ $status -eq 7 ]]
	[[ ${lines[0]} == "$PWD" ]]
	[[ ${lines[1]} == "3.0 (native)" ]]
	[[ ${lines[2]} == x86_64 ]]
	[[ ${lines[3]} == err ]]
}

# shellcheck disable=SC2016 # not to be expanded is the point
@test "arguments arrive as they were given" {
	vm -- printf '<%s>' 'a b' "it's" '$x' '*'
	echo "$output"
	[[ $status -eq 0 ]]
	[[ $output == "<a b><it's><\$x><*>" ]]
}

@test "the guest has two CPUs, and as many as asked" {
	vm -- nproc
	[[ $output == 2 ]]
	vm --cpus 3 -- nproc
	[[ $output == 3 ]]
}

# shellcheck disable=SC2016 # the guest's variables
@test "the guest can't write to the host" {
	vm -- sh -c 'touch /usr/harm "$PWD/harm" /tmp/fine && exit 9; test -e /tmp/fine'
	echo "$output"
	[[ $status -eq 0 ]]
	[[ ! -e /usr/harm ]]
	[[ ! -e harm ]]
	[[ ! -e /tmp/fine ]]
}

@test "a checkout below /tmp is there" {
	dir=$(mktemp -d /tmp/vm-bats.XXXXXX)
	cp -r tests "$dir/"
	cd "$dir"
	run tests/vm/run --kernel "$kernel" -- ls "$dir"
	cd /
	rm -r "$dir"
	echo "$output"
	[[ $status -eq 0 ]]
	[[ $output == tests ]]
}

@test "a panic is a failure" {
	vm -- sh -c 'echo 1 >/proc/sys/kernel/sysrq; echo c >/proc/sysrq-trigger'
	echo "$output"
	[[ $status -eq 125 ]]
	[[ $output == *"Kernel panic"* ]]
}

@test "a WARNING in the log is a failure, even of a command that succeeds" {
	vm -- sh -c 'echo "WARNING: CPU: 0 PID: 1 at mm/nowhere.c:1" >/dev/kmsg'
	echo "$output"
	[[ $status -eq 125 ]]
	[[ $output == *"mm/nowhere.c"* ]]
}

@test "a long report is cut, and a failure like a short one" {
	# shellcheck disable=SC2016 # the guest's variables
	vm -- sh -c 'echo on >/proc/sys/kernel/printk_devkmsg
		for i in $(seq 2000); do
			test $((i % 25)) -ne 0 || echo "WARNING: CPU: 0 PID: $i at mm/nowhere.c:1"
			printf "%0400d\n" "$i"
		done >/tmp/report
		while read -r line; do echo "$line" >/dev/kmsg; done </tmp/report'
	echo "$output"
	[[ $status -eq 125 ]]
	[[ $(grep -c '^  | ' <<<"$output") -eq 60 ]]
	[[ ${lines[-1]} == "vm/run: the kernel's log has a fault (above)" ]]
}

# Runs tests/kernel/guest there on one selftest, which says LINE to the log,
# emptied before, and reports one test that passes, or TAP.
guest() { # LINE [TAP]
	# shellcheck disable=SC2016 # the guest's variables
	vm -- sh -euc '
		mkdir -p /tmp/out/kselftest/tamalloc
		printf "%s\n" "#!/bin/sh" "test -z \"$1\" || echo \"$1\" >/dev/kmsg" \
			"cat <<EOF" "$2" EOF >/tmp/out/kselftest/tamalloc/fake
		chmod +x /tmp/out/kselftest/tamalloc/fake
		dmesg --clear
		tests/kernel/guest /tmp/out fake' - "$1" "${2-$'1..1\nok 1 one'}"
}

@test "the selftests pass where the log has no warning, before or after" {
	guest ''
	echo "$output"
	[[ $status -eq 0 ]]
	[[ $(grep -E '^(not )?ok |^1\.\.' <<<"$output") == \
		$'ok 1 - fake: one\nok 2 - no new warning in the log\n1..2' ]]
	guest '<5>no warning'
	echo "$output"
	[[ $status -eq 0 ]]
	for harmless in 'clocksource: timekeeping watchdog' 'TSC found unstable after boot'; do
		guest "<4>$harmless"
		echo "$output"
		[[ $status -eq 0 ]]
	done
}

@test "the selftests fail by a warning that is new in the log" {
	guest '<4>bad news'
	echo "$output"
	[[ $status -eq 1 ]]
	[[ $output == *'not ok 2 - no new warning in the log'*'bad news'* ]]
	[[ ${lines[-1]} == 1..2 ]]
}

@test "the selftests fail where one is skipped, ends early or fails" {
	for tap in '1..0 # SKIP why' $'1..1\nok 1 one # SKIP why' $'1..2\nok 1 one' \
		$'1..1\nnot ok 1 one'; do
		guest '' "$tap"
		echo "$output"
		[[ $status -eq 1 ]]
		[[ $(grep -c '^not ok ' <<<"$output") -eq 1 ]]
	done
}

@test "an end without a verdict is a failure" {
	vm -- sh -c 'echo o >/proc/sysrq-trigger; sleep 60'
	echo "$output"
	[[ $status -eq 125 ]]
	[[ $output == *"no verdict"* ]]
}

@test "silence is a failure: the timeout ends it" {
	vm --timeout 10 -- sleep 300
	echo "$output"
	[[ $status -eq 124 ]]
	[[ $output == *"no end within 10 seconds"* ]]
}

@test "misuse prints one line and exits with 2" {
	for args in "" "--kernel $kernel" "--kernel /nowhere -- true" \
		"--kernel $kernel --disk x -- true" "--wrong"; do
		# shellcheck disable=SC2086 # words
		run tests/vm/run $args
		echo "$args: $output"
		[[ $status -eq 2 ]]
		[[ ${#lines[@]} -eq 1 ]]
	done
}

# Signal the harness once the guest runs, with SIGINT as a terminal's job has
# it; nothing of it may stay.
kill_with() { # signal expected-status
	local marker=marker$RANDOM$RANDOM out=$BATS_TEST_TMPDIR/out pid status=0
	TMPDIR=$BATS_TEST_TMPDIR env --default-signal=INT \
		tests/vm/run --kernel "$kernel" --append "$marker" \
		-- sh -c 'echo up; sleep 300' >"$out" 2>&1 3>&- &
	pid=$!
	for _ in $(seq 120); do
		if grep -q up "$out"; then break; fi
		sleep 0.5
	done
	grep up "$out"
	qemus "$marker"
	kill "-$1" "$pid"
	SECONDS=0
	wait "$pid" || status=$?
	[[ $status -eq $2 ]]
	while qemus "$marker" && [[ $SECONDS -lt 20 ]]; do sleep 0.2; done
	[[ $SECONDS -lt 20 ]]
}

@test "Ctrl-C leaves no QEMU and no file behind" {
	kill_with INT 130
	run ls -A "$BATS_TEST_TMPDIR"
	[[ $output == out ]]
}

@test "SIGTERM leaves no QEMU and no file behind" {
	kill_with TERM 143
	run ls -A "$BATS_TEST_TMPDIR"
	[[ $output == out ]]
}

@test "SIGKILL leaves no QEMU behind" {
	kill_with KILL 137
}

@test "the probe for KVM distinguishes an accelerator that answers from one that doesn't" {
	run tests/vm/accel --probe tcg
	[[ $status -eq 0 ]]
	run tests/vm/accel --probe none
	[[ $status -ne 0 ]]
	run tests/vm/accel
	[[ $output == kvm || $output == tcg ]]
}
