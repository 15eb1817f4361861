#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# A machine that takes its kernel from a repository, through three releases: apt
# upgrade brings each, GRUB boots it, the ones before stay and boot until apt
# autoremove takes the oldest.  One disk goes through all of it, so the tests depend
# on each other, in order.  The first two releases are the third's kernel by other
# names: what boots is told by GRUB's command line.

# RELEASE and its like come from set_names.
# shellcheck disable=SC2153
load ../lib/root

setup_file() {
	bats_require_minimum_version 1.5.0
	cd "$BATS_TEST_DIRNAME/../.." || return
	set_names
	export WORK=$BATS_FILE_TMPDIR VM_DISK=$BATS_FILE_TMPDIR/disk.qcow2 SHARE=$BATS_FILE_TMPDIR/share
	export FIRST SECOND GNUPGHOME=$BATS_FILE_TMPDIR/gpg SUITE
	SUITE=$(kernel/line release)
	upstream=$(kernel_var UPSTREAM)
	FIRST=$(older $((${upstream##*.} - 2)))
	SECOND=$(older $((${upstream##*.} - 1)))
	for release in "$FIRST" "$SECOND"; do
		for kind in "$RELEASE" "$KERNEL-tamalloc-$FLAVOUR" "tamalloc-$FLAVOUR"; do
			as_release "$DIST/$RELEASE/linux-image-${kind}_${VERSION}_amd64.deb" "$release" \
				"${release%%+*}-1+tamalloc$OURS" "$WORK/$release"
		done
	done
	mkdir -m 700 "$GNUPGHOME"
	mkdir "$SHARE"
	gpg --batch --quiet --passphrase '' --quick-gen-key 'A user <user@example>' ed25519 sign never
	debian/repo "$SHARE/repo" user@ "$WORK/$FIRST" "$WORK/$SECOND"
	make -s --no-print-directory -C tests/vm base >&2
	install_first
}

teardown_file() {
	gpgconf --kill all
}

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return
}

older() { # PATCHLEVEL: such a release of this line and flavour
	echo "$KERNEL.$1+tamalloc1.1-$FLAVOUR"
}

# As install-kernel does, and with the repository's key.
install_first() {
	local file
	file=$(echo "$WORK/$FIRST/linux-image-$KERNEL-tamalloc-"*.deb)
	mkdir -p "$WORK/files/usr/share/keyrings" "$WORK/files/etc/apt/sources.list.d"
	cp "$SHARE/repo/tamalloc.gpg" "$WORK/files/usr/share/keyrings/tamalloc-archive-keyring.gpg"
	sed 's|@URI@|file:/run/vm/share/repo|' "$SHARE/repo/$SUITE.sources" \
		>"$WORK/files/etc/apt/sources.list.d/tamalloc.sources"
	as_root tests/vm/make-image --base "$(vm_var BASE)" --files "$WORK/files" \
		--with-deb "$file" --with-deb "$(echo "$WORK/$FIRST/linux-image-$FIRST"_*.deb)" "$VM_DISK" >&2
}

# Runs standard input as a script in the machine, whose disk keeps what it does.
in_machine() {
	{
		echo 'set -eux; export DEBIAN_FRONTEND=noninteractive'
		echo 'sudo() { "$@"; }'
		sed -n '/^  entry() {$/,/^  }$/p' debian/README.Debian
		echo "first=$FIRST second=$SECOND third=$RELEASE meta=linux-image-$KERNEL-tamalloc-$FLAVOUR"
		cat <<-'EOS'
			booted() { grep -F "BOOT_IMAGE=/boot/vmlinuz-$1 " /proc/cmdline; }
			is_whole() {
				dpkg-query -W -f '${Status}\n' "linux-image-$1" | grep '^install ok installed'
				test -s "/boot/vmlinuz-$1"
				test -s "/boot/initrd.img-$1"
				test -s "/lib/modules/$1/modules.dep"
			}
			is_default() {
				sed -n 's,^\s*linux\s*/boot/vmlinuz-\(\S*\) .*,\1,p' /boot/grub/grub.cfg |
					head -n 1 | grep -xF "$1"
			}
		EOS
		cat
	} >"$SHARE/script"
	run tests/vm/run --disk "$VM_DISK" --share "$SHARE" --memory 2048 --timeout 1500 -- \
		sh /run/vm/share/script
	echo "$output"
}

@test "apt upgrade brings a second release: it is GRUB's default, and the first is kept" {
	in_machine <<-'EOF'
		booted $first
		apt-mark auto linux-image-$first
		# There is no network here.
		rm -f /etc/apt/sources.list
		apt update
		apt -y upgrade
		is_whole $first
		is_whole $second
		is_default $second
		# Each came for the meta, and goes when it has successors.
		test "$(apt-mark showmanual 'linux-image-*tamalloc*')" = $meta
	EOF
	[[ "$status" -eq 0 ]]
}

@test "the second boots, and a third comes; nothing is taken away" {
	debian/repo "$SHARE/repo" user@ "$DIST/$RELEASE"
	# The repository has two by now.
	[[ ! -e "$SHARE/repo/pool/$SUITE/$FIRST" ]]
	in_machine <<-'EOF'
		booted $second
		apt update
		apt -y upgrade
		is_whole $first
		is_whole $second
		is_whole $third
		is_default $third
		# To the first, once, as README.Debian says.
		echo GRUB_DEFAULT=saved >/etc/default/grub.d/choose.cfg
		update-grub
		grub-set-default "$(entry $third)"
		grub-reboot "$(entry $first)"
	EOF
	[[ "$status" -eq 0 ]]
}

@test "the first still boots, when it is chosen" {
	in_machine <<-'EOF'
		booted $first
		rm /etc/default/grub.d/choose.cfg
		update-grub
	EOF
	[[ "$status" -eq 0 ]]
}

@test "the third boots by default, and apt autoremove takes the first alone" {
	in_machine <<-'EOF'
		booted $third
		test "$(uname -r)" = $third
		apt -y autoremove --purge
		test -z "$(find /boot /lib/modules -name "*$first*")"
		if dpkg-query -W linux-image-$first; then exit 9; fi
		is_whole $second
		is_whole $third
		is_default $third
		if grep -F "$first" /boot/grub/grub.cfg; then exit 9; fi
		ls /boot/vmlinuz-* | grep -v tamalloc
	EOF
	[[ "$status" -eq 0 ]]
}
