#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# SIGN_KEY and SIGN_CERT: signed images and modules, and refused keys.

# RELEASE and its like come from set_names.
# shellcheck disable=SC2153
load ../lib/kernel
load ../lib/readme

setup_file() {
	bats_require_minimum_version 1.5.0
	set_names
	export WORK=$BATS_FILE_TMPDIR
	export SIGN_KEY=$WORK/mine.key SIGN_CERT=$WORK/mine.pem
	make_key mine
	make_key other
}

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return
}

make_key() { # name
	openssl req -new -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=The key $1/" \
		-keyout "$WORK/$1.key" -out "$WORK/$1.pem" 2>/dev/null
}

kmake() { # [VARIABLE]... TARGET...
	make -s --no-print-directory -C kernel "$@"
}

# Splits module $1 into what was signed and its signature, whose length stands
# before the last words.
split_module() {
	local words='~Module signature appended~' size length
	[[ $(tail -c 28 "$1") == "$words" ]]
	size=$(stat -c %s "$1")
	length=$((0x$(tail -c 32 "$1" | head -c 4 | od -An -tx1 | tr -d ' ')))
	head -c $((size - 40 - length)) "$1" >"$WORK/module"
	tail -c $((40 + length)) "$1" | head -c "$length" >"$WORK/signature"
}

verify_module() { # name of the key
	openssl cms -verify -binary -inform DER -in "$WORK/signature" -content "$WORK/module" \
		-certfile "$WORK/$1.pem" -nointern -noverify -out /dev/null
}

@test "the image and every module bear signatures of the key, which verify" {
	kmake install-image DESTDIR="$WORK/signed"
	sbverify --cert "$WORK/mine.pem" "$WORK"/signed/boot/vmlinuz-*
	run ! sbverify --cert "$WORK/other.pem" "$WORK"/signed/boot/vmlinuz-*
	mapfile -t modules < <(find "$WORK/signed" -name '*.ko')
	[[ ${#modules[@]} -gt 5 ]]
	for module in "${modules[@]}"; do
		[[ $(modinfo -F signer "$module") == "The key mine" ]]
		split_module "$module"
		verify_module mine
		# Stripped before, not after: that would cut it off.
		run readelf -SW "$module"
		[[ $output != *.debug_info* ]]
	done
	run ! verify_module other
	echo >>"$WORK/module"
	run ! verify_module mine
}

# As scripts/sign-file does.
sign_module() { # FILE
	openssl cms -sign -binary -noattr -nocerts -md sha256 -signer "$SIGN_CERT" -inkey "$SIGN_KEY" \
		-outform DER -in "$1" -out "$WORK/signature"
	{
		cat "$WORK/signature"
		perl -e 'print pack("x2 C x5 N", 2, -s $ARGV[0]), "~Module signature appended~\n"' \
			"$WORK/signature"
	} >>"$1"
}

# Writes the image's package again, as $WORK/theirs/NAME, with what is in DIRECTORY.
repack() { # DIRECTORY
	mkdir -p "$WORK/theirs"
	SOURCE_DATE_EPOCH=$(kernel_var SOURCE_DATE_EPOCH) \
		dpkg-deb --root-owner-group -Znone -b "$1" "$THEIRS"
}

@test "make verify finds a signed package the same as built here, and any other change" {
	deb=$DIST/$RELEASE/linux-image-${RELEASE}_${VERSION}_amd64.deb tree=$WORK/tree
	THEIRS=$WORK/theirs/${deb##*/}
	run -0 debian/verify "$deb" "$DIST"
	[[ $output == *"the same as built here" ]]
	dpkg-deb -R "$deb" "$tree"
	vmlinuz=boot/vmlinuz-$RELEASE
	module=$(cd "$tree" && find . -name '*.ko' -print -quit)
	sbsign --key "$SIGN_KEY" --cert "$SIGN_CERT" --output "$WORK/signed-vmlinuz" "$tree/$vmlinuz"
	cp "$WORK/signed-vmlinuz" "$tree/$vmlinuz"
	sign_module "$tree/$module"
	split_module "$tree/$module"
	verify_module mine
	sed -i 's/^Installed-Size: .*/Installed-Size: 1/' "$tree/DEBIAN/control"
	repack "$tree"
	run make -s verify DEB="$THEIRS" DIST="$DIST"
	echo "$output"
	[[ $status -eq 0 && $output == *"the same as built here, but for signatures" ]]
	# Each change is told of; and the package before it is found the same again.
	differs() { # FILE
		repack "$tree"
		run -1 debian/verify "$THEIRS" "$DIST"
		echo "$output"
		[[ $output == *"${1##*/}"* ]]
	}
	for file in "$vmlinuz" "$module"; do
		cp "$tree/$file" "$WORK/kept"
		printf x | dd of="$tree/$file" bs=1 seek=5000 conv=notrunc status=none
		differs "$file"
		cp "$WORK/kept" "$tree/$file"
	done
	echo >>"$tree/$vmlinuz"
	repack "$tree"
	run ! debian/verify "$THEIRS" "$DIST"
	[[ $output == *"something follows the signature"* ]]
	cp "$WORK/signed-vmlinuz" "$tree/$vmlinuz"
	echo true >>"$tree/DEBIAN/postinst"
	differs postinst
	dpkg-deb -e "$deb" "$WORK/control"
	cp "$WORK/control/postinst" "$tree/DEBIAN/"
	chmod 600 "$tree/$vmlinuz"
	differs files
	chmod 644 "$tree/$vmlinuz"
	sed -i 's/^Depends: /Depends: other, /' "$tree/DEBIAN/control"
	differs control
	mv "$THEIRS" "$WORK/theirs/other.deb"
	sed -i 's/^Version: /&9/' "$tree/DEBIAN/control"
	THEIRS=$WORK/theirs/other.deb
	repack "$tree"
	run -2 debian/verify "$THEIRS" "$DIST"
	[[ $output == *"'make deb' builds it, of linux (= $SRCVER)" ]]
}

@test "without a key nothing is signed" {
	unset SIGN_KEY SIGN_CERT
	kmake install-image DESTDIR="$WORK/unsigned"
	run sbverify --list "$WORK"/unsigned/boot/vmlinuz-*
	[[ $output == *"No signature table present"* ]]
	run grep -rlF 'Module signature appended' "$WORK/unsigned/lib"
	[[ -z $output ]]
}

@test "Debian's flavours trust its modules: the certificate is configured in, and out again" {
	# In a directory that no other suite configures.
	export FLAVOUR=cloud-amd64 BTF=n DBG=y
	config=$(kernel_var OBJ)/.config
	kmake config >/dev/null 2>&1
	grep -qx 'CONFIG_SYSTEM_TRUSTED_KEYS="builder.pem"' "$config"
	cmp "$SIGN_CERT" "$(dirname "$config")/builder.pem"
	# Who has the certificate alone builds the same, and does not sign it.
	cp "$config" "$WORK/config"
	release=$(kernel_var RELEASE)
	unset SIGN_KEY
	rm "$(dirname "$config")/.configured"
	kmake config >/dev/null 2>&1
	cmp "$config" "$WORK/config"
	[[ $(kernel_var RELEASE) == "$release" ]]
	unset SIGN_CERT
	kmake config >/dev/null 2>&1
	grep -qx 'CONFIG_SYSTEM_TRUSTED_KEYS=""' "$config"
}

@test "a key that cannot sign is reported in a line, before the build starts" {
	openssl pkey -in "$WORK/mine.key" -aes128 -passout pass:secret -out "$WORK/locked.key"
	refused() { # key certificate words
		run make -s --no-print-directory deb FLAVOUR=cloud-amd64 SIGN_KEY="$1" SIGN_CERT="$2" \
			DIST="$WORK/dist"
		echo "$output"
		[[ $status -ne 0 ]]
		[[ $(grep -c SIGN_ <<<"$output") -eq 1 ]]
		[[ $output == *"$3"* ]]
		[[ ! -e $WORK/dist ]]
	}
	refused "$WORK/none" "$WORK/mine.pem" "SIGN_KEY=$WORK/none: cannot be read"
	refused "$WORK/mine.key" "$WORK/none" "SIGN_CERT=$WORK/none: cannot be read"
	refused "$WORK/mine.key" "$WORK/other.pem" "is of another key than"
	refused "$WORK/mine.key" "$WORK/mine.key" "is no certificate in PEM"
	refused "$WORK/locked.key" "$WORK/mine.pem" "is no secret key in PEM without a passphrase"
	refused "$WORK/mine.key" "" "SIGN_KEY needs SIGN_CERT"
	refused "" "$WORK/mine.key" "is no certificate in PEM"
}

@test "no signed package is made of vm, which loads modules that nobody signed" {
	for target in deb source; do
		run make -s "$target" FLAVOUR=vm SIGN_KEY="$SIGN_KEY" SIGN_CERT="$SIGN_CERT" DIST="$WORK/dist"
		echo "$output"
		[[ $status -ne 0 && $output == *"FLAVOUR=vm is not signed with SIGN_KEY: it loads any module"* ]]
		[[ ! -e $WORK/dist ]]
	done
}

@test "README.Debian's commands make a key that can sign, build with it and enrol it" {
	export HOME=$BATS_TEST_TMPDIR
	make() { echo "make $*"; }
	sudo() { echo "sudo $*"; }
	commands=$(readme_commands "Secure Boot")
	eval "$commands" >"$HOME/called" 2>"$HOME/errors"
	key=$HOME/.config/tamalloc/kernel.key cert=${HOME}/.config/tamalloc/kernel.pem
	[[ $(stat -c %a "$key") == 600 ]]
	run -0 kernel/check-signing "$key" "$cert"
	[[ -z $output ]]
	openssl x509 -inform DER -in "${cert%.pem}.der" -noout
	diff - "$HOME/called" <<-EOF
		make deps SIGN_KEY=$key SIGN_CERT=$cert
		make deb SIGN_KEY=$key SIGN_CERT=$cert
		sudo mokutil --import ${cert%.pem}.der
		sudo reboot
	EOF
}
