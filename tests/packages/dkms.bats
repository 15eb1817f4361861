#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# tamalloc-dkms in a Debian with Debian's own kernel: there at boot, upgraded, built for
# the next kernel, silent where it has no business, removed.  One disk goes through all of
# it, so the tests depend on each other, in order.

load ../lib/root

setup_file() {
	bats_require_minimum_version 1.5.0
	cd "$BATS_TEST_DIRNAME/../.." || return
	set_names
	export VM_DISK=$BATS_FILE_TMPDIR/disk.qcow2 SHARE=$BATS_FILE_TMPDIR/share
	make -s --no-print-directory deb TOOLS=y >&2
	make -s --no-print-directory -C tests/vm dkms >&2
	qemu-img create -q -f qcow2 -F qcow2 -b "$(realpath "$(vm_var DKMS)")" "$VM_DISK"
	mkdir -p "$SHARE"
	make_next_version "$DIST/tools/tamalloc-dkms_${OURS}_all.deb" 99.0
}

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return
}

# The package as another version of it would be.
make_next_version() { # DEB VERSION
	local tree=$BATS_FILE_TMPDIR/tree
	dpkg-deb -R "$1" "$tree"
	sed -i "s/$OURS/$2/g" "$tree"/DEBIAN/{control,postinst,prerm} "$tree"/usr/src/*/dkms.conf
	sed -i "s/^MODULE_LICENSE/MODULE_VERSION(\"$2\"); &/" "$tree"/usr/src/*/arrival.c
	mv "$tree"/usr/src/* "$tree/usr/src/tamalloc-$2"
	rm "$tree/DEBIAN/md5sums"
	dpkg-deb --root-owner-group -b "$tree" "$SHARE/next.deb"
}

# Runs standard input as a script in the machine, whose disk keeps what it does.
in_machine() {
	{
		cat <<-'EOF'
			set -eux
			release=$(uname -r)
			level=/proc/sys/vm/tamalloc_restrict
			has_calls() { tamalloc global --source=syscall; }
			# But for what udev calls the disk, and the package of the command.
			leftovers() {
				dpkg -L tamalloc-tools >/tmp/tools
				find / -xdev -name '*tamalloc*' ! -path '/run/*' ! -path '/var/cache/*' \
					! -path /var/lib/dpkg/info/tamalloc-tools.* | grep -vxFf /tmp/tools || :
				ls -d /run/tamalloc /sys/module/tamalloc || :
			}
		EOF
		cat
	} >"$SHARE/script"
	run tests/vm/run --disk "$VM_DISK" --share "$SHARE" --timeout 900 -- sh /run/vm/share/script
	echo "$output"
}

@test "it is loaded at boot, and nothing has failed" {
	in_machine <<-'EOF'
		systemctl is-active tamalloc-dkms.service
		test -z "$(systemctl --failed --no-legend | tee /tmp/failed)"
		dkms status -m tamalloc | grep "$release.*installed"
		has_calls
		test "$(cat $level)" = 0
		echo vm.tamalloc_restrict=1 >/etc/sysctl.d/tamalloc.conf
	EOF
	[[ $status -eq 0 ]]
}

@test "sysctl.d is heeded at boot, and an upgrade keeps the level" {
	in_machine <<-'EOF'
		test "$(cat $level)" = 1
		rm /etc/sysctl.d/tamalloc.conf
		test ! -e /sys/module/tamalloc/version
		echo 2 >$level
		dpkg -i /run/vm/share/next.deb
		test "$(cat /sys/module/tamalloc/version)" = 99.0
		test "$(cat $level)" = 2
		has_calls
		dkms status -m tamalloc
		test "$(dkms status -m tamalloc | wc -l)" = 1
	EOF
	[[ $status -eq 0 ]]
}

# Each as its headers' postinst calls the hooks.
@test "it is built for the next kernel, and leaves alone one that has the calls" {
	in_machine <<-'EOF'
		add_kernel() { # RELEASE
			cp -r "/usr/src/linux-headers-$release" "/usr/src/linux-headers-$1"
			mkdir "/lib/modules/$1"
			ln -s "/usr/src/linux-headers-$1" "/lib/modules/$1/build"
		}
		next=6.1.0-999-cloud-amd64
		add_kernel $next
		cd /usr/src/linux-headers-$next/include
		sed -i "s/$release/$next/" generated/utsrelease.h config/kernel.release config/auto.conf
		run-parts --arg=$next /etc/kernel/header_postinst.d
		modinfo -k $next tamalloc | grep "vermagic: *$next "
		ours=6.1.0-998-ours
		add_kernel $ours
		echo CONFIG_TAMALLOC=y >>/usr/src/linux-headers-$ours/.config
		run-parts --arg=$ours /etc/kernel/header_postinst.d
		# What Debian 12's dkms builds there refuses to be loaded.
		! grep -q 12 /etc/debian_version || modinfo -k $ours tamalloc
	EOF
	[[ $status -eq 0 ]]
}

@test "without a module for the kernel the service does nothing; removed, it leaves nothing" {
	in_machine <<-'EOF'
		systemctl stop tamalloc-dkms
		mv /lib/modules/$release/updates/dkms/tamalloc.ko /tmp
		depmod
		systemctl start tamalloc-dkms
		test "$(systemctl is-failed tamalloc-dkms)" = inactive
		test -z "$(systemctl --failed --no-legend)"
		mv /tmp/tamalloc.ko /lib/modules/$release/updates/dkms/
		depmod
		systemctl start tamalloc-dkms
		has_calls
		dpkg --remove tamalloc-dkms
		! has_calls
		test ! -e $level
		dpkg --purge tamalloc-dkms
		leftovers >/tmp/left 2>/dev/null
		cat /tmp/left
		test ! -s /tmp/left
	EOF
	[[ $status -eq 0 ]]
	in_machine <<-'EOF'
		test -z "$(systemctl --failed --no-legend)"
		! has_calls
	EOF
	[[ $status -eq 0 ]]
}
