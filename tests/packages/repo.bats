#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The signed apt repository that 'make repo' makes, used with apt in a Debian of
# its own: over file: and over http, with an upgrade, and with what is forged.

# Every @test is a subshell on purpose.
# shellcheck disable=SC2030,SC2031,SC2153
load ../lib/root
load ../lib/readme

setup_file() {
	bats_require_minimum_version 1.5.0
	set_names
	export WORK=$BATS_FILE_TMPDIR GNUPGHOME=$BATS_FILE_TMPDIR/gpg
	mkdir -m 700 "$GNUPGHOME"
	gpg --batch --quiet --passphrase '' --quick-gen-key 'A user <user@example>' ed25519 sign never
	# Somebody else's public key, which a pattern for the user's matches, too.
	mkdir -m 700 "$WORK/others"
	gpg --homedir "$WORK/others" --batch --quiet --passphrase '' \
		--quick-gen-key 'Other <other-user@example>' ed25519 sign never
	gpg --homedir "$WORK/others" --export | gpg --batch --quiet --import
	gpgconf --homedir "$WORK/others" --kill all
	export SUITE
	SUITE=$(kernel/line release)
	mkdir -p "$WORK/dist/$RELEASE"
	for kind in "$RELEASE" "$KERNEL-tamalloc-$FLAVOUR" "tamalloc-$FLAVOUR"; do
		cp "$DIST/$RELEASE/linux-image-${kind}_${VERSION}_amd64.deb" "$WORK/dist/$RELEASE/"
	done
	cp "$DIST/$RELEASE/tamalloc-tools_${OURS}_amd64.deb" "$WORK/dist/$RELEASE/"
	make_repo user@ >&2
	make_root "$WORK/root" --variant=apt
	as_root install -D -m 644 "$WORK/dist/repo/tamalloc.gpg" \
		"$WORK/root/usr/share/keyrings/tamalloc-archive-keyring.gpg"
}

teardown_file() {
	gpgconf --kill all
	as_root rm -rf "$WORK/root"
}

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return
}

teardown() {
	[[ ! -e $WORK/http.pid ]] || kill "$(cat "$WORK/http.pid")" || :
	rm -f "$WORK/http.pid"
}

make_repo() { # KEY
	make -s --no-print-directory repo DIST="$WORK/dist" REPO_KEY="$1"
}

# Another release, as an upload of Debian's makes one, in dist/.
release_again() { # RELEASE VERSION
	for kind in "$RELEASE" "$KERNEL-tamalloc-$FLAVOUR" "tamalloc-$FLAVOUR"; do
		as_release "$DIST/$RELEASE/linux-image-${kind}_${VERSION}_amd64.deb" "$1" "$2" "$WORK/dist/$1"
	done
}

index() { # [main/binary-amd64/Packages]
	cat "$WORK/dist/repo/dists/$SUITE/${1-main/binary-amd64/Packages}"
}

# Runs standard input as a script in the Debian, which has the repository in
# /share and takes packages from URI $1 of it.
with_repo() {
	sed "s|@URI@|$1|; s/^Types: deb$/& deb-src/" "$WORK/dist/repo/$SUITE.sources" |
		as_root tee "$WORK/root/etc/apt/sources.list.d/tamalloc.sources" >/dev/null
	in_root "$WORK/root" "$WORK/dist/repo" share
}

@test "it is signed by the user's key, which it hands out, and lists every package" {
	repo=$WORK/dist/repo
	gpgv --keyring "$repo/tamalloc.gpg" "$repo/dists/$SUITE/InRelease"
	gpgv --keyring "$repo/tamalloc.gpg" "$repo/dists/$SUITE/Release.gpg" "$repo/dists/$SUITE/Release"
	[[ "$(index | grep -c ^Filename:)" -eq 5 ]]
	# His and nobody else's, and not the secret one.
	[[ "$(gpg --show-keys --with-colons "$repo/tamalloc.gpg" | grep -cE '^(pub|sec)')" -eq 1 ]]
	gpg --show-keys "$repo/tamalloc.gpg" | grep -F '<user@example>'
	# Who makes it is told the fingerprint, for others to compare.
	run make_repo user@
	fingerprint=$(gpg --show-keys --with-colons "$repo/tamalloc.gpg" |
		awk -F: '$1 == "fpr" { print $10 }')
	[[ $output == *"signed for 30 days by $fingerprint" ]]
}

@test "it is of this Debian, ours by its origin, valid for 30 days, and found by hashes" {
	file=$WORK/dist/repo/dists/$SUITE/Release
	cat "$file"
	for line in "Origin: tamalloc" "Codename: $SUITE" "Acquire-By-Hash: yes"; do
		grep -qx "$line" "$file"
	done
	seconds() { date -d "$(sed -n "s/^$1: //p" "$file")" +%s; }
	[[ $(($(seconds Valid-Until) - $(seconds Date))) -eq $((30 * 86400)) ]]
	for packages in Packages Packages.xz Packages.gz; do
		hash=$(index "main/binary-amd64/$packages" | sha256sum | cut -d ' ' -f 1)
		index "main/binary-amd64/by-hash/SHA256/$hash" |
			cmp - "$WORK/dist/repo/dists/$SUITE/main/binary-amd64/$packages"
		echo "$hash" >>"$BATS_FILE_TMPDIR/hashes"
	done
	# Signed anew without any package, for as long as one says; what was there stays.
	index >"$BATS_TEST_TMPDIR/before"
	REPO_DAYS=7 debian/repo "$WORK/dist/repo" user@
	[[ $(($(seconds Valid-Until) - $(seconds Date))) -eq $((7 * 86400)) ]]
	index | diff "$BATS_TEST_TMPDIR/before" -
	REPO_DAYS=0 run -2 debian/repo "$WORK/dist/repo" user@
	make_repo user@
}

@test "README.Debian's commands take packages from it" {
	FORGET=y in_root "$WORK/root" "$WORK/dist" checkout/dist <<-EOF
		rm /usr/share/keyrings/tamalloc-archive-keyring.gpg
		printf '%s\n' 'APT::Get::Assume-Yes "true";' 'APT::Install-Recommends "false";' \
			>/etc/apt/apt.conf.d/unasked
		sudo() { "\$@"; }
		cd /checkout
		$(readme_commands "An apt" | sed "/^make /d; s/bookworm/$SUITE/
			s/linux-image-6\.1-tamalloc-amd64/linux-image-$KERNEL-tamalloc-$FLAVOUR/")
		test -s /boot/vmlinuz-$RELEASE
		tamalloc --version
	EOF
	[[ $status -eq 0 ]]
}

@test "apt update and install, over file:" {
	with_repo file:/share <<-EOF
		apt-get -qq update
		apt-get -qq -y install --no-install-recommends \
			linux-image-$KERNEL-tamalloc-$FLAVOUR tamalloc-tools
		test -s /boot/vmlinuz-$RELEASE
		test -s /boot/initrd.img-$RELEASE
		test "\$(dpkg-query -W -f '\${Version}' linux-image-$KERNEL-tamalloc-$FLAVOUR)" = $VERSION
		apt-cache policy tamalloc-tools | grep -F 'file:/share $SUITE/main'
		tamalloc --version
		# The key is a package's from now on.
		apt-get -qq -y install tamalloc-archive-keyring
		cmp /usr/share/keyrings/tamalloc-archive-keyring.gpg /share/tamalloc.gpg
		apt-get -qq -o APT::Update::Error-Mode=any update
	EOF
	[[ "$status" -eq 0 ]]
}

@test "apt upgrade brings a newer release, over http, and leaves the one before" {
	next=${RELEASE/tamalloc1./tamalloc1.9}
	release_again "$next" "${VERSION/-/-9}"
	as_version "$DIST/$RELEASE/tamalloc-tools_${OURS}_amd64.deb" "$OURS+newer" "$WORK/dist/$next"
	make_repo user@
	# Who has read the index a moment ago still finds it.
	while read -r hash; do
		index "main/binary-amd64/by-hash/SHA256/$hash" >/dev/null
	done <"$BATS_FILE_TMPDIR/hashes"
	with_repo "$(serve "$WORK/dist/repo" "$WORK/http")" <<-EOF
		apt-get -qq update
		apt -y upgrade
		test "\$(dpkg-query -W -f '\${Version}' linux-image-$KERNEL-tamalloc-$FLAVOUR)" = ${VERSION/-/-9}
		test "\$(dpkg-query -W -f '\${Version}' tamalloc-tools)" = $OURS+newer
		for release in $RELEASE $next; do
			test -s /boot/vmlinuz-\$release
			test -s /boot/initrd.img-\$release
			test -s /lib/modules/\$release/modules.dep
		done
	EOF
	[[ "$status" -eq 0 ]]
	grep -q "GET /dists/$SUITE/InRelease" "$WORK/http"
}

@test "apt refuses an index or a package that was changed" {
	cp -a "$WORK/dist/repo" "$WORK/good"
	deb=$WORK/dist/repo/pool/$SUITE/tools/tamalloc-tools_${OURS}_amd64.deb
	# The repository's files are those in dist/, by hard links.
	cp "$deb" "$WORK/changed" && echo >>"$WORK/changed" && mv "$WORK/changed" "$deb"
	with_repo file:/share <<-EOF
		apt-get -qq update
		if apt-get -qq -y --allow-downgrades install tamalloc-tools=$OURS; then exit 9; fi
	EOF
	[[ "$status" -eq 0 ]]
	[[ $output == *"Hash Sum mismatch"* || $output == *"unexpected size"* ]]
	sed -i 's/^Origin: .*/Origin: somebody/' "$WORK/dist/repo/dists/$SUITE/InRelease"
	with_repo file:/share <<-EOF
		if apt-get -qq -o APT::Update::Error-Mode=any update; then exit 9; fi
	EOF
	[[ "$status" -eq 0 ]]
	[[ $output == *BADSIG* ]]
	rm -rf "$WORK/dist/repo"
	mv "$WORK/good" "$WORK/dist/repo"
}

@test "no key, no packages, or something else there: a line each, and nothing is made" {
	run ! make_repo ''
	wanted="debian/repo: whose key signs it? REPO_KEY=FINGERPRINT, of: A user <user@example>"
	[[ $output == *"$wanted"* ]]
	run ! make_repo nobody@example
	[[ $output == *"debian/repo: nobody@example: gpg has no such secret key"* ]]
	run -1 debian/repo "$WORK/none" user@example
	[[ $output == *": no package for $SUITE; 'make deb' makes them" ]]
	run -2 debian/repo
	# Only what has its mark is ever replaced, or removed.
	mkdir -p "$WORK/other"/repo{,.new}
	echo mine >"$WORK/other/repo/file"
	run -1 debian/repo "$WORK/other/repo" user@ "$WORK/dist/$RELEASE"
	[[ $output == *": exists, and is no repository of ours" ]]
	mv "$WORK/other/repo/file" "$WORK/other/repo.new/"
	run -1 debian/repo "$WORK/other/repo" user@ "$WORK/dist/$RELEASE"
	[[ $output == *": exists, and is no repository of ours" ]]
	[[ "$(find "$WORK/other" -type f)" == "$WORK/other/repo.new/file" ]]
}

@test "a signature that fails leaves the old repository, and nothing else" {
	before=$(cd "$WORK/dist" && find . | sort)
	gpg_without_signatures "$WORK/bin"
	PATH=$WORK/bin:$PATH run -3 debian/repo "$WORK/dist/repo" user@
	[[ $output == *"dist/repo: gpg could not sign it with "* ]]
	[[ "$(cd "$WORK/dist" && find . | sort)" == "$before" ]]
}

# A debian/repo that SIGNAL ends before, or after, the exchange of old and new.
signalled_repo() { # {before | after} SIGNAL
	mkdir -p "$WORK/signal"
	cat >"$WORK/signal/perl" <<-'EOF'
		#!/bin/sh
		test "$WHEN" = before || /usr/bin/perl "$@"
		kill "-$SIGNAL" "$PPID"
		# Where signals wait for their programs to end.
		sleep 0.2
	EOF
	chmod +x "$WORK/signal/perl"
	touch "$WORK/dist/repo/old"
	PATH=$WORK/signal:$PATH run env --default-signal=INT,HUP WHEN="$1" SIGNAL="$2" \
		debian/repo "$WORK/dist/repo" user@
	echo "$1 $2: $status $output"
	[[ "$status" -gt 128 ]]
}

is_whole() {
	gpgv --keyring "$WORK/dist/repo/tamalloc.gpg" "$WORK/dist/repo/dists/$SUITE/InRelease"
	[[ "$(index | grep -c ^Filename:)" -eq "$(find "$WORK/dist/repo/pool" -name '*.deb' | wc -l)" ]]
}

@test "a signal before the exchange leaves the old repository, one after it the new" {
	for signal in INT TERM HUP; do
		signalled_repo before "$signal"
		[[ -e "$WORK/dist/repo/old" ]]
		is_whole
		signalled_repo after "$signal"
		[[ ! -e "$WORK/dist/repo/old" ]]
		is_whole
		[[ ! -e "$WORK/dist/repo.new" ]]
	done
}

@test "killed, it leaves one of them whole, and the next run sweeps up" {
	signalled_repo before KILL
	[[ -e "$WORK/dist/repo/old" ]]
	is_whole
	signalled_repo after KILL
	[[ ! -e "$WORK/dist/repo/old" ]]
	is_whole
	[[ -e "$WORK/dist/repo.new" ]]
	make_repo user@
	is_whole
	[[ ! -e "$WORK/dist/repo.new" ]]
}

@test "there is one at every moment" {
	touch "$BATS_TEST_TMPDIR/go"
	while [[ -e "$BATS_TEST_TMPDIR/go" ]]; do
		[[ -e "$WORK/dist/repo/dists/$SUITE/InRelease" ]] || echo gone >>"$BATS_TEST_TMPDIR/gone"
	done 3>&- &
	for _ in 1 2 3 4 5; do
		debian/repo "$WORK/dist/repo" user@
	done
	rm "$BATS_TEST_TMPDIR/go"
	wait
	[[ ! -e "$BATS_TEST_TMPDIR/gone" ]]
}

@test "of each line and flavour two releases are kept, with the source they are from" {
	repo=$BATS_TEST_TMPDIR/repo
	stub() { # DIRECTORY PACKAGE VERSION ARCHITECTURE
		mkdir -p "$1" "$BATS_TEST_TMPDIR/stub/DEBIAN"
		printf '%s: %s\n' Package "$2" Version "$3" Architecture "$4" Maintainer 'A <a@b.example>' \
			Description none >"$BATS_TEST_TMPDIR/stub/DEBIAN/control"
		dpkg-deb --root-owner-group -b "$BATS_TEST_TMPDIR/stub" "$1" >/dev/null
	}
	cd "$BATS_TEST_TMPDIR"
	for release in 6.1.9+tamalloc1.1-{vm,amd64,cloud-amd64} 6.1.10+tamalloc1.{1,2,10}-{vm,amd64} \
		6.12.1+tamalloc1.1.deb12u1-vm; do
		revision=${release#*+tamalloc1.}
		version=${release%%+*}-$(sed 's/-.*//; s/\.deb/~deb/' <<<"$revision")
		stub "$release" "linux-image-$release" "$version+tamalloc1.0.0" amd64
		stub "$release" "linux-source-$(cut -d. -f1-2 <<<"$release")" "$version" all
		stub "$release" tamalloc-tools "$OURS" amd64
		run "$BATS_TEST_DIRNAME/../../debian/repo" "$repo" user@ "$release"
		echo "$output"
		[[ "$status" -eq 0 ]]
		# And says what the GPL wants that isn't there.
		[[ $output == *"$release: its source package is not there; 'make source' makes it"* ]]
		missing="$release: Debian's linux-config, $version, which it was built from, is not there"
		[[ $output == *"$missing"* ]]
		[[ $output != *"$release: Debian's linux-source"* ]]
	done
	# The images, by their directories, which say what they are.
	run find "$repo/pool/$SUITE" -name '*.deb' ! -name '*-keyring_*' -printf '%P\n'
	echo "$output"
	diff <(echo "$output" | sed 's,linux-image-.*,image,' | sort) <(sort <<-EOF
		6.1.10+tamalloc1.10-amd64/image
		6.1.10+tamalloc1.10-vm/image
		6.1.10+tamalloc1.2-amd64/image
		6.1.10+tamalloc1.2-vm/image
		6.1.9+tamalloc1.1-cloud-amd64/image
		6.12.1+tamalloc1.1.deb12u1-vm/image
		debian/linux-source-6.1_6.1.10-10_all.deb
		debian/linux-source-6.1_6.1.10-2_all.deb
		debian/linux-source-6.1_6.1.9-1_all.deb
		debian/linux-source-6.12_6.12.1-1~deb12u1_all.deb
		tools/tamalloc-tools_${OURS}_amd64.deb
	EOF
	)
	# Debian's are in a component that nobody gets unasked.
	[[ "$(grep -c '^Package: linux-source' "$repo/dists/$SUITE/main/binary-amd64/Packages")" -eq 0 ]]
	[[ "$(grep -c '^Package: linux-source' "$repo/dists/$SUITE/debian/binary-amd64/Packages")" -eq 4 ]]
	# Another Debian's packages come beside these.
	other=$("$BATS_TEST_DIRNAME/../../kernel/line" releases | grep -vxF "$SUITE" | head -n 1)
	DEBIAN=$other "$BATS_TEST_DIRNAME/../../debian/repo" "$repo" user@ 6.1.9+tamalloc1.1-vm
	[[ -e "$repo/dists/$SUITE/InRelease" ]]
	[[ "$(grep -c ^Package: "$repo/dists/$other/main/binary-amd64/Packages")" -eq 3 ]]
	[[ "$(grep -c ^Package: "$repo/dists/$SUITE/main/binary-amd64/Packages")" -eq 8 ]]
}

@test "apt finds the source package of a kernel by the kernel's name" {
	make -s --no-print-directory source O="$BATS_TEST_TMPDIR/o" DIST="$WORK/dist" >&2
	mv "$WORK/dist/source-$RELEASE" "$WORK/kept"
	debian/repo "$WORK/dist/repo" user@ "$WORK/dist/$RELEASE"
	mkdir "$WORK/dist/source-$RELEASE"
	cp "$WORK/kept"/* "$WORK/dist/source-$RELEASE/"
	run debian/repo "$WORK/dist/repo" user@ "$WORK/dist/source-$RELEASE"
	[[ $output != *"$RELEASE: its source package"* ]]
	with_repo file:/share <<-EOF
		apt-get -qq update
		cd /tmp
		apt-get -qq --download-only source linux-image-$RELEASE
		cmp tamalloc_$OURS.dsc /share/pool/$SUITE/$RELEASE/tamalloc_$OURS.dsc
		grep "linux-image-$RELEASE" tamalloc_$OURS.dsc
		ls tamalloc_$OURS.tar.xz
	EOF
	[[ "$status" -eq 0 ]]
}

@test "make repo DEBIAN= puts the packages for that release into the same repository" {
	other=$(kernel/line releases | grep -vxF "$SUITE" | head -n 1)
	run make -n repo DEBIAN="$other" DIST="$BATS_TEST_TMPDIR" REPO_KEY=key
	echo "$output"
	[[ $status -eq 0 ]]
	[[ $output == *"DEBIAN='$other' debian/repo $BATS_TEST_TMPDIR/repo 'key' "* ]]
	[[ $output == *"find $BATS_TEST_TMPDIR/$other "* ]]
	run make -n repo DIST="$BATS_TEST_TMPDIR" REPO_KEY=key
	[[ $output == *"find $BATS_TEST_TMPDIR "* ]]
}
