#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The kernel's package on a Debian that has another firmware, boot loader or
# generator of initramfs than GRUB from the BIOS and initramfs-tools: each boots it,
# and forgets it when it goes.

load ../lib/kernel

setup_file() {
	bats_require_minimum_version 1.5.0
	set_names
	export SHARE=$BATS_FILE_TMPDIR/share
	mkdir "$SHARE"
	read -ra debs < <(vm_var IMAGE_DEBS)
	cp "${debs[@]}" "$SHARE/"
}

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return
	DISK=$BATS_TEST_TMPDIR/disk.qcow2
	firmware=(--uefi)
}

disk() { # OPTION... of make-image
	local sudo=(sudo env "MIRROR=${MIRROR-}" "SECURITY_MIRROR=${SECURITY_MIRROR-}")
	[[ $(id -u) != 0 ]] || sudo=()
	"${sudo[@]}" tests/vm/make-image "$@" "$DISK"
}

# Runs standard input as a script in the machine, whose disk keeps what it does.
in_machine() {
	{
		echo 'set -eux; export DEBIAN_FRONTEND=noninteractive'
		echo "release=$RELEASE"
		cat
	} >"$SHARE/script"
	run tests/vm/run --disk "$DISK" "${firmware[@]}" --share "$SHARE" --timeout 900 -- \
		sh /run/vm/share/script
	echo "$output"
	[[ $status -eq 0 ]]
}

# Installed on Debian's kernel, booted without being chosen, and removed, for
# Debian's kernel to boot again.
live() {
	in_machine <<-'EOF'
		uname -r | grep -v tamalloc
		apt-get install -y --no-install-recommends /run/vm/share/*.deb
		test -s "/boot/initrd.img-$release"
	EOF
	in_machine <<-'EOF'
		test "$(uname -r)" = "$release"
		tamalloc global --source=syscall
		test -z "$(systemctl --failed --no-legend)"
		apt-get purge -y 'linux-image-*tamalloc*'
		test -z "$(find /boot /lib/modules/ -name '*tamalloc*')"
	EOF
	in_machine <<<'uname -r | grep -v tamalloc'
}

@test "dracut makes the initramfs" {
	firmware=()
	make -s --no-print-directory -C tests/vm base >&2
	disk --base "$(vm_var BASE)" --package dracut
	in_machine <<-'EOF'
		lsinitrd "/boot/initrd.img-$(uname -r)" | grep dracut
		if dpkg-query -W -f '${Status}' initramfs-tools | grep 'ok installed'; then exit 9; fi
	EOF
	live
}

@test "GRUB boots it from UEFI" {
	disk --loader grub-efi
	in_machine <<<'test -d /sys/firmware/efi'
	live
}

@test "systemd-boot has an entry for it, by kernel-install" {
	disk --loader systemd-boot
	in_machine <<-'EOF'
		test -d /sys/firmware/efi
		bootctl list
		find /boot/efi -name '*.conf' | grep .
	EOF
	live
	in_machine <<-'EOF'
		test -z "$(find /boot/efi -path '*tamalloc*')"
		if bootctl list | grep +tamalloc; then exit 9; fi
	EOF
}
