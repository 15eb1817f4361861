#!/usr/bin/env bats
# The targets of make, the packages' names and what is in them.

setup_file() {
	bats_require_minimum_version 1.5.0
	cd "$BATS_TEST_DIRNAME/.." || return
	export RELEASE SRCVER OURS
	# As the top Makefile exports them.
	export KERNEL=${KERNEL-6.1} FLAVOUR=${FLAVOUR-vm} O=${O-$PWD/build} DIST=${DIST-$PWD/dist}
	RELEASE=$(make -s --no-print-directory -C kernel print-RELEASE)
	SRCVER=$(make -s --no-print-directory -C kernel print-SRCVER)
	OURS=$(dpkg-parsechangelog -S Version)
	git status --porcelain >"$BATS_FILE_TMPDIR/status"
}

setup() {
	cd "$BATS_TEST_DIRNAME/.." || return
}

deb() { # package: its file
	case $1 in
	linux-*) echo "$DIST/$1_$SRCVER+tamalloc${OURS}_amd64.deb" ;;
	*) echo "$DIST/$1_${OURS}_amd64.deb" ;;
	esac
}

unpack() { # package: what it would install, below $BATS_TEST_TMPDIR/root
	dpkg-deb -x "$(deb "$1")" "$BATS_TEST_TMPDIR/root"
	cd "$BATS_TEST_TMPDIR/root" || return
}

# A dpkg-query that knows of another linux-source, or of none.
fake_source() { # [version]
	mkdir -p "$BATS_TEST_TMPDIR/bin"
	cat >"$BATS_TEST_TMPDIR/bin/dpkg-query" <<-EOF
		#!/bin/sh
		case \$* in
		*linux-source*) ${1:+printf %s }${1:-exit 1} ;;
		*) exec /usr/bin/dpkg-query "\$@" ;;
		esac
	EOF
	chmod +x "$BATS_TEST_TMPDIR/bin/dpkg-query"
	PATH=$BATS_TEST_TMPDIR/bin:$PATH
}

@test "bare make lists every target with a line" {
	run make -s
	[ "$status" -eq 0 ]
	read -ra targets < <(sed -n 's/^\.PHONY: //p' Makefile)
	[ "${#targets[@]}" -gt 8 ]
	for target in "${targets[@]}"; do
		grep -Eq "^  $target +[a-z(]" <<<"$output"
	done
}

@test "make install honours DESTDIR and prefix" {
	make -s install DESTDIR="$BATS_TEST_TMPDIR/d" prefix=/opt/t
	cd "$BATS_TEST_TMPDIR/d/opt/t"
	[ -x bin/tamalloc ]
	[ -f share/man/man1/tamalloc.1 ]
	for call in get_stats get_global_stats get_indiviual_stats get_indiviual; do
		[ -e "share/man/man2/tamalloc_$call.2" ]
	done
	run find "$BATS_TEST_TMPDIR/d" -mindepth 1 -maxdepth 1
	[ "$output" = "$BATS_TEST_TMPDIR/d/opt" ]
}

@test "the command's package builds in under a minute, without a kernel package" {
	fake_source
	run dpkg-query -W "linux-source-$KERNEL"
	[ "$status" -ne 0 ]
	# What this leaves in the build directory isn't hardened.
	make -s tools O="$BATS_TEST_TMPDIR/o"
	SECONDS=0
	make TOOLS=y O="$BATS_TEST_TMPDIR/o" DIST="$BATS_TEST_TMPDIR/dist" deb
	echo "$SECONDS s"
	[ "$SECONDS" -lt 60 ]
	cd "$BATS_TEST_TMPDIR/dist"
	[ -f "tamalloc-tools_${OURS}_amd64.deb" ]
	[ -f "libtamalloc-dev_${OURS}_amd64.deb" ]
	run ! ls linux-*
	# Without a word of lintian's, and hardened in every command of the build.
	run lintian -EvIL +pedantic --fail-on error,warning,info,pedantic,experimental \
		./*.changes
	echo "$output"
	[ "$status" -eq 0 ]
	run blhc --bindnow "$BATS_TEST_TMPDIR/o/packaging/log"
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "without linux-source, make kernel says what to do" {
	fake_source
	run make kernel
	echo "$output"
	[ "$status" -ne 0 ]
	[[ $output == *"linux-source-$KERNEL is not installed"*"make deps"* ]]
}

@test "a line or flavour that isn't there is refused" {
	run make kernel KERNEL=5.10
	[ "$status" -ne 0 ]
	[[ $output == *"KERNEL=5.10 is not supported; lines: "*6.1* ]]
	run make kernel FLAVOUR=debug-nothing
	[ "$status" -ne 0 ]
	[[ $output == *"FLAVOUR=debug-nothing is not supported"* ]]
	run make kernel KERNEL=6.1 FLAVOUR=rt-amd64
	[ "$status" -ne 0 ]
	[[ $output == *"FLAVOUR=rt-amd64 is not supported for KERNEL=6.1; flavours: vm debug amd64 cloud-amd64."* ]]
}

# An option and its value a line, those that are not set left out.
options() {
	grep ^CONFIG_ | LC_ALL=C sort
}

@test "Debian's flavours have Debian's configuration but for what is ours" {
	# Facts of the build, its types for debuggers, and what says that it's ours.
	ours='CC_VERSION_TEXT|PAHOLE_.*|(DEBUG_INFO|.*_BTF|PROBE_EVENTS_BTF)(_.*)?'
	ours+='|BUILD_SALT|LOCALVERSION|MODULE_SIG_KEY|SYSTEM_TRUSTED_KEYS|TAMALLOC'
	# What a real-time kernel has by Debian's patch for it alone.
	patched='(ARCH_HAS_)?PREEMPT_(LAZY|BUILD|DYNAMIC)|UNINLINE_SPIN_UNLOCK|DRM_(I915|DISPLAY_DP_TUNNEL)(_.*)?'
	patched+='|HDMI_LPE_AUDIO|INTEL_MEI_GSC_PROXY|KVM_EXTERNAL_WRITE_TRACKING|VFIO_MDEV'
	flavours=(amd64 cloud-amd64)
	[ "$KERNEL" = 6.1 ] || flavours+=(rt-amd64)
	for flavour in "${flavours[@]}"; do
		variable() { make -s --no-print-directory -C kernel FLAVOUR="$flavour" "print-$1"; }
		make -s --no-print-directory -C kernel FLAVOUR="$flavour" config >/dev/null 2>&1
		obj=$(variable OBJ)
		[ "$(wc -l <"$obj/.config")" -gt 3000 ]
		grep -q ^CONFIG_TAMALLOC=y "$obj/.config"
		grep -q ^CONFIG_MODULES=y "$obj/.config"
		[ "$flavour" != rt-amd64 ] || grep -q ^CONFIG_PREEMPT_RT=y "$obj/.config"
		allowed=$ours
		[ "$flavour" != rt-amd64 ] || allowed+="|$patched"
		xz -dc "$(variable DEBCONF)" | options >"$BATS_TEST_TMPDIR/theirs"
		options <"$obj/.config" >"$BATS_TEST_TMPDIR/ours"
		[ "$(wc -l <"$BATS_TEST_TMPDIR/theirs")" -gt 1000 ]
		differ=$(comm -3 "$BATS_TEST_TMPDIR"/{theirs,ours} | tr -d '\t' | grep -vE "^CONFIG_($allowed)=" || :)
		echo "$flavour: $differ"
		[ -z "$differ" ]
	done
}

@test "names and versions follow Debian's upload, with no edit" {
	fake_source 6.1.999-3
	mkdir "$BATS_TEST_TMPDIR/copy"
	cp -a debian kernel "$BATS_TEST_TMPDIR/copy/"
	cd "$BATS_TEST_TMPDIR/copy"
	debian/gencontrol 6.1 vm
	grep -qx 'Package: linux-image-6.1.999-tamalloc1-vm' debian/control
	grep -qx 'Package: linux-headers-6.1.999-tamalloc1-vm' debian/control
	grep -qx 'Built-Using: linux (= 6.1.999-3)' debian/control
	grep -q '^ *linux-source-6.1 (= 6.1.999-3) <!pkg.tamalloc.tools ' debian/control
	grep -q '^version=6.1.999-tamalloc1-vm$' debian/linux-image-6.1.999-tamalloc1-vm.postinst
	run ! grep -rn '@[A-Z_]*@' debian/control debian/linux-*
}

@test "the image package has the kernel, its config and stripped modules" {
	unpack "linux-image-$RELEASE"
	[ -s "boot/vmlinuz-$RELEASE" ]
	[ -s "boot/System.map-$RELEASE" ]
	grep -q "^CONFIG_LOCALVERSION=\"-tamalloc.*-$FLAVOUR\"" "boot/config-$RELEASE"
	[ ! -e "lib/modules/$RELEASE/build" ]
	[ ! -e "lib/modules/$RELEASE/modules.dep" ]
	mapfile -t modules < <(find "lib/modules/$RELEASE" -name '*.ko')
	[ "${#modules[@]}" -gt 5 ]
	for module in "${modules[@]}"; do
		run readelf -SW "$module"
		[ "$status" -eq 0 ]
		[[ $output != *.debug_info* ]]
	done
}

@test "the image package depends on what its scripts call, and they run the hooks" {
	run dpkg-deb -f "$(deb "linux-image-$RELEASE")" Depends
	for package in kmod linux-base initramfs-tools; do
		[[ $output == *"$package"* ]]
	done
	dpkg-deb -e "$(deb "linux-image-$RELEASE")" "$BATS_TEST_TMPDIR/control"
	for script in preinst postinst prerm postrm; do
		sh -n "$BATS_TEST_TMPDIR/control/$script"
		grep -q "run-parts .*" "$BATS_TEST_TMPDIR/control/$script"
		grep -q "/etc/kernel/$script.d" "$BATS_TEST_TMPDIR/control/$script"
		grep -qx "version=$RELEASE" "$BATS_TEST_TMPDIR/control/$script"
	done
	grep -q 'linux-check-removal' "$BATS_TEST_TMPDIR/control/prerm"
	run ! grep -E 'update-(grub|initramfs)' "$BATS_TEST_TMPDIR"/control/*
}

@test "the metas follow their line and flavour, to the version" {
	for kind in image headers; do
		run dpkg-deb -f "$(deb "linux-$kind-$KERNEL-tamalloc-$FLAVOUR")" Depends
		[ "$output" = "linux-$kind-$RELEASE (= $SRCVER+tamalloc$OURS)" ]
	done
}

@test "no package takes a name or a file of Debian's" {
	run ! ls "$DIST"/linux-libc-dev*
	for kind in libtamalloc-dev "linux-image-$RELEASE" "linux-headers-$RELEASE"; do
		run dpkg-deb -c "$(deb "$kind")"
		[ "$status" -eq 0 ]
		[[ $output != *./usr/include/linux/* ]]
		[[ $output != *./usr/include/asm* ]]
	done
}

@test "the headers' host programs are for this release of Debian" {
	unpack "linux-headers-$RELEASE"
	[ "$(readlink "lib/modules/$RELEASE/build")" = "/usr/src/linux-headers-$RELEASE" ]
	for program in scripts/mod/modpost scripts/basic/fixdep tools/objtool/objtool; do
		run ldd "usr/src/linux-headers-$RELEASE/$program"
		echo "$output"
		[ "$status" -eq 0 ]
		[[ $output != *"not found"* ]]
	done
	run find "usr/src/linux-headers-$RELEASE" -name '*.o'
	[ -z "$output" ]
}

@test "the dev package's header serves C and C++, strict or not" {
	unpack libtamalloc-dev
	cat >use.c <<-'EOF'
		#include <tamalloc/tamalloc.h>
		int main(void)
		{
			struct global_memory_stats all;
			struct process_memory_stats one;

			return tamalloc_get_stats(0) == -1 &&
			       tamalloc_get_global_stats(&all) <= 0 &&
			       tamalloc_get_indiviual_stats(getpid(), &one) <= 0 &&
			       sizeof(all) == 16 && sizeof(one) == 24 ? 0 : 1;
		}
	EOF
	for cc in "gcc -std=c99" "gcc -std=c11 -Wpedantic" "gcc -std=gnu17" "g++ -x c++ -std=c++11 -Wpedantic" "g++ -x c++ -std=c++20" "clang -std=c11 -Wpedantic"; do
		$cc -Wall -Wextra -Werror -Iusr/include use.c -o use
		./use
	done
	[ -f usr/share/man/man2/tamalloc_get_stats.2.gz ]
	[ -e usr/share/man/man2/tamalloc_get_indiviual.2.gz ]
}

@test "lintian finds no error" {
	run lintian --fail-on error "$DIST/tamalloc_$OURS+${RELEASE}_amd64.changes"
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "nothing of all this landed in the checkout" {
	git status --porcelain | diff "$BATS_FILE_TMPDIR/status" -
}
