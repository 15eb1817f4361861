#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# A firmware in Secure Boot mode: boots the kernel that was signed with a key
# that it trusts, and no other.

load ../lib/kernel

setup_file() {
	bats_require_minimum_version 1.5.0
	set_names
	export WORK=$BATS_FILE_TMPDIR
	key=/usr/share/ovmf/PkKek-1-snakeoil
	openssl pkey -in "$key.key" -passin pass:snakeoil -out "$WORK/trusted.key"
	cp "$key.pem" "$WORK/trusted.pem"
	openssl req -new -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=other/ \
		-keyout "$WORK/other.key" -out "$WORK/other.pem" 2>/dev/null
}

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return
}

boot() { # key
	make -s --no-print-directory -C kernel install-image DESTDIR="$WORK/$1" \
		SIGN_KEY="${1:+$WORK/$1.key}" SIGN_CERT="${1:+$WORK/$1.pem}"
	run tests/vm/secureboot "$WORK/$1/boot/vmlinuz-$RELEASE"
	echo "$output" | grep -avE '^\[' | tail -n 30
}

@test "it boots the kernel signed with a key that it trusts, and says that it is secure" {
	boot trusted
	[[ $status -eq 0 ]]
	[[ $output == *"init runs on $RELEASE"* ]]
	[[ $output == *"UEFI Secure Boot is enabled"* ]]
}

@test "it refuses the one signed with another key" {
	boot other
	[[ $status -eq 1 ]]
	[[ $output != *"Linux version"* ]]
}

@test "it refuses the one that is not signed" {
	boot ''
	[[ $status -eq 1 ]]
	[[ $output != *"Linux version"* ]]
}
