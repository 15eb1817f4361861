#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The front end: help, version, misuse, and output that cannot be written.

load common

setup() {
	fake_overcommit 0
}

@test "--help and -h show every command and exit status" {
	run_expecting 0 tamalloc --help
	[[ -z $stderr ]]
	for word in alloc global proc 0 1 2 3 64; do
		grep -q "^ $word  " <<<"$output"
	done
	help=$output
	for arguments in -h help "help --help" "help -h" "help help"; do
		# shellcheck disable=SC2086 # words
		run_expecting 0 tamalloc $arguments
		[[ $output == "$help" ]]
	done
}

@test "every option is in the help and in the manual" {
	help=$(tamalloc --help; for c in alloc global proc; do
		tamalloc "$c" --help; done)
	[[ $(options_in_source | wc -l) -ge 9 ]]
	for option in $(options_in_source); do
		grep -q -e "$option" <<<"$help"
		cat "$top"/man/tamalloc*.1 | sed 's/\\-/-/g' |
			grep -q -e "$option\b"
	done
}

@test "only options with a letter of their own spend one" {
	spent=$(files_of sources headers | xargs sed -nE \
		"s/.*\{ \"[a-z-]+\", [a-z]+_argument, NULL, '(.)' \}.*/\1/p" |
		sort -u | tr -d '\n')
	[[ -n $spent ]]
	for command in "" alloc global proc; do
		tamalloc ${command:+"$command"} --help
	done | sed -nE 's/^ -(.), --.*/\1/p' | sort -u | tr -d '\n' |
		diff <(printf %s "$spent") -
}

@test "--help of a command lists its columns and fits 80 columns" {
	for command in alloc global proc; do
		run_expecting 0 tamalloc "$command" --help
		[[ ${lines[1]} == " tamalloc $command [options]"* ]]
		grep -q '^ RESERVED  .*VmSize' <<<"$output"
		[[ ! $output =~ [^$'\n']{81} ]]
		help=$output
		run_expecting 0 tamalloc "$command" -h
		[[ $output == "$help" ]]
	done
}

@test "help COMMAND is COMMAND --help, and help is --help" {
	for command in alloc global proc; do
		diff <(tamalloc help "$command") <(tamalloc "$command" --help)
	done
	diff <(tamalloc help) <(tamalloc --help)
	refused "foo: no such command" help foo
	refused "global: unexpected" help proc global
}

@test "--version is the version of debian/changelog" {
	version=$(sed -n '1s/.*(\(.*\)).*/\1/p' "$top/debian/changelog")
	for arguments in --version -V "alloc -V" "global --version" "proc -V"; do
		# shellcheck disable=SC2086 # words
		run_expecting 0 tamalloc $arguments
		[[ $output == "tamalloc $version" ]]
	done
}

@test "misuse of the front end" {
	refused "a command is missing"
	refused "foo: no such command" foo
	refused "unrecognized option '--foo'" --foo
	refused "invalid option -- 'x'" -x
}

@test "misuse of a command" {
	for command in alloc global proc; do
		refused "unrecognized option '--foo'" "$command" --foo
		refused "x: not a source (auto, syscall or procfs)" \
			"$command" --source=x
		[[ $stderr == *"Try 'tamalloc $command --help'"* ]]
		refused "option '--source' requires an argument" \
			"$command" --source
	done
	refused "5: unexpected" global 5
}

@test "output that cannot be written is a failure" {
	export FAKE_GLOBAL="2560 612" FAKE_PROCESSES="1:2:1:50:0"
	for command in "--help" "--version" "global" "proc 1" "alloc 1M" \
		       "global --count 3" "proc 1 --count 3 --raw" \
		       "help proc" "global --json --watch" \
		       "alloc 1M --hold" "alloc 1M --json"; do
		# shellcheck disable=SC2086 # words
		run_expecting 1 full tamalloc $command
		[[ $stderr == "tamalloc: write error: No space left on device" ]]
		# shellcheck disable=SC2086 # words
		run_expecting 1 closed tamalloc $command
		[[ $stderr == "tamalloc: write error: Bad file descriptor" ]]
	done
}

full() {
	"$@" >/dev/full
}

closed() {
	"$@" >&-
}

@test "a closed stdout does not hide misuse" {
	run_expecting 2 closed tamalloc foo
	[[ $stderr == "tamalloc: foo: no such command"* ]]
}

@test "closed stdin and stderr" {
	export FAKE_GLOBAL="2560 612"
	run_expecting 0 eval 'tamalloc global <&- 2>&-'
	is_golden global <<<"$output"
	run_expecting 1 eval 'tamalloc proc 1 2>&- >/dev/null'
}

@test "a locale with a decimal comma changes nothing" {
	command -v localedef >/dev/null || skip "needs localedef"
	export LOCPATH=$BATS_TEST_TMPDIR
	localedef -i de_DE -f UTF-8 "$LOCPATH/de_DE.UTF-8" ||
		skip "needs the package locales"
	[[ $(LC_ALL=de_DE.UTF-8 bash -c 'printf %.1f 0,5') == 0,5 ]]
	export LC_ALL=de_DE.UTF-8 FAKE_GLOBAL="2560 612"
	fake_four_processes
	is_golden global < <(tamalloc global)
	is_golden global.json < <(tamalloc global --json)
	normalise < <(tamalloc alloc 100M --touch 10M --hold=0.1) |
		is_golden alloc
}
