#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The sources as they stand: linters, and the checks of the configuration.

load ../lib/kernel

setup_file() {
	bats_require_minimum_version 1.5.0
}

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return
}

@test "shellcheck is silent on every script" {
	mapfile -t scripts < <(git ls-files |
		xargs grep -lE '^#!.*\b((ba|da)?sh|bats)\b|^# shellcheck shell=')
	[[ ${#scripts[@]} -gt 8 ]]
	shellcheck "${scripts[@]}"
}

# The files, relative to the tree $1, that are not as its .editorconfig says.
not_as_configured() {
	local tree=$1

	shift
	(cd "$tree" && realpath -s "$@" | xargs editorconfig) | awk -F= '
		function put() { if (file) print file, indent, trim, newline }
		/^\[\// { put(); file = substr($0, 2, length($0) - 2) }
		/^indent_style/ { indent = $2 }
		/^trim_trailing/ { trim = $2 }
		/^insert_final/ { newline = $2 }
		END { put() }' | while read -r file indent trim newline; do
		name=${file#"$tree/"}
		[[ $indent == tab ]] && grep -qP '^ {8}' "$file" && echo "$name: indented by blanks"
		[[ $indent == space ]] && grep -qP '^\t' "$file" && echo "$name: indented by tabs"
		[[ $trim == true ]] && grep -qP '[ \t]$' "$file" && echo "$name: trailing blanks"
		[[ $newline == true && -s $file && -n $(tail -c 1 "$file") ]] &&
			echo "$name: no newline at its end"
		grep -q $'\r' "$file" && echo "$name: carriage returns"
		iconv -f UTF-8 "$file" >/dev/null || echo "$name: not UTF-8"
	done
}

@test "every file is as .editorconfig says" {
	mapfile -t files < <(git ls-files)
	run not_as_configured "$PWD" "${files[@]}"
	echo "$output"
	[[ -z $output ]]
	cp .editorconfig "$BATS_TEST_TMPDIR"
	printf 'int f(void)\n{\n        return 1; \n}' >"$BATS_TEST_TMPDIR/bad.c"
	printf '{\n\t"a": 1\r\n}\n' >"$BATS_TEST_TMPDIR/bad.json"
	printf '\351\n' >"$BATS_TEST_TMPDIR/bad.md"
	run --separate-stderr not_as_configured "$BATS_TEST_TMPDIR" bad.c bad.json bad.md
	[[ $output == "bad.c: indented by blanks
bad.c: trailing blanks
bad.c: no newline at its end
bad.json: indented by tabs
bad.json: carriage returns
bad.md: not UTF-8" ]]
}

@test "each patch of each line has a DEP-3 header and only touches existing files" {
	for series in kernel/patches/*/series; do
		dir=$(dirname "$series")
		[[ $(wc -l <"$series") -eq $(find "$dir" -name '*.patch' | wc -l) ]]
		while read -r patch; do
			for field in Description Author Forwarded Last-Update; do
				grep -q "^$field: " "$dir/$patch"
			done
			grep -q '^--- a/' "$dir/$patch"
			run ! grep -nE '^((new|deleted) file|(---|\+\+\+) /dev/null)' "$dir/$patch"
		done <"$series"
	done
}

@test "SECURITY.md says when the module is the better choice, and how long lines are maintained" {
	module=$(grep -n -m 1 tamalloc-dkms SECURITY.md)
	kernel=$(grep -n -m 1 'linux-image-' SECURITY.md)
	[[ ${module%%:*} -lt ${kernel%%:*} ]]
	for line in kernel/patches/*/; do
		line=$(basename "$line")
		echo "$line"
		grep -qE "^\| $line \| \`linux[^|]* \| [^|]+ \|\$" SECURITY.md
	done
}

@test "the kernel is as it was when its ABI was released, and a change without a bump is told of" {
	kernel/abi check
	cp -r kernel "$BATS_TEST_TMPDIR/"
	cd "$BATS_TEST_TMPDIR/kernel"
	: >released
	./abi check
	./abi release
	./abi check
	for file in src/mm/tamalloc.c patches/6.1/series config/vm; do
		cp "$file" old
		echo >>"$file"
		run -1 ./abi check
		[[ $output == *"bump ABI, for the kernel has changed since "*" was released" ]]
		run -1 ./abi release
		mv old "$file"
	done
	echo >>src/tools/testing/selftests/tamalloc/abi.c
	./abi check
	echo >>src/mm/tamalloc.c
	sed -i 's/^ABI .*/ABI := 99/' Makefile
	./abi release
	[[ $(wc -l <released) -eq 2 ]]
}

@test "each mutant applies to the file it names, and says what is expected of whom" {
	for mutant in tests/kernel/mutants/*.patch; do
		echo "$mutant"
		# A file of ours, or one of Debian's that a series has changed.
		file=$(sed -n 's,^+++ b/,,p' "$mutant")
		[[ -e kernel/src/$file ]] && file=kernel/src/$file || file=$(kernel_var SRC)/$file
		patch -s -F0 -o "$BATS_TEST_TMPDIR/mutant" "$file" "$mutant"
		grep -qE '^Flavour: (vm|debug)$' "$mutant"
		grep -qE '^Test: (kernel|cost|churn)( |$)' "$mutant"
		grep -qE '^Expect: (caught|passes)$' "$mutant"
	done
}

@test "an option that is asked for and dropped is named" {
	cd "$BATS_TEST_TMPDIR"
	printf '%s\n' CONFIG_A=y '# CONFIG_B is not set' 'CONFIG_S="x y"' >config
	printf '%s\n' '# why' CONFIG_A=y '# CONFIG_B is not set' '# CONFIG_GONE is not set' \
		'CONFIG_S="x y"' 'CONFIG_EMPTY=""' >good
	"$BATS_TEST_DIRNAME/../../kernel/config/check" config good
	for line in CONFIG_NEW=y CONFIG_A=m '# CONFIG_A is not set' CONFIG_B=y 'CONFIG_S="x"'; do
		echo "$line" >bad
		run "$BATS_TEST_DIRNAME/../../kernel/config/check" config bad
		echo "$line: $output"
		[[ $status -ne 0 ]]
		[[ $output == bad:*"is asked for"* ]]
	done
}

@test "the built kernel has what the fragments ask for, and Debian's choices" {
	obj=$(kernel_var OBJ)
	kernel/config/check "$obj/.config" kernel/config/{tamalloc,guest,vm}
	xz -dc "$(kernel_var DEBCONF)" |
		kernel/config/select kernel/config/debian-choices >"$BATS_TEST_TMPDIR/theirs"
	kernel/config/select kernel/config/debian-choices <"$obj/.config" >"$BATS_TEST_TMPDIR/ours"
	[[ $(wc -l <"$BATS_TEST_TMPDIR/theirs") -gt 50 ]]
	for option in PREEMPT_DYNAMIC=y TRANSPARENT_HUGEPAGE_ALWAYS=y IA32_EMULATION=y \
		BPF_SYSCALL=y RETPOLINE=y; do
		grep -q "CONFIG_\(MITIGATION_\)\?$option" "$BATS_TEST_TMPDIR/ours"
	done
	diff -u "$BATS_TEST_TMPDIR/theirs" "$BATS_TEST_TMPDIR/ours"
}

@test "every line of a fragment is an option or a comment, and every option is once there" {
	run ! grep -nvE '^(#.*|CONFIG_[A-Z0-9_]+=.*|)$' \
		kernel/config/{tamalloc,guest*,vm,btf,dbg,debug*,debian,off}
	run sh -c "cd kernel/config && sed -n 's/=.*//p' tamalloc guest vm | sort | uniq -d"
	[[ -z $output ]]
}

@test "the published costs are what bench/report makes of the results" {
	cp -R bench README.md "$BATS_TEST_TMPDIR/"
	"$BATS_TEST_TMPDIR/bench/report"
	diff -r bench "$BATS_TEST_TMPDIR/bench"
	diff README.md "$BATS_TEST_TMPDIR/README.md"
	[[ $(grep -cE '^\| .* \| [0-9.]+ times cheaper \|' README.md) -ge 4 ]]
}
