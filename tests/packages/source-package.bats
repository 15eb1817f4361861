#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The source packages that 'make source' makes: what is in them, what they say
# that they need, and that in a Debian with that alone the packages come out.

load ../lib/root

setup_file() {
	bats_require_minimum_version 1.5.0
	cd "$BATS_TEST_DIRNAME/../.." || return
	set_names
	export WORK=$BATS_FILE_TMPDIR
	# In a copy of the checkout, where more lies about than git tracks.
	git clone -q . "$WORK/checkout"
	git ls-files -z | tar -c --null -T - | tar -x -C "$WORK/checkout"
	cd "$WORK/checkout" || return
	for file in my.key my.pem core debian/.control.swp kernel/src/mm/tamalloc.c~ cli/my.key notes; do
		echo secret >"$file"
	done
	git status --porcelain >"$WORK/status"
	make_source
	make_source TOOLS=y
}

setup() {
	cd "$WORK/checkout" || return
}

teardown_file() {
	as_root rm -rf "$WORK/root"
}

make_source() { # [VARIABLE]
	make -s --no-print-directory source O="$WORK/build" DIST="$WORK/dist" "$@" >&2
}

@test "each has what git has, but for what is of the checkout, and what gencontrol makes" {
	for suffix in '' "-$RELEASE"; do
		tar -tf "$WORK/dist/source$suffix/tamalloc_$OURS.tar.xz" |
			sed -n 's,^[^/]*/\(.*[^/]\)$,\1,p' | sort >"$BATS_TEST_TMPDIR/packed"
		git ls-files | grep -v '^\.' | sort >"$BATS_TEST_TMPDIR/tracked"
		comm -23 "$BATS_TEST_TMPDIR"/{tracked,packed}
		[[ -z $(comm -23 "$BATS_TEST_TMPDIR"/{tracked,packed}) ]]
		more=$(comm -13 "$BATS_TEST_TMPDIR"/{tracked,packed})
		echo "$more"
		made='kernel.mk|source/lintian-overrides|linux-(image|headers)-[^/]*'
		run ! grep -vE "^(debian/($made)|)$" <<<"$more"
		[[ ${#suffix} -eq 0 ]] || grep -qx debian/kernel.mk <<<"$more"
	done
	git status --porcelain | diff "$WORK/status" -
}

@test "made from an unpacked source package, which has no git, it has the same" {
	dpkg-source -x "$WORK/dist/source/tamalloc_$OURS.dsc" "$BATS_TEST_TMPDIR/unpacked"
	cd "$BATS_TEST_TMPDIR/unpacked"
	make -s --no-print-directory source TOOLS=y O="$BATS_TEST_TMPDIR/build" \
		DIST="$BATS_TEST_TMPDIR/dist" >&2
	diff <(tar -tf "$WORK/dist/source/tamalloc_$OURS.tar.xz" | sort) \
		<(tar -tf "$BATS_TEST_TMPDIR/dist/source/tamalloc_$OURS.tar.xz" | sort)
}

@test "a key in the checkout is refused in a line, by whatever path" {
	mkdir "$BATS_TEST_TMPDIR/o"
	ln -s "$PWD/my.key" "$BATS_TEST_TMPDIR/o/link"
	for key in my.key ./cli/my.key "$BATS_TEST_TMPDIR/o/link"; do
		for target in deb source kernel; do
			run make -s "$target" KERNEL="$KERNEL" FLAVOUR="$FLAVOUR" SIGN_KEY="$key" SIGN_CERT=my.pem
			echo "$output"
			[[ $status -ne 0 ]]
			[[ $(grep -c 'lies in the checkout' <<<"$output") -eq 1 ]]
		done
	done
}

@test "the kernel's names its packages, and needs the very linux-source" {
	dsc=$WORK/dist/source-$RELEASE/tamalloc_$OURS.dsc
	cat "$dsc"
	for package in source config; do
		needed="linux-$package-$KERNEL \(= $SRCVER\) <!pkg.tamalloc.tools>"
		grep -qE "^Build-Depends: .*$needed," "$dsc"
	done
	run ! grep -E 'linux-source-[0-9.]+ <' "$dsc"
	for package in "linux-image-$RELEASE" "linux-headers-$RELEASE" \
		"linux-image-$KERNEL-tamalloc-$FLAVOUR" tamalloc-tools; do
		grep -q "^ $package deb " "$dsc"
	done
	run ! grep -E '^ linux-' "$WORK/dist/source/tamalloc_$OURS.dsc"
}

@test "lintian has nothing to say of them" {
	for changes in "$WORK"/dist/source*/*.changes; do
		run lintian -EvIL +pedantic \
			--fail-on error,warning,info,pedantic,experimental "$changes"
		echo "$output"
		[[ $status -eq 0 ]]
	done
}

@test "with Build-Depends alone, nobody without a home builds the same packages" {
	make -s --no-print-directory deb TOOLS=y O="$WORK/build" DIST="$WORK/dist" >&2
	build_source "$WORK/root" "$WORK/dist/source" DEB_BUILD_PROFILES=pkg.tamalloc.tools
	[[ $status -eq 0 ]]
	[[ $output != *nonexistent:* ]]
	for deb in "$WORK"/dist/tools/*.deb; do
		echo "$deb"
		cmp "$deb" "$WORK/root/build/$(basename "$deb")"
	done
}

@test "make deps takes what builds a kernel, and leaves the tests' programs to make check-deps" {
	# As make would call apt-get here.
	packages() { # TARGET
		local profiles
		profiles=$(make -n "$1" KERNEL="$KERNEL" FLAVOUR="$FLAVOUR" |
			sed -n "s/.*DEB_BUILD_PROFILES='\([^']*\)'.*/\1/p")
		in_root "$WORK/root" "$PWD" checkout <<-EOF
			cd /checkout
			env DEB_BUILD_PROFILES='$profiles' apt-get -s --no-install-recommends build-dep ./
		EOF
		[[ $status -eq 0 ]]
	}
	packages deps
	few=$(grep -c '^Inst ' <<<"$output")
	run ! grep -E '^Inst (qemu|clang|coccinelle|lintian|autopkgtest)' <<<"$output"
	packages check-deps
	all=$(grep -c '^Inst ' <<<"$output")
	echo "$few packages for a kernel, $all for the tests, beside those of a build"
	grep -q '^Inst qemu-system-x86 ' <<<"$output"
	[[ $((2 * few)) -lt $all ]]
}
