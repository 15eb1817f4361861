#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The package -dbg that DBG=y makes: what debuggers find in it, and where.

load ../lib/kernel

setup_file() {
	bats_require_minimum_version 1.5.0
	set_names
	export WORK=$BATS_FILE_TMPDIR
	RELEASE=$(kernel_var RELEASE DBG=y)
	make -s --no-print-directory deb DBG=y DIST="$WORK/dist" >&2
	for package in linux-image-"$RELEASE" linux-image-"$RELEASE"-dbg; do
		dpkg-deb -x "$WORK/dist/$RELEASE/${package}_"*.deb "$WORK/$package"
	done
	export IMAGE=$WORK/linux-image-$RELEASE DEBUG=$WORK/linux-image-$RELEASE-dbg/usr/lib/debug
}

build_id() { # file
	readelf -n "$1" | sed -n 's/^ *Build ID: //p'
}

@test "its kernel has types and lines, and symbols at the addresses of System.map" {
	vmlinux=$DEBUG/boot/vmlinux-$RELEASE
	[[ $(readlink -f "$DEBUG/lib/modules/$RELEASE/vmlinux") == "$vmlinux" ]]
	readelf -SW "$vmlinux" | grep -w .debug_info
	address=$(sed -n 's/ T do_exit$//p' "$IMAGE/boot/System.map-$RELEASE")
	run addr2line -f -e "$vmlinux" "$address"
	echo "$output"
	[[ ${lines[0]} == do_exit ]]
	# Paths are the source's own, wherever it was built.
	[[ ${lines[1]} == *kernel/exit.c:* ]]
	run ! grep -qF "$(kernel_var SRC)" "$vmlinux"
}

@test "each module of the image is stripped, and its symbols are found by its build ID" {
	mapfile -t modules < <(find "$IMAGE" -name '*.ko')
	[[ ${#modules[@]} -gt 5 ]]
	for module in "${modules[@]}"; do
		run ! grep -q debug_info <(readelf -SW "$module")
		id=$(build_id "$module")
		[[ ${#id} -eq 40 ]]
		symbols=$DEBUG/.build-id/${id::2}/${id:2}.debug
		[[ $(basename "$(readlink -f "$symbols")") == "$(basename "$module")" ]]
		[[ $(build_id "$symbols") == "$id" ]]
		readelf -SW "$symbols" | grep -q debug_info
	done
}

@test "lintian finds no error and no warning" {
	run lintian -EvIL +pedantic --fail-on error,warning "$WORK/dist/$RELEASE"/*.changes
	echo "$output"
	[[ $status -eq 0 ]]
}
