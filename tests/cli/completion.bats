#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Completion in bash and zsh: what the program has, all of it, nothing else.

load common

setup() {
	mkdir "$BATS_TEST_TMPDIR/bin"
	ln -s "$CLI" "$BATS_TEST_TMPDIR/bin/tamalloc"
	PATH=$BATS_TEST_TMPDIR/bin:$PATH
	dir=$top/cli/completion
}

# What bash completes the last of the words to, a line each.
in_bash() {
	bash -c '. "$0"/tamalloc.bash
		complete -p tamalloc >/dev/null || exit
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
		_tamalloc
		(( ! ${#COMPREPLY[@]} )) || printf "%s\n" "${COMPREPLY[@]}"' \
		"$dir" tamalloc "$@"
}

# What zsh lists behind the words.
in_zsh() {
	"$BATS_TEST_DIRNAME/zsh-complete" "$dir" "tamalloc $*"
}

commands() {
	LC_ALL=C tamalloc --help |
		sed -nE '/^Commands:/,/^$/s/^ ([a-z]+) .*/\1/p' | sort
}

options() {
	LC_ALL=C tamalloc "$1" --help |
		sed -nE 's/^ (-.,|   ) (--[a-z-]+).*/\2/p' | sort
}

columns() {
	LC_ALL=C tamalloc "$1" --help |
		sed -nE '/^Columns/,/^$/s/^ ([^ ]+) .*/\1/p' | sort
}

@test "bash: commands" {
	diff <(commands) <(in_bash '' | sort)
	diff <(commands) <(in_bash help '' | sort)
	[[ $(in_bash al) == alloc ]]
	[[ $(in_bash --) == $'--help\n--version' ]]
	[[ -z $(in_bash x) ]]
}

@test "bash: every option of every command" {
	for command in alloc global proc; do
		diff <(options "$command") \
			<(in_bash "$command" -- | sed 's/=$//' | sort)
	done
	[[ $(in_bash alloc --tou) == --touch= ]]
	[[ $(in_bash alloc 100M --verif) == --verify ]]
}

@test "every option in the source is completed" {
	options_in_source >"$BATS_TEST_TMPDIR/source"
	(( $(wc -l <"$BATS_TEST_TMPDIR/source") >= 9 ))
	for command in "" alloc global proc; do
		in_bash ${command:+"$command"} --
	done | sed 's/=$//' | sort -u | diff "$BATS_TEST_TMPDIR/source" -
}

# Options whose values the completions know.
with_values() {
	sed -nE "s/^\t(--[a-z]+)\) echo .*/\1/p" "$dir/tamalloc.bash"
}

@test "bash and zsh: the values of options, which the program takes" {
	export FAKE_GLOBAL="2560 612"
	[[ $(with_values) == *--source* ]]
	for option in $(with_values); do
		command="alloc 1M --touch=1M"
		[[ $option != --by ]] || command="proc --all"
		options "${command%% *}" | grep -qx -e "$option"
		mapfile -t values < <(in_bash "${command%% *}" "$option" =)
		(( ${#values[@]} > 1 ))
		for value in "${values[@]}"; do
			echo "$option=$value"
			# shellcheck disable=SC2086 # words
			run_expecting 0 tamalloc $command "$option=$value"
		done
		# shellcheck disable=SC2086 # words
		run_expecting 2 tamalloc $command "$option=x"
		[[ $(in_bash "${command%% *}" "$option" = "${values[0]:0:2}") == "${values[0]}" ]]
		diff <(printf '%s\n' "${values[@]}" | sort) \
			<(in_zsh "${command%% *} $option=" | tail -n 1 |
				tr -s ' ' '\n' | sed '/^$/d' | sort)
	done
}

@test "bash: columns, also the second of a list, and added ones" {
	for command in alloc global proc; do
		diff <(columns "$command") <(in_bash "$command" -o '' | sort)
		diff <(columns "$command") \
			<(in_bash "$command" --output = '' | sort)
	done
	[[ $(in_bash proc -o SOU) == SOURCE ]]
	[[ $(in_bash proc -o PID,SOU) == PID,SOURCE ]]
	[[ $(in_bash proc -o +PID,SOU) == +PID,SOURCE ]]
	[[ $(in_bash proc -o +SOU) == +SOURCE ]]
	[[ $(in_bash proc --sort = SOU) == SOURCE ]]
	[[ $(in_bash proc --sort = -SOU) == -SOURCE ]]
}

@test "bash: values of options without =, and nothing else there" {
	diff <(columns proc | grep ^US) <(in_bash proc --sort US | sort)
	[[ $(in_bash proc --output RES) == *RESERVED* ]]
	[[ $(in_bash proc --source sy) == syscall ]]
	[[ $(in_bash alloc --thp al) == always ]]
	[[ $(in_bash alloc --pattern r) == random ]]
	[[ $(in_bash proc --user roo) == root ]]
	[[ -z $(in_bash proc --top '') && -z $(in_bash alloc --touch '') ]]
	[[ $(in_bash alloc --plot /et) == /etc ]]
	# One whose value is optional has it behind a = only.
	in_bash proc --watch '' | grep -qx "$$"
	[[ -z $(in_bash help alloc '') ]]
}

@test "bash: file names are quoted, and directories go on" {
	mkdir "$BATS_TEST_TMPDIR/files"
	touch "$BATS_TEST_TMPDIR/files/a b.svg"
	# readline does it for words that it knows to be file names.
	run bash -c '. "$0/tamalloc.bash"
		compopt() { echo "compopt $*"; }
		_tamalloc_value --plot "$1" alloc
		printf "%s\n" "${COMPREPLY[@]}"' \
		"$dir" "$BATS_TEST_TMPDIR/files/a"
	[[ $output == "compopt -o filenames"$'\n'"$BATS_TEST_TMPDIR/files/a b.svg" ]]
}

@test "bash: process IDs" {
	in_bash proc '' | grep -qx "$$"
	[[ -z $(in_bash alloc '') && -z $(in_bash global '') ]]
}

@test "bash: a program that is not there completes nothing, silently" {
	rm "$BATS_TEST_TMPDIR/bin/tamalloc"
	PATH=/usr/bin:/bin run_expecting 0 in_bash alloc --
	[[ -z $output && -z $stderr ]]
}

@test "zsh: commands, options, columns, process IDs" {
	zsh -fn "$dir/_tamalloc"
	in_zsh "" >"$BATS_TEST_TMPDIR/list"
	for command in $(commands); do
		grep -qE "^$command +-- [[:upper:]]" "$BATS_TEST_TMPDIR/list"
	done
	for command in alloc global proc; do
		in_zsh "$command -" >"$BATS_TEST_TMPDIR/list"
		diff <(options "$command") \
			<(grep -oE '^--[a-z-]+' "$BATS_TEST_TMPDIR/list" | sort)
		in_zsh "$command -o " >"$BATS_TEST_TMPDIR/list"
		diff <(columns "$command") \
			<(sed -nE 's/^([A-Z_%]+) +-- .*/\1/p' \
				"$BATS_TEST_TMPDIR/list" | sort)
	done
	in_zsh "proc " | grep -qw "$$"
	for sign in "--sort=-" "--sort -" "-o +"; do
		in_zsh "proc ${sign}US" | grep -q USED
	done
}

@test "zsh: options and commands are explained in the user's language" {
	localedef -i es_GT -f UTF-8 "$BATS_TEST_TMPDIR/es_GT.UTF-8"
	make -s -C "$top/cli" O="$BATS_TEST_TMPDIR/o" \
		prefix="$BATS_TEST_TMPDIR/usr" install >/dev/null
	ln -sf "$BATS_TEST_TMPDIR/usr/bin/tamalloc" "$BATS_TEST_TMPDIR/bin"
	in_zsh() {
		LOCPATH=$BATS_TEST_TMPDIR LC_ALL=es_GT.UTF-8 \
			"$BATS_TEST_DIRNAME/zsh-complete" "$dir" "tamalloc $*"
	}
	in_zsh "" | grep -q '^alloc .*memoria'
	in_zsh "global -" | grep -q -e '^--json .*bytes'
	in_zsh "global -o " | grep -q '^USED .*memoria usada'
}

@test "bash and zsh: behind -- is a command of its own" {
	for name in frob-one frob-two; do
		install -m 755 /dev/null "$BATS_TEST_TMPDIR/bin/$name"
	done
	[[ $(in_bash proc --tree -- frob | sort) == $'frob-one\nfrob-two' ]]
	touch "$BATS_TEST_TMPDIR/bin/file"
	cd "$BATS_TEST_TMPDIR/bin"
	[[ $(in_bash proc -- frob-one fil) == file ]]
	[[ $(in_zsh "proc -- tamalloc gl") == *"global  -- "* ]]
}
