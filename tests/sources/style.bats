#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What tests/ look like, and that tests/suites and tests/README.md are complete.

setup() {
	bats_require_minimum_version 1.5.0
	cd "$BATS_TEST_DIRNAME/../.." || return
	# Patches and expected output have a form of their own.
	mapfile -t files < <(git ls-files tests | grep -vE '/golden/|\.(patch|md)$')
	[[ ${#files[@]} -gt 80 ]]
}

@test "each file has its licence" {
	run grep -L 'SPDX-License-Identifier: GPL-2.0' "${files[@]}"
	echo "$output"
	[[ -z $output ]]
}

@test "bash has [[ ]] alone" {
	mapfile -t scripts < <(grep -lE '^#!.*\b(bash|bats)\b|shell=bash' "${files[@]}")
	[[ ${#scripts[@]} -gt 50 ]]
	run ! grep -nE '(^|[[:space:]({!])\[ ' "${scripts[@]}"
}

# Those of tests/cli quote messages and figures that long.
@test "no line is longer than 100 characters" {
	for file in "${files[@]}"; do
		[[ $file == tests/cli/* ]] || sed -n "s|^.\{101\}|$file: &|p" "$file"
	done >"$BATS_TEST_TMPDIR/wide"
	cat "$BATS_TEST_TMPDIR/wide"
	[[ ! -s $BATS_TEST_TMPDIR/wide ]]
}

# tests/kernel/guest runs those that need its machine.
@test "each suite is in tests/suites, once, and no two have one name" {
	{
		sed '/^#/d; /^$/d; s/ .*//' tests/suites
		sed -n 's/.*for suite in \(.*\); do/\1/p' tests/kernel/guest |
			xargs printf 'kernel/%s.bats\n'
	} | sort >"$BATS_TEST_TMPDIR/listed"
	git ls-files tests | sed 's,^tests/,,; s,^cli/.*,cli,' |
		grep -E '\.bats$|^kernel/.*run$|^cli$' | sort -u | diff - "$BATS_TEST_TMPDIR/listed"
	twice=$(sed 's,/run$,,; s,.*/,,; s,\.bats$,,' "$BATS_TEST_TMPDIR/listed" | sort | uniq -d)
	[[ -z $twice ]]
}

@test "the paths in tests/README.md exist" {
	# shellcheck disable=SC2016 # those are Markdown's
	mapfile -t paths < <(tr -s '` ' '\n' <tests/README.md | grep -xE '[a-z-]+/[a-z/.-]*')
	[[ ${#paths[@]} -gt 20 ]]
	for path in "${paths[@]}"; do
		echo "$path"
		[[ -e $path || -e tests/$path || $path == build/* ]]
	done
}
