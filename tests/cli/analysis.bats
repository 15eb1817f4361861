#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What tools find in the command: analysers, sanitizers, a fuzzer, hardening.

load common

setup() {
	flags=(-D_GNU_SOURCE -D__x86_64__ '-DVERSION=""' '-DLOCALEDIR=""'
		"-I$top/cli" "-I$top/cli/include" "-I$O/include")
	mapfile -t sources < <(files_of sources)
	(( ${#sources[@]} > 30 ))
}

# It does not know that err() and errx() do not return, and that raise() may.
# Declarations stand at the top of a function here, and figure.c counts from the
# end of a buffer.
cppcheck_all() {
	cppcheck -q --enable=warning,style,performance,portability --std=c11 \
		--error-exitcode=1 --suppress=variableScope \
		--suppress=ctuPointerArith --suppress=unreachableCode \
		'-Derr(status,...)=exit(status)' \
		'-Derrx(status,...)=exit(status)' "${flags[@]}" "$@"
}

@test "cppcheck is silent" {
	run cppcheck_all "${sources[@]}" "$top"/cli/examples/*.c
	echo "$output"
	[[ $status -eq 0 && -z $output ]]
	printf 'int f(void) { int a[2] = { 0 }; return a[2]; }\n' \
		>"$BATS_TEST_TMPDIR/bad.c"
	run ! cppcheck_all "$BATS_TEST_TMPDIR/bad.c"
}

tidy() {
	# On standard error it counts what it does not show.
	printf '%s\n' "$@" | xargs -P 2 -n 4 sh -c '
		exec clang-tidy --quiet --config-file="$0" "$@" -- $FLAGS' \
		"$top/cli/.clang-tidy" 2>/dev/null
}

@test "clang-tidy is silent" {
	FLAGS="-std=c11 ${flags[*]} $(pkg-config --cflags smartcols)"
	export FLAGS
	run tidy "${sources[@]}"
	echo "$output"
	[[ $status -eq 0 && -z $output ]]
	printf 'int f(int *p);\nint f(int *p) { if (p) return 0; return *p; }\n' \
		>"$BATS_TEST_TMPDIR/bad.c"
	run tidy "$BATS_TEST_TMPDIR/bad.c"
	[[ $status -ne 0 && $output == *[Dd]ereference* ]]
}

# Of clang-format 14 and 19, Debian 12's and 13's, which agree.
laid_out() {
	clang-format --style=file:"$top/cli/.clang-format" --dry-run -Werror "$@"
}

@test "the sources are laid out as .clang-format says" {
	mapfile -t headers < <(files_of headers)
	run laid_out "${sources[@]}" "${headers[@]}" "$top"/cli/examples/*.c \
		"$top"/cli/include/*/*.h
	echo "$output"
	[[ $status -eq 0 && -z $output ]]
	printf 'int f(void) { return 0; }\n' >"$BATS_TEST_TMPDIR/bad.c"
	run ! laid_out "$BATS_TEST_TMPDIR/bad.c"
}

@test "gcc and clang warn of nothing, with more warnings than the build has" {
	read -r -a smartcols < <(pkg-config --cflags smartcols)
	flags+=("${smartcols[@]}" -std=c11 -O2 -Wall -Wextra -Werror -Wshadow
		-Wformat=2 -Wcast-qual -Wvla -Wpointer-arith -Wno-missing-field-initializers)
	for file in "${sources[@]}"; do
		gcc -fanalyzer "${flags[@]}" -c -o /dev/null "$file"
		clang "${flags[@]}" -c -o /dev/null "$file"
	done
}

@test "AddressSanitizer and UndefinedBehaviorSanitizer have nothing to say" {
	[[ -z ${ASAN_OPTIONS:-} ]]
	run env -u CLI "$BATS_TEST_DIRNAME/sanitized" "$O/asan"
	echo "$output"
	[[ $status -eq 0 ]]
	(( $(grep -c '^ok ' <<<"$output") > 100 ))
}

@test "libFuzzer finds nothing wrong with sizes and command lines" {
	run "$BATS_TEST_DIRNAME/fuzz/run" "$O/fuzz"
	echo "$output"
	[[ $status -eq 0 ]]
	[[ $output =~ size:\ inputs\ tried:\ [0-9]{5} ]]
	[[ $output =~ options:\ inputs\ tried:\ [0-9]{5} ]]
}
