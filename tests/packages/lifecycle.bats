#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The packages in a Debian that boots through GRUB to systemd: installed as README
# says from a dist/ that holds kernels of other lines and flavours, too; in the middle
# of that power is cut; then booted, used, left for Debian's kernel, removed.  One disk
# goes through all of it, so the tests depend on each other, in order.  The headers'
# part, and what the command says on Debian's kernel, is in debian/tests.

# RELEASE and its like come from set_names.
# shellcheck disable=SC2153
load ../lib/root
load ../lib/readme

setup_file() {
	bats_require_minimum_version 1.5.0
	set_names
	export VM_DISK=$BATS_FILE_TMPDIR/disk.qcow2 SHARE=$BATS_FILE_TMPDIR/share
	make -s --no-print-directory -C tests/vm base >&2
	qemu-img create -q -f qcow2 -F qcow2 -b "$(vm_var BASE)" "$VM_DISK"
	mkdir -p "$SHARE/dist/$RELEASE"
	read -ra debs < <(vm_var IMAGE_DEBS)
	cp "${debs[@]}" "$SHARE/dist/$RELEASE/"
	make_others "$SHARE/dist"
	cp tests/vm/demo-guest debian/install-kernel "$SHARE/"
	localedef -i es_GT -f UTF-8 "$SHARE/es_GT.UTF-8"
}

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return
}

# The kernels of other lines and flavours, and of an upload before, that a dist/ has by
# and by; with the command's package, as make deb leaves them.
make_others() { # DIST
	local kind release
	for release in 6.1.191+tamalloc1.1-vm 6.1.192+tamalloc1.2-amd64 6.12.117+tamalloc1.1.deb12u1-vm \
		6.12.117+tamalloc1.1.deb12u1-amd64 7.3.4+tamalloc1.1.bpo13+1-vm; do
		[[ $release != "$RELEASE" ]] || continue
		for kind in "$RELEASE" "$KERNEL-tamalloc-$FLAVOUR"; do
			as_release "$DIST/$RELEASE/linux-image-${kind}_${VERSION}_amd64.deb" "$release" \
				"${release%%+*}-9+tamalloc$OURS" "$1/$release"
		done
		cp "$DIST/$RELEASE/tamalloc-tools_${OURS}_amd64.deb" "$1/$release/"
	done
}

# The commands of README.Debian that choose a kernel, for the machine's two.
choosing() {
	readme_commands Choosing | sed -e "s/6\.1\.0-56-amd64/\$debian/" \
		-e "s/6\.1\.192+tamalloc1\.2-amd64/\$release/"
}

# Runs standard input as a script in the machine, whose disk keeps what it does.
in_machine() {
	{
		echo 'set -eux'
		echo "release=$RELEASE kernel=$KERNEL flavour=$FLAVOUR"
		cat
	} >"$SHARE/script"
	run tests/vm/run --disk "$VM_DISK" --share "$SHARE" --timeout 600 -- sh /run/vm/share/script
	echo "$output"
}

@test "power is cut as apt installs them: Debian's kernel boots, and apt says what repairs it" {
	in_machine <<-'EOF'
		uname -r | grep -v tamalloc
		# After depmod, whose files the disk may not have yet; before the
		# initramfs, and before GRUB knows.
		printf '#!/bin/sh\necho b >/proc/sysrq-trigger\n' >/etc/kernel/postinst.d/aa-cut
		chmod +x /etc/kernel/postinst.d/aa-cut
		sync
		printf '%s\n' 'APT::Get::Assume-Yes "true";' 'APT::Install-Recommends "false";' \
			>/etc/apt/apt.conf.d/unasked
		export DEBIAN_FRONTEND=noninteractive
		bash /run/vm/share/install-kernel /run/vm/share/dist/$release
	EOF
	[[ $status -eq 125 ]]
	[[ $output == *"no verdict"* ]]
	in_machine <<-'EOF'
		uname -r | grep -v tamalloc
		rm /etc/kernel/postinst.d/aa-cut
		dpkg --audit | grep linux-image-$release
		test ! -e /boot/initrd.img-$release
		if grep vmlinuz-$release /boot/grub/grub.cfg; then exit 9; fi
		export DEBIAN_FRONTEND=noninteractive
		if bash /run/vm/share/install-kernel /run/vm/share/dist/$release >/tmp/said 2>&1; then exit 9; fi
		grep "you must manually run 'dpkg --configure -a' to correct" /tmp/said
		dpkg --configure -a
		test -s /boot/initrd.img-$release
		grep -q "vmlinuz-$release" /boot/grub/grub.cfg
		test -s /lib/modules/$release/modules.dep
		dpkg --audit
		test -z "$(dpkg --audit)"
		# What the power cut kept it from.
		bash /run/vm/share/install-kernel /run/vm/share/dist/$release
		# All of that kernel, and of no other.
		dpkg-query -W -f '${Package} ${Status}\n' '*tamalloc*' | sort >/tmp/packages
		cat /tmp/packages
		test "$(cut -d ' ' -f 1 /tmp/packages | paste -sd ' ')" = \
			"linux-image-$kernel-tamalloc-$flavour linux-image-$release tamalloc-tools"
		test "$(grep -c 'install ok installed' /tmp/packages)" -eq 3
		# What autoremove may take is the kernel, once the meta depends on a newer one.
		test "$(apt-mark showauto '*tamalloc*')" = linux-image-$release
		if apt-get -s autoremove | grep '^Remv'; then exit 9; fi
		# GRUB boots it.
		test "$(grep -m 1 -o 'vmlinuz-[^ ]*' /boot/grub/grub.cfg)" = vmlinuz-$release
		apt-get install /run/vm/share/dist/$release/libtamalloc-dev_*.deb
	EOF
	[[ $status -eq 0 ]]
}

@test "the next boot is on our kernel, with systemd, modules and /proc/config.gz" {
	in_machine <<-'EOF'
		test "$(uname -r)" = $release
		uname -v | grep SMP
		zcat /proc/config.gz | cmp - /boot/config-$release
		modprobe -v dummy
		lsmod | grep dummy
		# What a user expects of a kernel.
		mount -t tmpfs tmpfs /mnt && umount /mnt
		grep -w memory /sys/fs/cgroup/cgroup.controllers
		unshare --user --pid --net --mount --uts --ipc --fork true
		cat /sys/kernel/mm/transparent_hugepage/enabled
		grep -q 'Seccomp:' /proc/self/status
		test -d /sys/kernel/security/apparmor
		grep -w 9p /proc/filesystems
		dd if=/dev/zero of=/swap bs=1M count=16
		chmod 600 /swap
		mkswap /swap
		swapon /swap
		swapoff /swap
		rm /swap
		systemctl --failed --no-legend
		test -z "$(systemctl --failed --no-legend)"
		# And with the command.
		tamalloc alloc 100M --touch 10M --verify --source=syscall
		tamalloc proc 1 --source=syscall --bytes
		tamalloc global --source=syscall --json | jq -e '.global[0].source == "syscall"'
		man -w tamalloc
		man -w 2 tamalloc_get_indiviual
		tamalloc --version
		sysctl vm.tamalloc_restrict
		# In Spanish too, with the locale that dpkg-reconfigure makes.
		LOCPATH=/run/vm/share LANG=es_GT.UTF-8 tamalloc alloc 100M --touch 10M |
			grep '10M tocados'
		for page in tamalloc tamalloc-alloc tamalloc-global tamalloc-proc; do
			man -L es -w 1 $page | grep /man/es/
		done
		man -L es -w 7 tamalloc | grep /man/es/
		test -s /usr/share/bash-completion/completions/tamalloc
		test -s /usr/share/zsh/vendor-completions/_tamalloc
		test -s /usr/share/tamalloc/schema/alloc.json
		# And what make demo shows.
		sh /run/vm/share/demo-guest
	EOF
	[[ $status -eq 0 ]]
}

@test "the running kernel refuses to be removed, unless one insists" {
	in_machine <<-'EOF'
		test "$(uname -r)" = $release
		# On a terminal debconf asks whether to abort.
		remove="DEBIAN_FRONTEND=teletype apt-get remove -y linux-image-$release"
		while sleep 2 && echo yes; do :; done | script -qec "$remove" /tmp/log && exit 9
		grep 'Abort kernel removal' /tmp/log
		test -s /boot/vmlinuz-$release
		test -s /boot/initrd.img-$release
		dpkg-query -W -f '${Status}' linux-image-$release | grep 'ok installed'
	EOF
	[[ $status -eq 0 ]]
}

@test "README.Debian's commands choose ours for the next boot and for good, then Debian's" {
	in_machine <<-EOF
		sudo() { "\$@"; }
		debian=\$(ls /boot/vmlinuz-* | grep -v tamalloc | sed 's,.*/vmlinuz-,,')
		$(choosing | sed '/from now on$/q')
		grub-editenv list | grep -F ">gnulinux-\$debian-advanced-"
		$(choosing | sed -n '/^sudo grub-reboot.*release/p')
		grub-editenv list | grep "^next_entry=.*>gnulinux-\$release-advanced-"
		# Which forgets about the next boot, too.
		$(choosing | sed -n '/^sudo grub-set-default.*release/p')
		grub-editenv list | grep "^saved_entry=.*>gnulinux-\$release-advanced-"
		if grub-editenv list | grep next_entry; then exit 9; fi
		$(choosing | sed -n '/^sudo grub-.*debian/p')
	EOF
	[[ $status -eq 0 ]]
}

@test "on Debian's kernel, which was chosen, purging them leaves nothing behind" {
	in_machine <<-EOF
		sudo() { "\$@"; }
		export DEBIAN_FRONTEND=noninteractive
		uname -r | grep -v tamalloc
		# GRUB's own choice would be ours.
		$(choosing | sed -n '/^sudo rm/,/update-grub/p')
		grep -m 1 -o 'vmlinuz-[^ ]*' /boot/grub/grub.cfg | grep -xF "vmlinuz-\$release"
		$(choosing | grep purge)
		ls /boot
		test -z "\$(ls /boot | grep -F \$release)"
		test ! -e /lib/modules/\$release
		if grep tamalloc /boot/grub/grub.cfg; then exit 9; fi
		test -z "\$(dpkg-query -W -f '\${Package}\n' | grep tamalloc)"
		if find / -xdev -name '*tamalloc*' ! -path '/var/log/*' ! -path '/var/cache/*' |
			grep .; then exit 9; fi
	EOF
	[[ $status -eq 0 ]]
}
