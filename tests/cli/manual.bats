#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The manual: no warnings, installed whole, and its examples run.

load common

setup() {
	root=$BATS_TEST_TMPDIR/root
	make -s -C "$top/cli" O="$installed" prefix=/usr DESTDIR="$root" \
		install install-dev >/dev/null
	man=$root/usr/share/man
}

# The text between .EX and .EE as a reader sees it.
examples() {
	sed -n '/^\.SH EXAMPLES/,/^\.SH SEE/p' "$1" |
		sed -n '/^\.EX/,/^\.EE/p' |
		sed -E '/^\.E/d; s/\\&//; s/\\f.//g; s/\\-/-/g
			s/\\\(dq/"/g; s/\\e/\\/g'
}

@test "mandoc and man have nothing to say" {
	pages=("$man"/man?/*.[1278])
	(( ${#pages[@]} >= 9 ))
	for page in "${pages[@]}"; do
		run --separate-stderr mandoc -Tlint -W style "$page"
		[[ $status -eq 0 && -z $output && -z $stderr ]]
		run --separate-stderr man --warnings -E UTF-8 -l "$page"
		[[ $status -eq 0 && -z $stderr ]]
	done
}

@test "tables and text fit 78 columns" {
	for page in "$man"/man*/*.[1278]; do
		fits_78_columns "$page"
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
	mapfile -t in_manual < <(sed -n '/^\.SH EXIT/,/^\.TE/s/^\([0-9]*\)\t.*/\1/p' \
		"$top/man/tamalloc.1")
	[[ ${in_help[*]} == "0 1 2 3 64" ]]
	[[ ${in_manual[*]} == "${in_help[*]}" ]]
}

@test "the exit statuses, one by one" {
	export FAKE_GLOBAL="2560 612" FAKE_PROCESSES="1:102400:12288:12:0"
	run_expecting 0 tamalloc global
	run_expecting 0 timeout -s INT --preserve-status 1 \
		env LD_PRELOAD="$FAKE" "$CLI" global --watch=0.1
	run_expecting 0 timeout -s TERM --preserve-status 1 \
		env LD_PRELOAD="$FAKE" "$CLI" proc 99 --watch=0.1
	FAKE_RESERVE=ENOMEM run_expecting 1 tamalloc alloc 1M
	FAKE_GLOBAL=EFAULT run_expecting 1 tamalloc global
	run_expecting 1 tamalloc proc 98 99
	run_expecting 1 eval 'tamalloc global >/dev/full'
	run_expecting 2 tamalloc global --frob
	for command in "alloc 1M" global "proc 1"; do
		# shellcheck disable=SC2086 # words
		FAKE_PROBE=ENOSYS run_expecting 3 tamalloc $command \
			--source=syscall
	done
	run_expecting 64 tamalloc proc 1 99
	run -141 bash -c 'set -o pipefail
		LD_PRELOAD=$FAKE "$CLI" proc --raw $(seq 10000) 2>/dev/null |
		head -n 1'
}

# The pages of commands.
command_pages() {
	printf '%s\n' "$top"/man/tamalloc-*.1
}

command_of() {
	basename "$1" .1 | sed 's/^tamalloc-//'
}

@test "the columns are those of --help, with the keys of JSON" {
	export FAKE_GLOBAL="2560 612" FAKE_PROCESSES="*:102400:12288:12:0"
	(( $(command_pages | wc -l) >= 2 ))
	for page in $(command_pages); do
		command=$(command_of "$page")
		mapfile -t in_help < <(tamalloc "$command" --help |
			sed -n '/^Columns/,/^$/s/^ \([^ ]*\) .*/\1/p')
		mapfile -t in_manual < <(sed -n \
			'/^\.SH COLUMNS/,/^\.TE/s/^\([^ .\t]*\)\t.*/\1/p' "$page")
		(( ${#in_help[@]} > 5 ))
		[[ "Column ${in_help[*]}" == "${in_manual[*]}" ]]
	done
}

@test "each option of a command is in its page or in tamalloc(1)" {
	for page in $(command_pages); do
		for option in $(tamalloc "$(command_of "$page")" --help |
			sed -nE 's/^ (-.,|   ) (--[a-z-]+).*/\2/p'); do
			sed 's/\\-/-/g' "$page" "$top/man/tamalloc.1" |
				grep -qE "^\.(B|BR|BI|RB) .*$option"
		done
	done
}

# The processes that the examples of the pages show, and how they change.
populate() {
	export FAKE_GLOBAL="2560 612/2564 613/2564 604"
	FAKE_PROCESSES="1:102400:12288:12:0 2:EINVAL 802:16000:6620:41:-1000"
	FAKE_PROCESSES+=" 977:15900:3428:21:0"
	FAKE_PROCESSES+=" 4711:2097152:98816:4:-900/2097152:100864:4:-900"
	export FAKE_PROCESSES
	fake_overcommit 0
	fake_process 1 1 1 0 2 systemd
	fake_process 2 0 0 0 0 kthreadd
	fake_process 802 1 1 -1000 0 sshd
	fake_process 977 1 1 0 1 sshd
	fake_process 4711 1 1 -900 0 postgres
}

normalise_all() {
	normalise | sed -E 's/\b[0-9]{2}:[0-9]{2}:[0-9]{2}\b/HH:MM:SS/'
}

# Runs the examples of page $1, which has $2 of them.
run_examples() {
	local line

	examples "$top/man/$1.1" >"$BATS_TEST_TMPDIR/manual"
	(( $(grep -c '^\$ tamalloc ' "$BATS_TEST_TMPDIR/manual") == $2 ))
	populate
	sed -n 's/^\$ //p' "$BATS_TEST_TMPDIR/manual" |
		while read -r line; do
			echo "\$ $line"
			eval "$line" 2>&1 || :
		done >"$BATS_TEST_TMPDIR/run"
	diff -u <(normalise_all <"$BATS_TEST_TMPDIR/manual") \
		<(normalise_all <"$BATS_TEST_TMPDIR/run")
}

@test "the examples of tamalloc(1)" {
	run_examples tamalloc 3
}

# The fake has no malloc(3), so the comparison runs without it; its figures have
# tests of their own.
@test "the examples of tamalloc-alloc(1)" {
	cd "$BATS_TEST_TMPDIR"
	tamalloc() {
		case "$*" in
		*--compare*) "$CLI" "$@" --source=procfs 2>/dev/null ;;
		*) LD_PRELOAD=$FAKE "$CLI" "$@" ;;
		esac
	}
	populate() { :; }
	normalise_all() {
		normalise | sed -E '/^METHOD/s/ +/ /g
			s/^(tamalloc|mmap|malloc|calloc|populate) .*/\1 FIGURES/
			s/(setting: )(always|madvise|never|absent)/\1SETTING/'
	}
	run_examples tamalloc-alloc 8
}

@test "the examples of tamalloc-global(1)" {
	run_examples tamalloc-global 6
}

@test "the examples of tamalloc-proc(1)" {
	need_root
	run_examples tamalloc-proc 10
}

# Runs the example of page $1, compiled with the command $2...
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

@test "the examples report when the kernel lacks the calls" {
	FAKE_PROBE=ENOSYS FAKE_RESERVE=ENOSYS FAKE_GLOBAL=ENOSYS \
		run_expecting 1 run_example tamalloc_get_stats cc
	[[ $stderr == *"Function not implemented" ]]
}
