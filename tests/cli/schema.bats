#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The JSON is what the schemas say, and they say all that it has.

load common

setup() {
	export FAKE_GLOBAL="2560 612/2561 600"
	export FAKE_PROCESSES="1:102400:12288:12:0 2:EINVAL 3:EPERM 4:EFAULT"
	fake_overcommit 0
	fake_process 1 1 1 0 2 $'sys\xfftemd"'
	fake_process 3 1 1
}

# Runs tamalloc COMMAND ARGUMENT..., whose JSON is a $1 as the schema has it.
is_valid() {
	local form=$1 command=$2

	tamalloc "$command" --json "${@:3}" >"$BATS_TEST_TMPDIR/json" \
		2>"$BATS_TEST_TMPDIR/stderr" || true
	"$BATS_TEST_DIRNAME/validate" "$top/cli/schema/$command.json" "$form" \
		<"$BATS_TEST_TMPDIR/json"
}

# Every column that the command has.
all_columns() {
	tamalloc "$1" --help |
		sed -nE '/^Columns/,/^$/s/^ ([^ ]+) .*/\1/p' | paste -sd,
}

@test "global: documents" {
	is_valid document global
	is_valid document global -o "$(all_columns global)"
	is_valid document global -o USED
	is_valid document global --source=procfs
	FAKE_PROC=/nonexistent is_valid document global -o +PROCESSES
}

@test "global: lines" {
	is_valid line global --watch=0.01 --count 3
	is_valid line global --count 1 -o "$(all_columns global)"
	run ! is_valid document global --watch=0.01 --count 3
	run ! is_valid line global
}

@test "proc: documents, whatever there is to say of a process" {
	is_valid document proc 1 2 3 4 5
	is_valid document proc 1 2 3 4 5 -o "$(all_columns proc)"
	is_valid document proc 1 2 3 4 5 -o PID
	is_valid document proc --all
	is_valid document proc --name nothing
	is_valid document proc --all --by=user --total
	is_valid document proc 1 2 3 --total -o "$(all_columns proc)"
	is_valid document proc 1 3 --by=command -o "$(all_columns proc)"
	is_valid document proc 1 --source=procfs
	FAKE_PROC=/nonexistent is_valid document proc 1 5 -o +USER
}

@test "proc: lines" {
	is_valid line proc 1 2 3 4 5 --watch=0.01 --count 3
	is_valid line proc 1 5 --count 1 -o "$(all_columns proc)"
	run ! is_valid document proc 1 --watch=0.01 --count 3
}

@test "proc: summaries" {
	# A program's figures are on standard error, whatever its own output.
	summaries_of() {
		{ LD_PRELOAD=$FAKE "$CLI" proc --json "$@" >/dev/null; } 2>&1
	}
	valid() {
		"$BATS_TEST_DIRNAME/validate" "$top/cli/schema/proc.json" "$1"
	}
	summaries_of -- sh -c 'exit 3' | valid summary_document
	FAKE_PROCESSES="*:1:1:100:0" summaries_of --tree -- true |
		valid summary_document
	summaries_of --watch -- true | tail -n 1 | valid summary
	summaries_of --watch -- true | head -n -1 | valid line
	is_valid summary_document proc --until-gone 4194304
	run ! is_valid document proc --until-gone 4194304
}

@test "alloc: documents" {
	is_valid document alloc 4M
	is_valid document alloc 4M --touch 1M --verify --release
	is_valid document alloc 4M --touch 1M -o "$(all_columns alloc)"
	FAKE_PROC=/nonexistent is_valid document alloc 4M
}

@test "alloc: lines" {
	is_valid line alloc 4M --touch 2M --step 1M
	is_valid line alloc 4M --touch 2M --step 1M --pattern random --verify \
		--release
	FAKE_PROC=/nonexistent is_valid line alloc 4M --touch 2M --step 1M --read
	run ! is_valid document alloc 4M --touch 2M --step 1M
}

@test "alloc: the comparison" {
	unset FAKE_PROC
	is_valid document alloc 4M --touch 2M --compare
	is_valid document alloc 4M --touch 2M --compare --step 1M
}

@test "the keys of the schemas are those of the columns" {
	while read -r command array definition arguments; do
		# shellcheck disable=SC2086 # words
		tamalloc "$command" --json -o "$(all_columns "$command")" \
			$arguments | jq -r ".${array}[0] | keys[]" \
			>"$BATS_TEST_TMPDIR/keys"
		diff <(sort "$BATS_TEST_TMPDIR/keys") \
			<("$BATS_TEST_DIRNAME/validate" \
				"$top/cli/schema/$command.json" keys \
				"$definition" | sort)
	done <<-EOF
		global global line
		proc processes line 1
		alloc stages stage 1M
	EOF
	diff <(tamalloc alloc 1M --touch 1M --step 1M --json | tail -n 1 |
		jq -r 'keys[]' | sort) \
		<("$BATS_TEST_DIRNAME/validate" "$top/cli/schema/alloc.json" \
			keys summary | sort)
}

@test "what isn't as it should be is found" {
	local validate=$BATS_TEST_DIRNAME/validate schema=$top/cli/schema

	good='{"pid": 1, "used": 5, "status": "ok", "source": "syscall"}'
	"$validate" "$schema/proc.json" line <<<"$good"
	for change in 's/5/"5"/' 's/5/5.5/' 's/5/null/' 's/5/-5/' 's/"ok"/"x"/' \
		's/"ok"/"gone"/' 's/"source".*/"source": null}/' \
		's/, "source".*/}/' 's/"used"/"userd"/' 's/"pid": 1/"pid": 0/'; do
		bad=$(sed "$change" <<<"$good")
		[[ $bad != "$good" ]]
		run ! "$validate" "$schema/proc.json" line <<<"$bad"
	done
	run ! "$validate" "$schema/proc.json" line </dev/null
	run ! "$validate" "$schema/proc.json" document <<<'{"process": []}'
}

@test "the schemas are installed where tamalloc(1) says" {
	make -s -C "$top/cli" O="$installed" prefix=/usr DESTDIR="$BATS_TEST_TMPDIR" \
		install >/dev/null
	grep -oE '/usr/share/tamalloc/schema/.*\.json' "$top/man/tamalloc.1" |
		while read -r file; do
			diff "$BATS_TEST_TMPDIR$file" "$top/cli/schema/${file##*/}"
		done
	(( $(find "$BATS_TEST_TMPDIR/usr/share/tamalloc" -type f | wc -l) == 3 ))
}
