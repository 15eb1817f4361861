#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Make follow, when Debian has uploaded: an upload that is made up goes from apt to a
# machine that upgrades to it; one that fails, at whatever step, or is killed, changes
# nothing.  What fails after the build is tried with a build that only copies packages, in
# a copy of the checkout.

# Every @test is a subshell on purpose.
# shellcheck disable=SC2030,SC2031
# RELEASE and its like come from set_names.
# shellcheck disable=SC2153
load follow

setup_file() {
	prepare_follow
	# One disk for all machines here.
	make -s --no-print-directory -C tests/vm base >&2
	cp --reflink=auto "$(vm_var BASE)" "$WORK/o/follow-$SUITE/base.qcow2"
	# And a checkout whose builds are quick.
	debian/package copy "$WORK/quick"
	cat >>"$WORK/quick/debian/root.bash" <<-'EOF'
		make_root() { mkdir -p "$1/etc/apt/sources.list.d"; }
		run_in_root() { # ROOT DIR PLACE
			case $(cat) in
			*dpkg-buildpackage*)
				cp -r "$QUICK/packages" "$QUICK/built" "$2/"
				;;
			*apt-get*) touch "$2/debian/linux-source-0_0_all.deb" ;;
			esac
		}
	EOF
}

teardown_file() {
	end_follow
}

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return
}

# A build that ends at once, with the packages that are there; if INIT is said, theirs is
# the kernel that boots with that.
quick_build() { # [INIT]
	export QUICK=$BATS_TEST_TMPDIR/quick CHECKOUT=$WORK/quick
	local kind tree=$BATS_TEST_TMPDIR/tree
	mkdir -p "$QUICK/packages"
	for kind in "$RELEASE" "$KERNEL-tamalloc-$FLAVOUR" "tamalloc-$FLAVOUR"; do
		cp "$DIST/$RELEASE/linux-image-${kind}_${VERSION}_amd64.deb" "$QUICK/packages/"
	done
	cp "$DIST/$RELEASE"/{tamalloc-tools_"$OURS"_amd64.deb,*.buildinfo} "$QUICK/packages/"
	mkdir -p "$QUICK/built/kselftest/tamalloc"
	printf '#!/bin/sh\necho 1..1; echo ok 1 it works\n' >"$QUICK/built/kselftest/tamalloc/works"
	if [[ $# -gt 0 ]]; then
		dpkg-deb -R "$(echo "$QUICK/packages/linux-image-${RELEASE}"_*.deb)" "$tree"
		mkdir -p "$tree/etc/default/grub.d"
		echo "GRUB_CMDLINE_LINUX=\"\$GRUB_CMDLINE_LINUX init=$1\"" >"$tree/etc/default/grub.d/zz-init.cfg"
		dpkg-deb --root-owner-group -Znone -b "$tree" "$QUICK/packages" >&2
	fi
	chmod +x "$QUICK/built/kselftest/tamalloc"/*
}

# Starts it and kills it, and nothing else, as soon as PATTERN runs.
killed_at() { # SIGNAL PATTERN [VARIABLE=VALUE]...
	local pid i
	state >"$BATS_TEST_TMPDIR/state"
	follow "${@:3}" >"$BATS_TEST_TMPDIR/log" 2>&1 3>&- &
	for ((i = 0; i < 6000; i++)); do
		[[ -z "$(mentioning "$2")" ]] || break
		sleep 0.1
	done
	cat "$BATS_TEST_TMPDIR/log"
	pid=$(pgrep -f "^bash ${CHECKOUT-$PWD}/debian/follow$|^/bin/bash ${CHECKOUT-$PWD}/debian/follow$")
	[[ -n "$pid" ]]
	as_root kill "-$1" "$pid"
	status=0
	wait $! || status=$?
	[[ "$status" -gt 128 ]]
	state | diff "$BATS_TEST_TMPDIR/state" -
	nothing_runs
}

@test "a kernel that does not boot is not published" {
	quick_build /bin/false
	state >"$BATS_TEST_TMPDIR/state"
	run follow
	failed_at 14 "it does not install or does not boot"
	grep 'Kernel panic' "$WORK/o/follow-$SUITE/log/$KERNEL-$FLAVOUR"
}

@test "nor one on which a selftest fails" {
	quick_build
	cp /bin/false "$QUICK/built/kselftest/tamalloc/fails"
	state >"$BATS_TEST_TMPDIR/state"
	run follow
	failed_at 15 "a selftest failed"
	grep '^not ok .* fails' "$WORK/o/follow-$SUITE/log/$KERNEL-$FLAVOUR"
}

@test "nor one whose patches don't apply" {
	mkdir -p "$BATS_TEST_TMPDIR/tree/linux-source-$KERNEL/mm"
	echo other >"$BATS_TEST_TMPDIR/tree/linux-source-$KERNEL/mm/Makefile"
	tar -cJf "$BATS_TEST_TMPDIR/tar" -C "$BATS_TEST_TMPDIR/tree" "linux-source-$KERNEL"
	archive "$(upload 2)" "$BATS_TEST_TMPDIR/tar"
	state >"$BATS_TEST_TMPDIR/state"
	run follow
	failed_at 12 "a patch does not apply"
	grep 'tamalloc-core.patch does not apply' "$WORK/o/follow-$SUITE/log/$KERNEL-$FLAVOUR"
	archive "$NEWER"
}

@test "killed at any time, it leaves no machine, no mount and no half of anything" {
	killed_at KILL "$WORK/o/follow-$SUITE/work/root"
	killed_at TERM "$WORK/o/follow-$SUITE/work/root"
	[[ ! -e "$WORK/o/follow-$SUITE/work" ]]
	quick_build
	killed_at KILL "file=$WORK/o/follow-$SUITE/work/disk.qcow2"
}

@test "an upload goes all the way to a machine that upgrades to it and boots it" {
	mkdir "$BATS_TEST_TMPDIR/share"
	files=$BATS_TEST_TMPDIR/files
	mkdir -p "$files/usr/share/keyrings" "$files/etc/apt/sources.list.d"
	cp "$WORK/repo/tamalloc.gpg" "$files/usr/share/keyrings/tamalloc-archive-keyring.gpg"
	sed 's|@URI@|file:/run/vm/share/repo|' "$WORK/repo/$SUITE.sources" \
		>"$files/etc/apt/sources.list.d/tamalloc.sources"
	as_root tests/vm/make-image --base "$WORK/o/follow-$SUITE/base.qcow2" --files "$files" \
		--with-deb "$DIST/$RELEASE/linux-image-${RELEASE}_${VERSION}_amd64.deb" \
		--with-deb "$DIST/$RELEASE/linux-image-$KERNEL-tamalloc-${FLAVOUR}_${VERSION}_amd64.deb" \
		--with-deb "$DIST/$RELEASE/tamalloc-tools_${OURS}_amd64.deb" "$WORK/disk.qcow2" >&2
	run follow
	echo "$output"
	[[ "$status" -eq 0 ]] || { tail -n 60 "$WORK/o/follow-$SUITE/log/$KERNEL-$FLAVOUR" && false; }
	[[ $output == *"published $NEW_RELEASE, of Debian's $NEWER"* ]]
	[[ $output != *"$NEW_RELEASE: "*"is not there"* ]]
	# Beside the one before, with all that it is made of.
	pool=$WORK/repo/pool/$SUITE
	ls "$pool/$RELEASE/linux-image-${RELEASE}_${VERSION}_amd64.deb"
	for file in "$NEW_RELEASE/linux-"{image,headers}-"$NEW_RELEASE"'_*.deb' \
		"$NEW_RELEASE/*."{dsc,tar.xz,buildinfo,changes,json} \
		debian/linux-{source,config}-"${KERNEL}_$NEWER"'_*.deb'; do
		compgen -G "$pool/$file"
	done
	in_machine() {
		cat >"$BATS_TEST_TMPDIR/share/script"
		run tests/vm/run --disk "$WORK/disk.qcow2" --share "$BATS_TEST_TMPDIR/share" --memory 2048 \
			--timeout 600 -- sh -eux /run/vm/share/script
		echo "$output"
		[[ "$status" -eq 0 ]]
	}
	# Without Debian's sources, which would not fit in there.
	cp -a "$WORK/repo" "$BATS_TEST_TMPDIR/share/"
	rm -r "$BATS_TEST_TMPDIR/share/repo/pool/$SUITE/debian"
	in_machine <<-EOF
		test "\$(uname -r)" = $RELEASE
		rm -f /etc/apt/sources.list
		apt update
		DEBIAN_FRONTEND=noninteractive apt -y upgrade
	EOF
	rm -r "$BATS_TEST_TMPDIR/share/repo"
	in_machine <<-EOF
		test "\$(uname -r)" = $NEW_RELEASE
		tamalloc global --source=syscall
		test -s /boot/vmlinuz-$RELEASE
	EOF
	# And once more there is nothing to do.
	state >"$BATS_TEST_TMPDIR/state"
	run follow
	[[ "$status" -eq 0 ]]
	state | diff "$BATS_TEST_TMPDIR/state" -
}
