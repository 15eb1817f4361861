#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The cost of the system calls for programs that don't use them: Debian's kernel as it is
# ("clean") and ours without CONFIG_TAMALLOC ("off"), with the configuration of
# KERNEL-FLAVOUR, against that itself ("on"), object by object.

load ../lib/kernel

setup_file() {
	bats_require_minimum_version 1.5.0
	cd "$BATS_TEST_DIRNAME/../.." || return
	local variable
	export KERNEL=${KERNEL-$(kernel/line default)} O=${O-$PWD/build}
	export WORK=$O/tests/off-$KERNEL BUILT=$O/tests/kernel-$KERNEL
	# Below its source, as the others are, lest paths differ.
	export ON CLEAN=$WORK/obj WITHOUT
	ON=$(kernel_var OBJ)
	WITHOUT=$(OFF=y kernel_var OBJ)
	for variable in KBUILD_BUILD_{TIMESTAMP,USER,HOST,VERSION} LC_ALL PATH; do
		export "$variable=$(kernel_var "$variable")"
	done
	rm -rf "$WORK" "$WITHOUT"
	mkdir -p "$CLEAN"
	tar -xf "$(kernel_var TARBALL)" -C "$WORK" --strip-components=1
	grep -v CONFIG_TAMALLOC "$ON/.config" >"$CLEAN/.config"
	kbuild olddefconfig
	kbuild vmlinux modules
	make -s --no-print-directory -C kernel OFF=y build
	tests/kernel/build "$BUILT" "$KERNEL"
}

teardown_file() {
	rm -rf "$WORK" "$WITHOUT"
}

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return
}

# As kernel/Makefile does.
kbuild() { # TARGET...
	local options
	read -ra options <<<"$(kernel_var KBUILD_OPTIONS)"
	make -s -C "$WORK" O="$CLEAN" "${options[@]}" -j"$(nproc)" "$@"
}

# Not those that are made of others.
objects() { # OBJ
	(cd "$1" && find . -name '*.o' ! -name '.tmp_*' ! -name 'vmlinux*.o' ! -path './tools/*' \
		! -path './scripts/*' ! -path './arch/x86/boot/*' -printf '%P\n' | LC_ALL=C sort)
}

# What is compiled with -g names its directory: the real mode's code is.
same() {
	cmp -s "$1" "$2" && return
	objcopy -g "$1" "$BATS_TEST_TMPDIR/a.o" && objcopy -g "$2" "$BATS_TEST_TMPDIR/b.o" &&
		cmp -s "$BATS_TEST_TMPDIR/a.o" "$BATS_TEST_TMPDIR/b.o"
}

# Objects of OBJ that differ from those of the clean build, or exist here or there alone.
differing() { # OBJ
	LC_ALL=C sort -u <(objects "$CLEAN") <(objects "$1") | while read -r object; do
		same "$CLEAN/$object" "$1/$object" 2>/dev/null || echo "$object"
	done
}

# Those OBJECTs that the kernel with the calls has.
existing() { # OBJECT...
	(cd "$ON" && ls -d "$@" 2>/dev/null) | LC_ALL=C sort
}

in_off() {
	tests/vm/run --cpus 1 --kernel "$WITHOUT/arch/x86/boot/bzImage" -- "$@"
}

# Of the objects: vmlinux's is rounded up.
text_size() {
	(cd "$1" && objects . | xargs size -A) |
		awk '$1 ~ /^\.text/ { sum += $2 } END { print sum }'
}

# What holds the table of system calls, or its size; not all are in every line.
table=(
	arch/x86/entry/common.o      # compares a number with the size
	arch/x86/entry/syscall_64.o  # is the table
	kernel/configs.o             # is the configuration itself (CONFIG_IKCONFIG)
	kernel/seccomp.o             # has a bit for each number
	kernel/sys_ni.o              # has the entries that answer ENOSYS
)
# What CONFIG_TAMALLOC adds.
wiring=(
	mm/tamalloc.o                # the calls and vm.tamalloc_restrict
)

@test "the configurations differ in CONFIG_TAMALLOC alone" {
	run diff "$CLEAN/.config" "$WITHOUT/.config"
	echo "$output"
	[[ ${#lines[@]} -eq 2 ]]
	[[ ${lines[1]} == '> # CONFIG_TAMALLOC is not set' ]]
}

@test "off, only what holds the system call table or its size differs" {
	[[ $(objects "$CLEAN" | wc -l) -gt 1000 ]]
	diff <(existing "${table[@]}") <(differing "$WITHOUT")
}

@test "on, what CONFIG_TAMALLOC adds differs besides" {
	diff <(existing "${table[@]}" "${wiring[@]}") <(differing "$ON")
}

@test "on, .text grows by less than 4 KiB" {
	by=$(($(text_size "$ON") - $(text_size "$CLEAN")))
	echo "# .text grows by $by bytes" >&3
	[[ $by -gt 0 ]]
	[[ $by -lt 4096 ]]
}

@test "off, the three numbers answer ENOSYS" {
	# shellcheck disable=SC2016 # perl's own
	in_off perl -MErrno -e 'for (551..553) {
		syscall($_, 1, 0) == -1 && $!{ENOSYS} or die "$_: $!"
	}'
}

@test "off, there is no vm.tamalloc_restrict" {
	in_off test ! -e /proc/sys/vm/tamalloc_restrict -a -e /proc/sys/vm/overcommit_memory
}

@test "off, the command says so" {
	run in_off "$(realpath "${O-build}")/cli/tamalloc" proc 1 --source=syscall
	echo "$output"
	[[ $status -eq 3 ]]
}

@test "off, a selftest is skipped" {
	run in_off "$(realpath "$BUILT")/kselftest/tamalloc/abi"
	echo "$output"
	[[ $status -eq 4 ]]
}
