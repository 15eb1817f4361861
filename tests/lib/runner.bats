#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# tests/check itself, on suites that are made up.
# shellcheck disable=SC2016 # what they do is for shells of their own

setup() {
	bats_require_minimum_version 1.5.0
	cd "$BATS_TEST_TMPDIR" || return
	mkdir -p tests/lib
	cp "$BATS_TEST_DIRNAME/../check" tests/
	cp "$BATS_TEST_DIRNAME"/{group.bash,Runner.pm} tests/lib/
	printf '%s:\n\t@echo $@ $(KERNEL) $(FLAVOUR) $(DEBIAN)\n' tools deb kernel >Makefile
	cat >tests/suites <<-'EOF'
		# a comment
		kernel/one/run    kernel  one  own,others-debug  others
		kernel/two/run    deb     all  any               -
		kernel/three/run  -       all  -                 own
	EOF
}

# Without what make and CI set for the suites that are real; for a subshell.
cleanly() { # [NAME=VALUE]... command...
	exec env -i PATH="$PATH" TMPDIR="$BATS_TEST_TMPDIR" KERNEL=6.1 TEST_LINES="6.1 6.12" "$@"
}

check() { # [NAME=VALUE]... SUITE...
	local vars=()
	while [[ ${1-} == *=* ]]; do
		vars+=("$1")
		shift
	done
	run --separate-stderr cleanly "${vars[@]}" tests/check "$@"
	# shellcheck disable=SC2154 # by run
	printf '%s\n' "$output" "$stderr"
	total=${output##*$'\n'}
}

# What was reported after the last suite was over.
ending() {
	sed '1,/^\[.* [^ ]* \.\./d' <<<"$output"
}

suite() { # one | two | three, and what it does
	mkdir -p "tests/kernel/$1"
	printf '#!/bin/bash\n%s\n' "$2" >"tests/kernel/$1/run"
	chmod +x "tests/kernel/$1/run"
}

@test "it builds what the suites need, once, and adds up what they report" {
	suite one 'echo 1..2; echo ok 1 a; echo ok 2 b'
	suite two 'echo 1..1; echo "ok 1 later # skip"'
	suite three 'seq -f "ok %g" 40; echo 1..40'
	check one one@6.12 two@6.12-debug three one@6.12
	[[ $status -eq 0 ]]
	[[ $total == '44 passed, 0 failed, 1 skipped' ]]
	[[ $(sort <<<"$stderr") == $'deb 6.12 debug\nkernel 6.1 vm\nkernel 6.12 vm\ntools 6.1' ]]
	[[ $(grep -c '\] one@6.12 \.* ok' <<<"$output") -eq 1 ]]
	[[ $(<build/tests/log/two@6.12-debug) == $'1..1\nok 1 later # skip' ]]
}

@test "the table's columns say which run by themselves, for which kernel and Debian" {
	for name in one two three; do
		suite "$name" 'echo "ok 1 - $KERNEL $FLAVOUR ${DEBIAN-none}"; echo 1..1'
	done
	check
	[[ $status -eq 0 && $total == '3 passed, 0 failed, 0 skipped' ]]
	[[ $(cat build/tests/log/* | sort | tail -n 3) == \
		$'ok 1 - 6.1 vm none\nok 1 - 6.1 vm none\nok 1 - 6.12 debug none' ]]
	rm -r build
	check --long
	[[ $total == '2 passed, 0 failed, 0 skipped' ]]
	[[ $(cd build/tests/log && echo *) == 'one@6.12 three@6.1' ]]
	check two@7.3-amd64@trixie
	[[ $stderr == *'deb 7.3 amd64 trixie'* ]]
	grep -x 'ok 1 - 7.3 amd64 trixie' build/tests/log/two@*
}

@test "a suite may have the name of a directory" {
	mkdir one
	suite one 'echo 1..1; echo ok 1 a'
	suite two 'echo 1..1; echo ok 1 a'
	check
	[[ $status -eq 0 && $total == '3 passed, 0 failed, 0 skipped' ]]
	check one
	[[ $status -eq 0 && $total == '1 passed, 0 failed, 0 skipped' ]]
}

@test "a word of the table that says nothing is refused" {
	suite one 'echo ok 1; echo 1..1'
	for word in other own-debug,owns others:debug; do
		echo "kernel/one/run kernel one $word others" >tests/suites
		check
		[[ $status -eq 2 && $output == '' ]]
		[[ $stderr == "tests/suites: one: no such kernels: ${word#own-debug,}" ]]
	done
}

@test "two run side by side, but never two that keep all CPUs busy" {
	sed -i 's/any/own,others/' tests/suites
	suite two 'mkdir alone || exit; sleep 1; rmdir alone; echo 1..1; echo "ok 1 alone"'
	suite one 'for i in {1..100}; do [[ -e alone ]] && break; sleep 0.1; done
		[[ -e alone ]] && echo "ok 1 beside it"; echo 1..1'
	check
	[[ $status -eq 0 && $total == '4 passed, 0 failed, 0 skipped' ]]
}

@test "where CI runs, what is skipped has failed" {
	suite one 'echo 1..2; echo "ok 1 later # skip"; echo "ok 2 never # SKIP why"'
	check one
	[[ $status -eq 0 && $total == '0 passed, 0 failed, 2 skipped' ]]
	check CI=true one
	[[ $status -eq 1 && $total == '0 passed, 2 failed, 0 skipped' ]]
	grep -x '# one: not ok 1 later, skip' <<<"$output"
	grep -x '# one: not ok 2 never, SKIP why' <<<"$output"
}

@test "a suite that ends early, reports nothing or fails as a whole has failed" {
	suite one 'echo 1..3; echo ok 1 a; echo the last words; kill -KILL "$BASHPID"'
	suite two ''
	suite three 'echo 1..1; echo ok 1 a; exit 1'
	check one two three
	[[ $status -eq 1 && $total == '2 passed, 4 failed, 0 skipped' ]]
	again=$(ending)
	grep -x '# one: Bad plan.  You planned 3 tests but ran 1.; Exit status: 137' <<<"$again"
	grep -x 'the last words' <<<"$again"
	grep -x '# two: No plan found in TAP output' <<<"$again"
	grep -x '# three: Exit status: 1' <<<"$again"
	suite one 'echo 1..0'
	suite two 'echo 1..1; echo Bail out!'
	suite three 'echo 1..1; echo "not ok 1 a"'
	check one two three
	[[ $status -eq 1 && $total == '0 passed, 3 failed, 0 skipped' ]]
	check nothing
	[[ $status -ne 0 && $stderr == *'nothing: no such suite'* ]]
}

@test "what a suite leaves running holds nothing up" {
	suite one "sleep 4321.$$ & echo 1..1; echo ok 1 a"
	SECONDS=0
	check one
	[[ $status -eq 0 && $SECONDS -lt 60 ]]
	run ! pgrep -f "sleep 4321.$$"
}

@test "where nothing can be built, no suite runs" {
	suite one 'touch ran'
	suite three 'echo 1..1; echo ok 1'
	printf 'tools:\nkernel:\n\tfalse\n' >Makefile
	check one
	[[ $status -ne 0 && ! -e ran ]]
	check three
	[[ $status -eq 0 && $stderr == '' ]]
}

@test "how each failure ended is shown once more at the end" {
	suite one 'printf "%s\n" 1..3 "ok 1 well" "not ok 2 badly" "# the first line"
		echo "# FAILED  far above"
		seq -f "# %g" 100
		printf "%s\n" "# the last line" "ok 3 well again" "# not this"
		exit 1'
	suite two 'echo 1..1; echo ok 1 well'
	check one two
	[[ $status -eq 1 && $total == '3 passed, 1 failed, 0 skipped' ]]
	again=$(ending)
	[[ $(grep '^# [a-z]*: ' <<<"$again") == '# one: not ok 2 badly' ]]
	grep -x '# FAILED  far above' <<<"$again"
	grep -x '# the last line' <<<"$again"
	run ! grep -E 'the first line|not this|well' <<<"$again"
	[[ $(wc -l <<<"$again") -lt 20 ]]
}

@test "a pipe gets a line for each suite, a terminal sees how far they are" {
	suite one 'echo 1..3; for i in 1 2 3; do echo "ok $i"; sleep 1.5; done'
	check one
	[[ $output != *$'\r'* ]]
	[[ $(wc -l <<<"$output") -eq 2 ]]
	run cleanly script -qec 'tests/check one' /dev/null
	[[ $output == *'one .. 2/3'* ]]
	[[ $output == *'3 passed, 0 failed, 0 skipped'* ]]
}

# Ends it with SIGNAL in the middle of a suite that runs TRAP on SIGTERM.
end_with() { # SIGNAL STATUS TRAP
	local long="sleep 1234.$$"
	suite one "trap '$3' TERM; $long; echo 1..1; echo ok 1"
	set -m
	cleanly env --default-signal=INT tests/check one >log 2>&1 3>&- &
	pid=$!
	set +m
	for ((i = 0; i < 100; i++)); do
		! pgrep -f "$long" || break
		sleep 0.1
	done
	pgrep -f "$long"
	kill "-$1" "$pid"
	status=0
	wait "$pid" || status=$?
	[[ $status -eq $2 ]]
	run ! pgrep -f "$long"
	run ! compgen -G 'tmp.*'
}

@test "ended, it waits for what it ends, and leaves nothing" {
	end_with TERM 143 'sleep 1; touch ended; exit 1'
	[[ -e ended ]]
}

@test "interrupted, it leaves nothing" {
	end_with INT 130 'sleep 1; touch ended; exit 1'
	[[ -e ended ]]
}

@test "ended, it kills what doesn't end" {
	end_with TERM 143 ''
}
