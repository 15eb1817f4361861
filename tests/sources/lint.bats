#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The kernel's own tools on our kernel files, of the line KERNEL: all silent.

load ../lib/kernel

setup_file() {
	bats_require_minimum_version 1.5.0
}

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return
	src=$(kernel_var SRC)
	obj=$(kernel_var OBJ)
}

# Runs a command that has nothing to say.
silent() {
	run "$@"
	echo "$output"
	[[ $status -eq 0 ]]
	[[ -z $output ]]
}

# In a directory where it may leave a cache.  Of the tests, ENOSYS is the
# subject; a kernel tree has a MAINTAINERS, a series for several has not; and
# Debian's python3 has the modules.
checkpatch() {
	(
		cd "$BATS_TEST_TMPDIR" || exit
		PATH=/usr/bin:/bin "$src/scripts/checkpatch.pl" --root="$src" --strict --terse \
			--no-summary --show-types --ignore ENOSYS,FILE_PATH_CHANGES "$@"
	)
}

@test "checkpatch --strict is silent on our files" {
	mapfile -t files < <(find "$PWD/kernel/src" -name '*.[ch]')
	[[ ${#files[@]} -gt 2 ]]
	silent checkpatch --file "${files[@]}"
}

@test "checkpatch --strict is silent on the series" {
	make -s patches DIST="$BATS_TEST_TMPDIR/dist"
	silent checkpatch "$BATS_TEST_TMPDIR"/dist/patches-*/*.patch
}

@test "sparse and W=1 are silent on mm/tamalloc.c" {
	touch "$src/mm/tamalloc.c"
	# As the kernel was built, for another make may configure it otherwise.
	read -ra kmake < <(kernel_var KMAKE)
	silent "${kmake[@]}" -s W=1 C=2 mm/tamalloc.o
	cmp "$obj/kernel/config_data" "$obj/.config"
}

@test "our header can be included alone, and twice" {
	printf '#include <linux/tamalloc.h>\n%.0s' 1 2 >"$BATS_TEST_TMPDIR/twice.c"
	silent gcc -fsyntax-only -Wall -Werror -D__KERNEL__ -include linux/kconfig.h -nostdinc \
		-I"$src/arch/x86/include" -I"$obj/arch/x86/include/generated" \
		-I"$src/include" -I"$obj/include" \
		-I"$src/arch/x86/include/uapi" -I"$obj/arch/x86/include/generated/uapi" \
		-I"$src/include/uapi" -I"$obj/include/generated/uapi" "$BATS_TEST_TMPDIR/twice.c"
}

@test "kernel-doc comments are well formed" {
	for file in kernel/src/mm/tamalloc.c kernel/src/include/uapi/linux/tamalloc.h; do
		silent "$src/scripts/kernel-doc" -none "$file"
	done
}

@test "the documentation is well-formed reStructuredText" {
	silent rst2html --halt=2 --report=1 --no-raw \
		kernel/src/Documentation/admin-guide/mm/tamalloc.rst "$BATS_TEST_TMPDIR/page"
	grep -q '<h1' "$BATS_TEST_TMPDIR/page"
}

# As scripts/coccicheck calls it, on one file.  On standard error it finds fault
# with some of the scripts themselves.
cocci() { # SCRIPT FILE
	local options
	read -ra options < <(sed -n 's|^///* Options: ||p' "$1") || :
	spatch -D report --very-quiet --cocci-file "$1" "${options[@]}" \
		-I "$src/include" -I "$src/include/uapi" "$2" 2>/dev/null
}

# But for the few scripts in OCaml, whose compiler the check would need.
@test "coccicheck has nothing to report" {
	mapfile -t scripts < <(grep -rl 'virtual report' "$src/scripts/coccinelle" |
		xargs grep -L 'script:ocaml' | sort)
	[[ ${#scripts[@]} -gt 40 ]]
	for script in "${scripts[@]}"; do
		echo "$script"
		silent cocci "$script" kernel/src/mm/tamalloc.c
	done
}

@test "coccicheck would report a use after free" {
	echo 'void f(struct s *x) { kfree(x); g(x->a); }' >"$BATS_TEST_TMPDIR/bad.c"
	run cocci "$src/scripts/coccinelle/free/kfree.cocci" "$BATS_TEST_TMPDIR/bad.c"
	echo "$output"
	[[ $output == *"reference preceded by free"* ]]
}
