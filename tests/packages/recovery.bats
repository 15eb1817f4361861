#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What fails in the middle leaves what was there, or half of it and the command
# that repairs it: full disks, hooks, and what is killed.

# Every @test is a subshell on purpose.
# shellcheck disable=SC2030,SC2031
load ../lib/root

setup_file() {
	bats_require_minimum_version 1.5.0
	cd "$BATS_TEST_DIRNAME/../.." || return
	set_names
	export SHARE=$BATS_FILE_TMPDIR/share ROOT=$BATS_FILE_TMPDIR/root
	mkdir "$SHARE"
	cp "$DIST/$RELEASE/linux-image-${RELEASE}_${VERSION}_amd64.deb" "$SHARE/old.deb"
	make_root "$ROOT" --variant=apt --include=initramfs-tools,linux-base,kmod,mount
}

teardown_file() {
	as_root rm -rf "$ROOT"
}

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return
}

# Runs standard input as a script in a fresh Debian.
in_fresh() {
	FORGET=y in_root "$ROOT" "$SHARE" share < <(
		cat <<-EOF
			package=linux-image-$RELEASE
			release=$RELEASE
		EOF
		cat <<-'EOF'
			# A package's, and all that it or its hooks can change.
			state() {
				dpkg-query -W -f '${Status} ${Version}\n' "$package" |
					grep '^install ok installed' || :
				find /boot /lib/modules /initrd.img* /vmlinuz* \
					-type d -printf '%p\n' \
					-o -type l -printf '%p %l\n' -o -exec cksum {} + || :
			}
			is() { # STATUS
				test "$(dpkg-query -W -f '${Status}' "$package")" = "install ok $1"
			}
			# Installing fails, says why, and perhaps what to do.
			fails() { # WHY [WHAT]
				if apt-get install -y /share/*.deb >/said 2>&1; then exit 9; fi
				cat /said
				grep "$1" /said
				grep "${2-.}" /said
			}
			hook() { # COMMAND
				printf '#!/bin/sh\n%s\n' "$1" >/etc/kernel/postinst.d/aa-hook
				chmod +x /etc/kernel/postinst.d/aa-hook
			}
			small_boot() { # MIB
				mount -t tmpfs -o "size=$1M" tmpfs /boot
			}
			repaired() {
				dpkg --configure -a
				is installed
				test -z "$(dpkg --audit)"
				test -s "/boot/initrd.img-$release"
				test -s "/lib/modules/$release/modules.dep"
			}
		EOF
		cat
	)
	[[ $status -eq 0 ]]
}

@test "the flavour vm refuses a machine that is not virtual, and says why, until one insists" {
	[[ $FLAVOUR == vm ]]
	in_fresh <<-'EOF'
		machine() { # PROGRAM STATUS, what a program that asks what it runs on says
			printf '#!/bin/sh\nexit %s\n' "$2" >"/usr/bin/$1"
			chmod +x "/usr/bin/$1"
		}
		# A PC of one's own, no chroot of it.
		machine ischroot 1
		machine systemd-detect-virt 1
		state >/before
		fails 'refused, because this is not a virtual machine' 'amd64 for a PC'
		apt-get -y --fix-broken install
		state >/after
		diff /before /after
		test -z "$(dpkg --audit)"
		mkdir /etc/tamalloc
		touch /etc/tamalloc/vm-on-bare-metal
		apt-get install -y /share/old.deb
		is installed
		apt-get purge -y "$package"
		rm -r /etc/tamalloc
		fails 'refused, because this is not a virtual machine'
		# In a virtual machine, and in a chroot, which may be the disk of one.
		machine systemd-detect-virt 0
		apt-get install -y /share/old.deb
		is installed
		apt-get purge -y "$package"
		machine systemd-detect-virt 1
		machine ischroot 0
		apt-get install -y /share/old.deb
		is installed
	EOF
}

@test "a second upload of one upstream version comes beside the running kernel, whose files stay" {
	mkdir "$BATS_TEST_TMPDIR/share"
	cp "$SHARE/old.deb" "$BATS_TEST_TMPDIR/share/"
	as_release "$SHARE/old.deb" "${RELEASE/tamalloc1./tamalloc1.9}" "$VERSION.next" \
		"$BATS_TEST_TMPDIR/new"
	mv "$BATS_TEST_TMPDIR"/new/*.deb "$BATS_TEST_TMPDIR/share/new"
	SHARE=$BATS_TEST_TMPDIR/share
	in_fresh <<-'EOF'
		files() {
			find /boot /lib/modules -path "*$release*" -type f -exec cksum {} + | sort
		}
		apt-get install -y /share/old.deb
		files >/before
		test "$(grep -c '\.ko' /before)" -gt 5
		cp /share/new /new.deb
		apt-get install -y /new.deb
		files >/after
		diff /before /after
		is installed
		# Each has what it takes to boot.
		test "$(dpkg-query -W -f '${Package}\n' 'linux-image-*tamalloc*' | wc -l)" -eq 2
		for kernel in /boot/vmlinuz-*; do
			test -s "/boot/initrd.img-${kernel#*/vmlinuz-}"
			test -s "/lib/modules/${kernel#*/vmlinuz-}/modules.dep"
		done
		test "$(ls /boot/vmlinuz-* | wc -l)" -eq 2
	EOF
}

@test "a hook that fails: the package says what repairs it, and that does" {
	in_fresh <<-'EOF'
		hook 'echo no such thing; exit 1'
		fails 'aa-hook exited with return code 1' \
			'finishes the installation: dpkg --configure -a'
		is half-configured
		rm /etc/kernel/postinst.d/aa-hook
		repaired
	EOF
}

@test "a disk that is full as the initramfs is made: the same" {
	in_fresh <<-'EOF'
		# Enough for the package, and not for that.
		mib=$(dpkg-deb --fsys-tarfile /share/old.deb | tar -t --verbose |
			awk '/ .\/boot\// { n += $3 } END { print int(n / 2^20) }')
		small_boot $((mib + 2))
		fails 'No space left on device' 'finishes the installation: dpkg --configure -a'
		is half-configured
		mount -o remount,size=500M /boot
		repaired
	EOF
}

@test "a disk that is full as it is unpacked: nothing of it stays, another try is all it takes" {
	in_fresh <<-'EOF'
		small_boot 2
		mkdir /lib/modules
		state >/before
		fails 'No space left on device'
		state >/after
		diff /before /after
		test -z "$(dpkg --audit)"
		mount -o remount,size=500M /boot
		apt-get install -y /share/old.deb
		is installed
	EOF
}

@test "a disk that is full as an upgrade is unpacked: the old version stays as it was" {
	as_version "$SHARE/old.deb" "$VERSION+newer" "$BATS_TEST_TMPDIR"
	mkdir "$BATS_TEST_TMPDIR/share"
	cp "$SHARE/old.deb" "$BATS_TEST_TMPDIR/share/old"
	mv "$BATS_TEST_TMPDIR"/*.deb "$BATS_TEST_TMPDIR/share/new.deb"
	SHARE=$BATS_TEST_TMPDIR/share
	in_fresh <<-'EOF'
		small_boot 500
		cp /share/old /old.deb
		apt-get install -y /old.deb
		head -c "$(($(stat -f -c '%a * %S' /boot) - 2 * 1024 * 1024))" /dev/zero >/boot/full
		state >/before
		fails 'No space left on device'
		state >/after
		diff /before /after
		test -z "$(dpkg --audit)"
		rm /boot/full
		apt-get install -y /share/new.deb
		is installed
	EOF
}

@test "dpkg killed as it configures the package: apt says what repairs it, and that does" {
	in_fresh <<-'EOF'
		hook 'kill -KILL $(grep -lxE "dpkg|run-parts|linux-image.*" /proc/[0-9]*/comm |
			cut -d / -f 3); sleep 1'
		fails 'dpkg exited unexpectedly'
		rm /etc/kernel/postinst.d/aa-hook
		is half-configured
		fails "you must manually run 'dpkg --configure -a' to correct"
		repaired
	EOF
}

# What make deb TOOLS=y is about to replace.
old_packages() {
	O=$BATS_TEST_TMPDIR/o DIST=$BATS_TEST_TMPDIR/dist
	mkdir -p "$DIST/tools"
	for package in tamalloc-tools libtamalloc-dev; do
		echo old >"$DIST/tools/${package}_${OURS}_amd64.deb"
	done
}

are_old() {
	[[ $(find "$DIST/tools" -maxdepth 1 -name '*_*' | wc -l) -eq 2 ]]
	[[ $(cat "$DIST"/tools/*.deb) == $'old\nold' ]]
}

build() {
	make -s TOOLS=y O="$O" DIST="$DIST" deb
}

@test "a build that is killed leaves dist/ as it was, and the next one does all" {
	old_packages
	# In the middle: as debhelper has installed the first files, and is at it.
	set -m
	build >"$BATS_TEST_TMPDIR/log" 2>&1 3>&- &
	pid=$!
	set +m
	for ((i = 0; i < 3000; i++)); do
		[[ ! -e $O/packaging/tools/tamalloc/debian/tamalloc-tools ]] || break
		sleep 0.1
	done
	kill -KILL -- "-$pid"
	wait "$pid" || :
	[[ -e $O/packaging/tools/tamalloc/debian/tamalloc-tools ]]
	are_old
	# At the end: as the packages are brought there.
	mkdir "$BATS_TEST_TMPDIR/bin"
	cat >"$BATS_TEST_TMPDIR/bin/mv" <<-'EOF'
		#!/bin/sh
		case $* in
		*_amd64.deb*/dist/tools/*) /bin/mv "$1" "$DIST/tools/.new/" && kill -KILL "$PPID" ;;
		*) exec /bin/mv "$@" ;;
		esac
	EOF
	chmod +x "$BATS_TEST_TMPDIR/bin/mv"
	PATH=$BATS_TEST_TMPDIR/bin:$PATH run ! build
	[[ -n $(ls "$DIST/tools/.new") ]]
	are_old
	build
	for deb in "$DIST"/tools/*.deb; do
		dpkg-deb -I "$deb"
	done
	[[ ! -e $DIST/tools/.new ]]
}
