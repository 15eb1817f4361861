#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The package of a repository's key that debian/keyring makes.

setup_file() {
	bats_require_minimum_version 1.5.0
	cd "$BATS_TEST_DIRNAME/../.." || return
	export WORK=$BATS_FILE_TMPDIR GNUPGHOME=$BATS_FILE_TMPDIR/gpg
	mkdir -m 700 "$GNUPGHOME"
	for user in mine other; do
		gpg --batch --quiet --passphrase '' --quick-gen-key "$user <$user@example>" ed25519 sign 1y
	done
	export KEY
	KEY=$(gpg --list-keys --with-colons mine@ | awk -F: '$1 == "fpr" { print $10; exit }')
}

teardown_file() {
	gpgconf --kill all
}

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return
}

@test "it has that public key alone, and prints its fingerprint" {
	run -0 debian/keyring "$KEY" "$WORK/first"
	[[ $output == "  KEY      $KEY" ]]
	dpkg-deb -x "$WORK"/first/*.deb "$WORK/root"
	keyring=$WORK/root/usr/share/keyrings/tamalloc-archive-keyring.gpg
	[[ $(gpg --show-keys --with-colons "$keyring" | grep -cE '^(pub|sec|ssb)') -eq 1 ]]
	echo signed >"$WORK/text"
	for user in mine other; do
		gpg --batch --yes --local-user "$user@" --detach-sign -o "$WORK/$user.sig" "$WORK/text"
	done
	gpgv --keyring "$keyring" "$WORK/mine.sig" "$WORK/text"
	run ! gpgv --keyring "$keyring" "$WORK/other.sig" "$WORK/text"
	[[ $(dpkg-deb -f "$WORK"/first/*.deb Description) == *"$KEY"* ]]
	run lintian -EvIL +pedantic --fail-on error,warning "$WORK"/first/*.deb
	echo "$output"
	[[ $status -eq 0 ]]
}

@test "of one key it is the same bytes, and of one that lives longer a higher version" {
	umask 077
	debian/keyring "$KEY" "$WORK/second"
	cmp "$WORK"/first/*.deb "$WORK"/second/*.deb
	old=$(dpkg-deb -f "$WORK"/second/*.deb Version)
	sleep 1.1
	gpg --batch --quiet --passphrase '' --quick-set-expire "$KEY" 2y
	debian/keyring "$KEY" "$WORK/second"
	[[ $(find "$WORK/second" -type f | wc -l) -eq 1 ]]
	dpkg --compare-versions "$(dpkg-deb -f "$WORK"/second/*.deb Version)" gt "$old"
}

@test "no such key, or more than one: a line, and no package" {
	run -1 debian/keyring nobody@example "$WORK/none"
	[[ ${lines[-1]} == "debian/keyring: nobody@example: gpg has no such public key" ]]
	run -1 debian/keyring example "$WORK/none"
	[[ $output == "debian/keyring: example: more than one key" ]]
	[[ -z $(find "$WORK/none" -type f) ]]
	run -2 debian/keyring
}
