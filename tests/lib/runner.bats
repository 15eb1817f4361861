#!/usr/bin/env bats
# tests/check itself, on suites that are made up.

setup() {
	bats_require_minimum_version 1.5.0
	cd "$BATS_TEST_TMPDIR" || return
	mkdir -p tests/lib
	cp "$BATS_TEST_DIRNAME/../check" tests/
	cp "$BATS_TEST_DIRNAME/group.bash" tests/lib/
	# shellcheck disable=SC2016 # make's
	printf '%s:\n\t@echo $@ $(KERNEL) $(FLAVOUR)\n' tools deb kernel >Makefile
}

# Without what make and CI set for the suites that are real; for a subshell.
cleanly() { # [NAME=VALUE]... command...
	exec env -i PATH="$PATH" TMPDIR="$BATS_TEST_TMPDIR" "$@"
}

check() { # [NAME=VALUE]... SUITE...
	local vars=()
	while [[ ${1-} = *=* ]]; do
		vars+=("$1")
		shift
	done
	run --separate-stderr cleanly "${vars[@]}" tests/check "$@"
	# shellcheck disable=SC2154 # by run
	printf '%s\n' "$output" "$stderr"
	total=${output##*$'\n'}
}

# What was told after suite NAME, the last that was shown.
after() { # NAME
	sed "1,/^# $1: [0-9]* s\$/d" <<<"$output"
}

suite() { # cost | list | churn, and what it does
	mkdir -p "tests/kernel/$1"
	printf '#!/bin/bash\n%s\n' "$2" >"tests/kernel/$1/run"
	chmod +x "tests/kernel/$1/run"
}

@test "it builds what the suites are about, once, and adds up what they tell" {
	suite cost 'echo 1..2; echo ok 1 one; echo ok 2 two'
	suite list 'echo 1..1; echo "ok 1 later # skip"'
	suite churn 'echo "40 passed, 0 failed, 2 skipped"'
	check cost cost@6.12 list@6.12-debug churn cost@6.12
	[ "$status" -eq 0 ]
	[ "$total" = '44 passed, 0 failed, 3 skipped' ]
	[ "$(sort <<<"$stderr")" = $'deb 6.1 vm\ndeb 6.12 vm\nkernel 6.12 debug\ntools' ]
	[ "$(grep -c '^# cost@6.12: [0-9]* s$' <<<"$output")" -eq 1 ]
}

@test "where CI runs, what is skipped has failed" {
	suite list 'echo 1..1; echo "ok 1 later # skip"'
	# As tests/kernel/guest tells it, for which it is a failure anywhere.
	suite churn 'echo "ok      one"; echo "skipped two: why"; echo "1 passed, 0 failed, 1 skipped"; exit 1'
	check CI=true list churn
	[ "$status" -eq 1 ]
	[ "$total" = '1 passed, 2 failed, 0 skipped' ]
	again=$(after churn)
	grep -x '# list: ok 1 later # skip' <<<"$again"
	grep -x '# churn: skipped two: why' <<<"$again"
}

@test "a suite that ends early, tells of nothing or fails as a whole has failed" {
	# shellcheck disable=SC2016 # its own
	suite cost 'echo 1..3; echo ok 1 one; echo the last words; kill -KILL "$BASHPID"'
	suite list ''
	suite churn 'echo 1..1; echo ok 1 one; exit 1'
	check cost list churn
	[ "$status" -eq 1 ]
	[ "$total" = '2 passed, 4 failed, 0 skipped' ]
	again=$(after churn)
	[ "$(grep '^# [a-z]*: ' <<<"$again")" = "$(printf '# %s\n' 'cost: 3 tests planned, 1 told of' \
		'list: failed as a whole (0)' 'churn: failed as a whole (1)')" ]
	grep -x 'the last words' <<<"$again"
	check nothing
	[ "$status" -ne 0 ]
	[[ $stderr = *'nothing: no such suite'* ]]
}

@test "where nothing can be built, no suite runs" {
	suite cost 'touch ran'
	printf 'tools:\ndeb:\n\tfalse\n' >Makefile
	check cost
	[ "$status" -ne 0 ]
	[ ! -e ran ]
}

@test "how it ended which failed is told once more at the end" {
	suite cost 'printf "%s\n" 1..3 "ok 1 well" "not ok 2 badly" "# the first line" "# FAILED  far above"
		seq -f "# %g" 100
		printf "%s\n" "# the last line" "ok 3 well again" "# not this"
		exit 1'
	suite list 'echo "ok      one"; echo "FAILED  two"; echo "  | why"; echo "1 passed, 1 failed, 0 skipped"; exit 1'
	suite churn 'echo 1..1; echo ok 1 well'
	check cost list churn
	[ "$status" -eq 1 ]
	[ "$total" = '4 passed, 2 failed, 0 skipped' ]
	again=$(after churn)
	[ "$(grep '^# [a-z]*: ' <<<"$again")" = $'# cost: not ok 2 badly\n# list: FAILED  two' ]
	grep -x '# FAILED  far above' <<<"$again"
	grep -x '# the last line' <<<"$again"
	grep -x '  | why' <<<"$again"
	run ! grep -E 'the first line|not this|well' <<<"$again"
	[ "$(wc -l <<<"$again")" -lt 20 ]
}

# Ends it in the middle of a suite that does as it's told on SIGTERM.
end_with() { # TRAP
	local long="sleep 1234.$$"
	suite cost "trap '$1' TERM; $long; echo 1 passed, 0 failed, 0 skipped"
	set -m
	cleanly tests/check cost >log 2>&1 3>&- &
	pid=$!
	set +m
	for ((i = 0; i < 100; i++)); do
		! pgrep -f "$long" || break
		sleep 0.1
	done
	pgrep -f "$long"
	kill -TERM "$pid"
	status=0
	wait "$pid" || status=$?
	[ "$status" -eq 143 ]
	run ! pgrep -f "$long"
	run ! compgen -G 'tmp.*'
}

@test "ended, it waits for what it ends, and leaves nothing" {
	end_with 'sleep 1; touch ended; exit 1'
	[ -e ended ]
}

@test "ended, it kills what doesn't end" {
	end_with ''
}
