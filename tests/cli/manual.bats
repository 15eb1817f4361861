#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The manual: no warnings, installed whole, and its examples run.

load common

setup() {
	root=$BATS_TEST_TMPDIR/root
	make -s -C "$top/cli" O="$O" prefix=/usr DESTDIR="$root" \
		install install-dev >/dev/null
	man=$root/usr/share/man
}

# The text between .EX and .EE as one reads it.
examples() {
	sed -n '/^\.SH EXAMPLES/,/^\.SH SEE/p' "$1" |
		sed -n '/^\.EX/,/^\.EE/p' |
		sed -E '/^\.E/d; s/\\&//; s/\\f.//g; s/\\-/-/g
			s/\\\(dq/"/g; s/\\e/\\/g'
}

@test "mandoc and man have nothing to say" {
	pages=("$man"/man1/*.1 "$man"/man2/*.2)
	(( ${#pages[@]} == 5 ))
	for page in "${pages[@]}"; do
		run --separate-stderr mandoc -Tlint -W style "$page"
		[[ $status -eq 0 && -z $output && -z $stderr ]]
		run --separate-stderr man --warnings -E UTF-8 -l "$page"
		[[ $status -eq 0 && -z $stderr ]]
	done
}

@test "both names of the third call lead to its page" {
	for name in tamalloc_get_indiviual tamalloc_get_indiviual_stats; do
		run_expecting 0 man -M "$man" -w 2 "$name"
		run_expecting 0 man -M "$man" 2 "$name"
		[[ $output == *"long tamalloc_get_indiviual_stats(pid_t pid,"* ]]
	done
}

@test "the sections that a page of section 2 has" {
	for page in "$man"/man2/*.2; do
		for section in NAME SYNOPSIS DESCRIPTION "RETURN VALUE" ERRORS \
			       NOTES EXAMPLES; do
			grep -qx "\.SH $section" "$page"
		done
		for error in $(case $page in
			*_global_*) echo EFAULT ;;
			*_indiviual*) echo ESRCH EPERM EINVAL EFAULT ;;
			*) echo EINVAL ENOMEM EAGAIN ;;
			esac) ENOSYS; do
			grep -qx "\.B $error" "$page"
		done
	done
}

@test "the exit statuses are those of --help" {
	mapfile -t in_help < <(tamalloc --help |
		sed -n '/^Exit status/,/^$/s/^ \([0-9]*\) .*/\1/p')
	mapfile -t in_manual < <(sed -n '/^\.SH EXIT/,/^\.SH NOTES/s/^\.B \([0-9]*\)$/\1/p' \
		"$top/man/tamalloc.1")
	[[ ${in_help[*]} == "0 1 2 3 64" ]]
	[[ ${in_manual[*]} == "${in_help[*]}" ]]
}

@test "the columns and keys are those of --help" {
	for command in alloc global proc; do
		for name in $(tamalloc "$command" --help |
			sed -n '/^Columns/,/^$/s/^ \([^ ]*\) .*/\1/p'); do
			grep -qP "(^|\t)$name\t" "$top/man/tamalloc.1"
		done
	done
}

@test "the examples of tamalloc(1)" {
	export FAKE_GLOBAL="2560 612" FAKE_PROCESSES="1:102400:12288:12:0"
	fake_process 1 0 0 0 667
	examples "$top/man/tamalloc.1" >"$BATS_TEST_TMPDIR/manual"
	(( $(grep -c '^\$ tamalloc ' "$BATS_TEST_TMPDIR/manual") == 3 ))
	sed -n 's/^\$ //p' "$BATS_TEST_TMPDIR/manual" |
		while read -r line; do
			echo "\$ $line"
			eval "$line"
		done >"$BATS_TEST_TMPDIR/run"
	diff -u <(normalise <"$BATS_TEST_TMPDIR/manual") \
		<(normalise <"$BATS_TEST_TMPDIR/run")
}

# The output of the example of page $1, compiled with the command $2...
run_example() {
	local page=$1 source=$BATS_TEST_TMPDIR/example.c

	shift
	examples "$top/man/$page.2" >"$source"
	"$@" -Wall -Wextra -Werror -I "$root/usr/include" -o "${source%.c}" \
		"$source"
	LD_PRELOAD=$FAKE "${source%.c}"
}

@test "the examples of section 2, in three languages" {
	export FAKE_GLOBAL="2560 612"
	for compiler in "cc -std=c11" "cc -std=gnu17" "c++ -x c++"; do
		read -r -a compiler <<<"$compiler"
		run_expecting 0 run_example tamalloc_get_stats "${compiler[@]}"
		[[ $output == $'before: 0\nafter: 42' ]]
		run_expecting 0 run_example tamalloc_get_global_stats \
			"${compiler[@]}"
		[[ $output == "reserved 2560 MiB, used 612 MiB" ]]
		run_expecting 0 run_example tamalloc_get_indiviual_stats \
			"${compiler[@]}"
		[[ $output == "reserved 3156 KiB, used 1928 KiB (61%), adjustment 0" ]]
	done
}

@test "the examples tell when the kernel lacks the calls" {
	FAKE_PROBE=ENOSYS FAKE_RESERVE=ENOSYS FAKE_GLOBAL=ENOSYS \
		run_expecting 1 run_example tamalloc_get_stats cc
	[[ $stderr == *"Function not implemented" ]]
}
