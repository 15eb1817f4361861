#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The signed apt repository that 'make repo' makes, used with apt in a Debian of
# its own: over file: and over http, with an upgrade, and with what is forged.

# Every @test is a subshell on purpose.
# shellcheck disable=SC2030,SC2031
load ../lib/root
load ../lib/readme

setup_file() {
	bats_require_minimum_version 1.5.0
	set_names
	export WORK=$BATS_FILE_TMPDIR GNUPGHOME=$BATS_FILE_TMPDIR/gpg
	mkdir -m 700 "$GNUPGHOME"
	export META=linux-image-$KERNEL-tamalloc-$FLAVOUR
	quietly=(--batch --quiet --passphrase '')
	gpg "${quietly[@]}" --quick-gen-key 'A user <user@example>' ed25519 sign never
	# Somebody else's public key, which a pattern for the user's matches, too.
	mkdir -m 700 "$WORK/others"
	gpg --homedir "$WORK/others" "${quietly[@]}" \
		--quick-gen-key 'Other <other-user@example>' ed25519 sign never
	gpg --homedir "$WORK/others" --export | gpg --batch --quiet --import
	gpgconf --homedir "$WORK/others" --kill all
	mkdir -p "$WORK/dist/$RELEASE"
	cp "$DIST/$RELEASE"/{"linux-image-$RELEASE","$META"}"_${VERSION}_amd64.deb" \
		"$DIST/$RELEASE/tamalloc-tools_${OURS}_amd64.deb" "$WORK/dist/$RELEASE/"
	make_repo user@ >&2
	make_root "$WORK/root" --variant=apt
	as_root install -D -m 644 "$WORK/dist/repo/tamalloc.gpg" \
		"$WORK/root/etc/apt/keyrings/tamalloc.gpg"
}

teardown_file() {
	gpgconf --kill all
	as_root rm -rf "$WORK/root"
}

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return
	server=
}

teardown() {
	[[ -z $server ]] || kill "$server" || :
}

make_repo() { # KEY
	make -s --no-print-directory repo DIST="$WORK/dist" REPO_KEY="$1"
}

# Runs standard input as a script in the Debian, which has the repository in
# /share and takes packages from URI $1 of it.
with_repo() {
	sed "s|@URI@|$1|" "$WORK/dist/repo/tamalloc.sources" |
		as_root tee "$WORK/root/etc/apt/sources.list.d/tamalloc.sources" >/dev/null
	in_root "$WORK/root" "$WORK/dist/repo" share
}

@test "it is signed by the user's key, which it hands out, and lists every package" {
	repo=$WORK/dist/repo
	gpgv --keyring "$repo/tamalloc.gpg" "$repo/dists/stable/InRelease"
	gpgv --keyring "$repo/tamalloc.gpg" \
		"$repo/dists/stable/Release.gpg" "$repo/dists/stable/Release"
	[[ $(grep -c ^Filename: "$repo/dists/stable/main/binary-amd64/Packages") -eq 3 ]]
	# His and nobody else's, and not the secret one.
	[[ $(gpg --show-keys --with-colons "$repo/tamalloc.gpg" | grep -cE '^(pub|sec)') -eq 1 ]]
	gpg --show-keys "$repo/tamalloc.gpg" | grep -F '<user@example>'
}

@test "README.Debian's commands take packages from it" {
	FORGET=y in_root "$WORK/root" "$WORK/dist" checkout/dist <<-EOF
		rm /etc/apt/keyrings/tamalloc.gpg
		printf '%s\n' 'APT::Get::Assume-Yes "true";' 'APT::Install-Recommends "false";' \
			>/etc/apt/apt.conf.d/unasked
		sudo() { "\$@"; }
		cd /checkout
		$(readme_commands "An apt" | sed "/^make /d; s/linux-image-6\.1-tamalloc-amd64/$META/")
		test -s /boot/vmlinuz-$RELEASE
		tamalloc --version
	EOF
	[[ $status -eq 0 ]]
}

@test "apt update and install, over file:" {
	with_repo file:/share <<-EOF
		apt-get -qq update
		apt-get -qq -y install --no-install-recommends $META tamalloc-tools
		test -s /boot/vmlinuz-$RELEASE
		test -s /boot/initrd.img-$RELEASE
		test "\$(dpkg-query -W -f '\${Version}' $META)" = $VERSION
		apt-cache policy tamalloc-tools | grep -F 'file:/share stable/main'
		tamalloc --version
	EOF
	[[ $status -eq 0 ]]
}

@test "upgrade to a newer release, over http" {
	for deb in "$WORK/dist/$RELEASE"/{"${META}_$VERSION",tamalloc-tools_"$OURS"}_amd64.deb; do
		as_version "$deb" "$(dpkg-deb -f "$deb" Version)+newer" "$WORK/dist/$RELEASE"
	done
	make_repo user@
	python3 -u -m http.server --bind 127.0.0.1 --directory "$WORK/dist/repo" 0 \
		>"$WORK/http" 2>&1 3>&- &
	server=$!
	for ((i = 0; i < 100; i++)); do
		port=$(sed -n 's/^Serving HTTP on .* port \([0-9]*\) .*/\1/p' "$WORK/http")
		[[ -z $port ]] || break
		sleep 0.1
	done
	with_repo "http://127.0.0.1:$port" <<-EOF
		apt-get -qq update
		apt-get -qq -y upgrade
		test "\$(dpkg-query -W -f '\${Version}' $META)" = $VERSION+newer
		test "\$(dpkg-query -W -f '\${Version}' tamalloc-tools)" = $OURS+newer
	EOF
	[[ $status -eq 0 ]]
	grep -q '"GET /dists/stable/InRelease' "$WORK/http"
}

@test "apt refuses an index or a package that was changed" {
	cp -a "$WORK/dist/repo" "$WORK/good"
	deb=$WORK/dist/repo/pool/tamalloc-tools_${OURS}_amd64.deb
	# The repository's files are those in dist/, by hard links.
	cp "$deb" "$WORK/changed" && echo >>"$WORK/changed" && mv "$WORK/changed" "$deb"
	with_repo file:/share <<-EOF
		apt-get -qq update
		if apt-get -qq -y --allow-downgrades install tamalloc-tools=$OURS; then exit 9; fi
	EOF
	[[ $status -eq 0 ]]
	[[ $output == *"Hash Sum mismatch"* || $output == *"unexpected size"* ]]
	sed -i 's/^Origin: .*/Origin: somebody/' "$WORK/dist/repo/dists/stable/InRelease"
	with_repo file:/share <<-EOF
		if apt-get -qq -o APT::Update::Error-Mode=any update; then exit 9; fi
	EOF
	[[ $status -eq 0 ]]
	[[ $output == *BADSIG* ]]
	rm -rf "$WORK/dist/repo"
	mv "$WORK/good" "$WORK/dist/repo"
}

@test "no key, no packages, or something else there: a line each, and nothing is made" {
	run ! make_repo ''
	why='debian/repo: whose key signs it? REPO_KEY=FINGERPRINT, of: A user <user@example>'
	[[ $output == *"$why"* ]]
	run ! make_repo nobody@example
	[[ $output == *"debian/repo: nobody@example: gpg has no such secret key"* ]]
	mkdir -p "$WORK/none" "$WORK/other/repo"
	run -1 debian/repo "$WORK/none" "$WORK/none/repo" user@example
	[[ $output == *": no .deb file in a directory there; 'make deb' makes them" ]]
	echo mine >"$WORK/other/repo/file"
	run -1 debian/repo "$WORK/dist" "$WORK/other/repo" user@example
	[[ $output == *": exists, and is no repository" ]]
	[[ $(find "$WORK/none" "$WORK/other" -type f) == "$WORK/other/repo/file" ]]
	run -2 debian/repo
}

@test "a signature that fails leaves the old repository, and nothing else" {
	before=$(cd "$WORK/dist" && find . | sort)
	mkdir "$WORK/bin"
	printf '%s\n' '#!/bin/sh' 'case $* in *--clearsign*) exit 2 ;; esac' \
		'exec /usr/bin/gpg "$@"' >"$WORK/bin/gpg"
	chmod +x "$WORK/bin/gpg"
	PATH=$WORK/bin:$PATH run ! make_repo user@
	[[ $(cd "$WORK/dist" && find . | sort) == "$before" ]]
}

# A debian/repo that SIGNAL ends as soon as it has moved something to *AT.
signalled_repo() {
	mkdir -p "$WORK/signal"
	cat >"$WORK/signal/mv" <<-'EOF'
		#!/bin/sh
		/bin/mv "$@"
		case $* in
		*.old\ */repo) ;; # back again
		*"$AT") kill "-$SIGNAL" "$PPID" ;;
		esac
	EOF
	chmod +x "$WORK/signal/mv"
	touch "$WORK/dist/repo/old"
	PATH=$WORK/signal:$PATH run env --default-signal=INT,HUP AT="$1" SIGNAL="$2" \
		debian/repo "$WORK/dist" "$WORK/dist/repo" user@
	echo "$1 $2: $status $output"
	[[ $status -gt 128 ]]
}

is_whole() {
	gpgv --keyring "$WORK/dist/repo/tamalloc.gpg" "$WORK/dist/repo/dists/stable/InRelease"
	[[ $(grep -c ^Filename: "$WORK/dist/repo/dists/stable/main/binary-amd64/Packages") -eq \
		$(find "$WORK/dist/$RELEASE" -name '*.deb' | wc -l) ]]
}

@test "a signal in the middle of the exchange leaves the old repository, one at its end the new" {
	for signal in INT TERM HUP; do
		signalled_repo .old "$signal"
		[[ -e $WORK/dist/repo/old ]]
		is_whole
		signalled_repo /repo "$signal"
		[[ ! -e $WORK/dist/repo/old ]]
		is_whole
		run ! compgen -G "$WORK/dist/repo.*"
	done
}

@test "killed in the middle of the exchange, it is made whole by the next run" {
	signalled_repo .old KILL
	[[ ! -e $WORK/dist/repo ]]
	make_repo user@
	is_whole
	rm -r "$WORK/dist"/repo.*
}
