#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The targets of make, and what they call what they make.

# shellcheck disable=SC2153 # set_names sets them
load ../lib/kernel
load common

@test "bare make lists every target with a line" {
	run make -s
	[[ $status -eq 0 ]]
	read -ra targets < <(sed -n 's/^\.PHONY: //p' Makefile)
	[[ ${#targets[@]} -gt 8 ]]
	for target in "${targets[@]}"; do
		grep -Eq "^  $target +[a-z(]" <<<"$output"
	done
}

@test "make install honours DESTDIR and prefix" {
	# Not into the command that another suite may run now.
	make -s install O="$BATS_TEST_TMPDIR/o" DESTDIR="$BATS_TEST_TMPDIR/d" prefix=/opt/t
	cd "$BATS_TEST_TMPDIR/d/opt/t"
	[[ -x bin/tamalloc ]]
	[[ -f share/man/man1/tamalloc.1 ]]
	for call in get_stats get_global_stats get_indiviual_stats get_indiviual; do
		[[ -e share/man/man2/tamalloc_$call.2 ]]
	done
	run find "$BATS_TEST_TMPDIR/d" -mindepth 1 -maxdepth 1
	[[ $output == "$BATS_TEST_TMPDIR/d/opt" ]]
}

# A Debian 12 that runs release $1 and has installed the packages linux-image-$2...
fake_host() {
	local release running=$1
	mkdir -p "$BATS_TEST_TMPDIR/bin"
	fake_bookworm
	echo "#!/bin/sh
		echo $running" >"$BATS_TEST_TMPDIR/bin/uname"
	{
		echo '#!/bin/sh'
		# shellcheck disable=SC2016 # for that script
		echo 'case $* in *linux-source-*) exec /usr/bin/dpkg-query "$@" ;; esac'
		for release in "${@:2}"; do
			echo "echo 'ii linux-image-$release'"
		done
		echo "echo 'rc linux-image-5.10.0-1-amd64'"
	} >"$BATS_TEST_TMPDIR/bin/dpkg-query"
	chmod +x "$BATS_TEST_TMPDIR"/bin/*
}

# What make would build there.
on_host() { # [VARIABLE]...
	run env -u KERNEL -u FLAVOUR PATH="$BATS_TEST_TMPDIR/bin:$PATH" \
		make --no-print-directory -n deb "$@"
}

@test "make deb is for the kernel that this host has, unless it is said" {
	expect() { # KERNEL FLAVOUR
		echo "$output"
		[[ $output == "Packages for KERNEL=$1 FLAVOUR=$2: "* ]]
	}
	fake_host 6.1.0-56-amd64 6.1.0-55-amd64 6.1.0-56-amd64
	on_host
	expect 6.1 amd64
	fake_host 6.1.0-56-cloud-amd64 6.1.0-56-cloud-amd64 6.12.117+deb12-amd64
	on_host
	expect 6.1 cloud-amd64
	fake_host 6.12.117+deb12-rt-amd64 6.12.117+deb12-rt-amd64-unsigned
	on_host
	expect 6.12 rt-amd64
	fake_host 6.1.192+tamalloc1.2-vm 6.1.192+tamalloc1.2-vm 6.1.0-56-cloud-amd64
	on_host
	expect 6.1 vm
	on_host FLAVOUR=amd64
	expect 6.1 amd64
	on_host KERNEL=6.12
	expect 6.12 vm
	on_host KERNEL=6.12 FLAVOUR=cloud-amd64
	[[ $output != *"Packages for"* ]]
	# A kernel of another's, in a chroot or a container: what is installed counts.
	fake_host 6.18.44-other 6.1.0-55-amd64 6.1.0-56-amd64
	on_host
	expect 6.1 amd64
	fake_host 6.18.44-other 6.1.0-55-amd64 6.12.117+deb12-amd64
	on_host
	[[ $status -ne 0 ]]
	[[ $output == *"which of 6.1 amd64, 6.12 amd64? This runs 6.18.44-other"* ]]
	[[ $output == *"say which kernel: FLAVOUR= one of "* ]]
	fake_host 6.1.0-56-amd64
	on_host
	[[ $status -ne 0 ]]
	[[ $output == *"no package linux-image-*"*"say which kernel: FLAVOUR= one of "* ]]
	# Nor does anything else ask.
	run env -u KERNEL -u FLAVOUR PATH="$BATS_TEST_TMPDIR/bin:$PATH" make -n check tools
	[[ $output != *"Packages for"* ]]
	fake_host 6.1.0-56-rt-amd64 6.1.0-56-rt-amd64
	run env -u KERNEL -u FLAVOUR PATH="$BATS_TEST_TMPDIR/bin:$PATH" make deb
	[[ $status -ne 0 ]]
	[[ $output == *"FLAVOUR=rt-amd64 is not supported for KERNEL=6.1; "* ]]
}

@test "the command's package builds in under a minute, without a kernel package" {
	fake_source
	run dpkg-query -W "linux-source-$KERNEL"
	[[ $status -ne 0 ]]
	# What this leaves in the build directory isn't hardened.
	make -s tools O="$BATS_TEST_TMPDIR/o"
	SECONDS=0 # Of a machine that may be busy: a kernel takes minutes of its own.
	make TOOLS=y O="$BATS_TEST_TMPDIR/o" DIST="$BATS_TEST_TMPDIR/dist" deb
	echo "$SECONDS s"
	[[ $SECONDS -lt 180 ]]
	cd "$BATS_TEST_TMPDIR/dist/tools"
	[[ -f tamalloc-tools_${OURS}_amd64.deb ]]
	[[ -f libtamalloc-dev_${OURS}_amd64.deb ]]
	# The module's headers are those of the kernel that runs where it is installed.
	run "$BATS_TEST_DIRNAME/../../debian/install-kernel" --print "$PWD"
	[[ $output == *" ./tamalloc-dkms_${OURS}_all.deb \"linux-headers-\$(uname -r)\"" ]]
	run ! ls linux-*
	# Without a word of lintian's, and hardened in every command of the build.
	run lintian -EvIL +pedantic --fail-on error,warning,info,pedantic,experimental \
		./*.changes
	echo "$output"
	[[ $status -eq 0 ]]
	run blhc --bindnow "$BATS_TEST_TMPDIR/o/packaging/tools/log"
	echo "$output"
	[[ $status -eq 0 ]]
}

@test "clean and distclean remove what make has made, and no directory that was there before" {
	cd "$BATS_TEST_TMPDIR"
	run_make() { make -s -C "$BATS_TEST_DIRNAME/../.." O="$PWD/o" DIST="$PWD/dist" "$@"; }
	run_make "$PWD/o/CACHEDIR.TAG" "$PWD/dist/CACHEDIR.TAG"
	touch o/built dist/package
	run_make clean
	[[ ! -e o && -e dist/package ]]
	run_make distclean
	[[ ! -e dist ]]
	# Somebody's, named by mistake: no mark comes into it.
	mkdir o dist
	touch o/mine dist/mine
	run_make "$PWD/o/CACHEDIR.TAG" "$PWD/dist/CACHEDIR.TAG"
	run ! run_make clean
	[[ $output == *"$PWD/o: not removed, for it lacks the CACHEDIR.TAG"* ]]
	rm -r o
	run ! run_make distclean
	[[ $output == *"$PWD/dist: not removed"* ]]
	[[ -e dist/mine ]]
	# Another program's mark is none of ours.
	echo 'Signature: 8a477f597d28d172789f06886806bc55' >dist/CACHEDIR.TAG
	run ! run_make distclean
	[[ -e dist/mine ]]
}

@test "the kernel is unpacked over no tree of somebody's" {
	src=$(kernel_var SRC O="$BATS_TEST_TMPDIR/o")
	mkdir -p "$src"
	echo precious >"$src/mine"
	run make -s kernel O="$BATS_TEST_TMPDIR/o"
	echo "$output"
	[[ $status -ne 0 && $output == *"$src: exists, and is no tree that this unpacked"* ]]
	[[ $(<"$src/mine") == precious ]]
}

@test "prune keeps the two newest of each line and flavour, and what is not of ours" {
	cd "$BATS_TEST_TMPDIR"
	# For this host's Debian, and with DEBIAN= for another.
	for debian in . trixie; do
		for version in 6.1.190-1 6.1.192-2 6.1.99-1 6.12.117-1~deb12u1; do
			mkdir -p "o/$debian/linux-$version/obj-vm"
			touch "o/$debian/linux-$version/.patched"
		done
		mkdir -p "o/$debian/linux-6.1.1-1" "dist/$debian/"{repo,tools}
		for release in 6.1.{9+tamalloc1.1,190+tamalloc1.1,192+tamalloc1.2}-{vm,amd64} \
			6.12.117+tamalloc1.1.deb12u1-vm; do
			mkdir -p "dist/$debian/$release" "dist/$debian/source-$release"
		done
	done
	make -s -C "$BATS_TEST_DIRNAME/../.." prune O="$PWD/o" DIST="$PWD/dist"
	for debian in . trixie; do
		[[ $(cd "o/$debian" && echo linux-*) == \
			"linux-6.1.1-1 linux-6.1.190-1 linux-6.1.192-2 linux-6.12.117-1~deb12u1" ]]
		left=$(cd "dist/$debian" && printf '%s\n' * | grep -v -e ^source -e ^trixie)
		[[ $left == $(printf '%s\n' 6.1.190+tamalloc1.1-{amd64,vm} 6.1.192+tamalloc1.2-{amd64,vm} \
			6.12.117+tamalloc1.1.deb12u1-vm repo tools) ]]
		[[ $(printf '%s\n' "dist/$debian/source-"* | wc -l) -eq 5 ]]
	done
	run -2 "$BATS_TEST_DIRNAME/../../debian/prune"
}

@test "two makes at once unpack a tree once, and neither harms the other" {
	for n in 1 2; do
		make -s -C kernel source O="$BATS_TEST_TMPDIR/o" >"$BATS_TEST_TMPDIR/$n" 2>&1 3>&- &
	done
	wait
	cat "$BATS_TEST_TMPDIR"/[12]
	[[ $(cat "$BATS_TEST_TMPDIR"/[12] | grep -c UNPACK) -eq 1 ]]
	[[ -e $(kernel_var SRC O="$BATS_TEST_TMPDIR/o")/mm/tamalloc.c ]]
	rm -rf "$BATS_TEST_TMPDIR/o"
}

@test "a source package is built below itself, with as many jobs as DEB_BUILD_OPTIONS says" {
	mkdir "$BATS_TEST_TMPDIR/copy"
	cp -a debian cli kernel man "$BATS_TEST_TMPDIR/copy/"
	cd "$BATS_TEST_TMPDIR/copy"
	printf '%s := %s\n' KERNEL 6.1 FLAVOUR vm RELEASE r VERSION v BTF n DBG '' >debian/kernel.mk
	commands() { O=/elsewhere JOBS=9 debian/rules -n override_dh_auto_build; }
	DEB_BUILD_OPTIONS='nocheck parallel=3' run -0 commands
	echo "$output"
	[[ $output == *" JOBS=3 "*"make -C kernel O=$PWD/build "* && $output != *elsewhere* ]]
	DEB_BUILD_OPTIONS='' run -0 commands
	[[ $output == *" JOBS=1 "* ]]
	TAMALLOC_O=/shared run -0 commands
	[[ $output == *" O=/shared "* ]]
}

@test "a path that make cannot take is told of in a line" {
	for path in "/a b" "/a'b"; do
		run make -s kernel O="$BATS_TEST_TMPDIR/o" SIGN_KEY="$path" SIGN_CERT=/c
		echo "$output"
		[[ $status -ne 0 && $output == *"a path with a space or an apostrophe in it"* ]]
	done
}

@test "without linux-source, make kernel says what to do" {
	fake_source
	run make kernel
	echo "$output"
	[[ $status -ne 0 ]]
	[[ $output == *"linux-source-$KERNEL is not installed"*"make deps"* ]]
}

@test "a line or flavour that isn't there is refused" {
	run make kernel KERNEL=5.10
	[[ $status -ne 0 ]]
	[[ $output == *"KERNEL=5.10 is not supported on Debian "*"; lines: "*"$KERNEL"* ]]
	run make kernel FLAVOUR=debug-nothing
	[[ $status -ne 0 ]]
	[[ $output == *"FLAVOUR=debug-nothing is not supported"* ]]
	fake_bookworm
	run make kernel KERNEL=6.1 FLAVOUR=rt-amd64
	[[ $status -ne 0 ]]
	[[ $output == *"FLAVOUR=rt-amd64 is not supported for KERNEL=6.1; flavours:"* ]]
	[[ $output == *"flavours: vm debug amd64 cloud-amd64."* ]]
}

@test "another version of the compiler means another build, which the same one doesn't" {
	kmake() { make --no-print-directory -C kernel FLAVOUR=amd64 BTF=n config; }
	obj=$(kernel_var OBJ FLAVOUR=amd64 BTF=n)
	kmake >/dev/null 2>&1
	run kmake
	[[ $status -eq 0 && $output != *CONFIG* ]]
	echo 'gcc 9.99' >"$obj/compiler"
	run kmake
	echo "$output"
	[[ $status -eq 0 && $output == *"CONFIG   $(kernel_var RELEASE FLAVOUR=amd64 BTF=n)"* ]]
}

# What make calls a kernel of Debian's version $1: its release and its version.
names() { # VERSION [VARIABLE]...
	fake_source "$1"
	echo "$(kernel_var RELEASE "${@:2}") $(kernel_var VERSION "${@:2}")"
}

@test "each upload of Debian's is a release of its own, in the form that a kernel's may have" {
	[[ $(names 6.1.999-3) == "6.1.999+tamalloc1.3-$FLAVOUR 6.1.999-3+tamalloc$OURS" ]]
	[[ $(names 6.1.999-4) == "6.1.999+tamalloc1.4-$FLAVOUR 6.1.999-4+tamalloc$OURS" ]]
	[[ $(names 6.12.117-1~deb12u1) == \
		"6.12.117+tamalloc1.1.deb12u1-$FLAVOUR 6.12.117-1~deb12u1+tamalloc$OURS" ]]
	[[ $(names 7.3.4-1~bpo13+1) == \
		"7.3.4+tamalloc1.1.bpo13+1-$FLAVOUR 7.3.4-1~bpo13+1+tamalloc$OURS" ]]
	[[ $(names 7.3-1) == "7.3.0+tamalloc1.1-$FLAVOUR 7.3-1+tamalloc$OURS" ]]
	[[ $(names 7.3~rc6-1~exp1) == "7.3.0-rc6+tamalloc1.1.exp1-$FLAVOUR 7.3~rc6-1~exp1+tamalloc$OURS" ]]
}

@test "builds that differ have names and versions that differ" {
	for variables in "FLAVOUR=vm" "FLAVOUR=vm BTF=y" "FLAVOUR=vm DBG=y" \
		"FLAVOUR=amd64" "FLAVOUR=amd64 BTF=n" "FLAVOUR=amd64 BTF=n DBG=y"; do
		# shellcheck disable=SC2086 # words
		names 6.1.999-3 $variables
	done >"$BATS_TEST_TMPDIR/names"
	cat "$BATS_TEST_TMPDIR/names"
	[[ $(sort -u "$BATS_TEST_TMPDIR/names" | wc -l) -eq 6 ]]
	# As Debian's own: nothing to add.
	[[ $(names 6.1.999-3 FLAVOUR=amd64 BTF=y DBG=y) == \
		"6.1.999+tamalloc1.3-amd64 6.1.999-3+tamalloc$OURS" ]]
	for n in 1 2; do
		openssl req -new -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=$n/" \
			-keyout "$BATS_TEST_TMPDIR/$n.key" -out "$BATS_TEST_TMPDIR/$n.pem" 2>/dev/null
		names 6.1.999-3 FLAVOUR=amd64 SIGN_KEY="$BATS_TEST_TMPDIR/$n.key" \
			SIGN_CERT="$BATS_TEST_TMPDIR/$n.pem"
	done >"$BATS_TEST_TMPDIR/signed"
	cat "$BATS_TEST_TMPDIR/signed"
	[[ $(sort -u "$BATS_TEST_TMPDIR/signed" |
		grep -cE '^6\.1\.999\+tamalloc1\.3\.[0-9a-f]{8}-amd64 ') -eq 2 ]]
}

@test "ours sorts above Debian's of the same version, and a later upload above an earlier" {
	order() { # LOWER HIGHER, as GRUB, dpkg, linux-version and systemd see it
		echo "$1 < $2"
		[[ $(printf '%s\n' "$@" | LC_ALL=C sort -V | tail -n 1) == "$2" ]]
		dpkg --compare-versions "$1" lt "$2"
		linux-version compare "$1" lt "$2"
		[[ $(systemd-analyze compare-versions "$1" "$2") == "$1 < $2" ]]
	}
	order 6.1.0-57-amd64 6.1.192+tamalloc1.2-amd64
	order 6.12.117+deb12-amd64 6.12.117+tamalloc1.1.deb12u1-amd64
	order 6.12.117+deb13-amd64 6.12.117+tamalloc1.1-amd64
	order 6.12.117+deb13.1-amd64 6.12.117+tamalloc1.2-amd64
	order 7.3.4+deb13-amd64 7.3.4+tamalloc1.1.bpo13+1-amd64
	order 6.1.192+tamalloc1.2-amd64 6.1.192+tamalloc1.3-amd64
	order 6.1.192+tamalloc1.9-amd64 6.1.192+tamalloc1.10-amd64
	order 6.1.192+tamalloc1.3-amd64 6.1.192+tamalloc2.1-amd64
	order 6.1.192+tamalloc1.2-amd64 6.1.193+tamalloc1.1-amd64
}

@test "nothing of all this landed in the checkout" {
	nothing_has_landed
}
