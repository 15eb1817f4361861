#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# tamalloc-kernel-status in a Debian whose apt knows made-up archives: Debian's, of which
# it says when the running kernel is behind, and a repository of ours.

# RELEASE and its like come from set_names.
# shellcheck disable=SC2153
load ../lib/root

setup_file() {
	bats_require_minimum_version 1.5.0
	cd "$BATS_TEST_DIRNAME/../.." || return
	set_names
	export ROOT=$BATS_FILE_TMPDIR/root SHARE=$BATS_FILE_TMPDIR/share
	mkdir "$SHARE"
	cp "$DIST/$RELEASE/tamalloc-tools_${OURS}_amd64.deb" "$SHARE/tools.deb"
	make_root "$ROOT" --variant=apt --include=libsmartcols1
	# What the archives may have, and what may be installed.
	for version in 6.1.190-1 6.1.192-2 6.1.193-1; do
		make_deb linux-source-6.1 $version
	done
	make_deb linux-source-6.12 6.12.118-1
	make_deb linux-base 99
	make_deb linux-image-6.1.0-55-amd64 6.1.190-1
	make_deb linux-image-6.1.0-57-amd64 6.1.193-1
	make_deb linux-image-6.12.118+deb13-amd64 6.12.118-1
	for version in 6.1.190-1 6.1.192-2 6.1.193-1; do
		make_ours "$version" 1.0.0
	done
	make_ours 6.1.193-1 1.0.1
}

teardown_file() {
	as_root rm -rf "$ROOT"
}

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return
}

make_deb() { # NAME VERSION [DEPENDS]
	local tree=$BATS_FILE_TMPDIR/tree
	mkdir -p "$tree/DEBIAN"
	printf '%s\n' "Package: $1" "Version: $2" 'Architecture: amd64' \
		'Maintainer: nobody <nobody@example.org>' ${3:+"Depends: $3"} "Description: $1" \
		>"$tree/DEBIAN/control"
	dpkg-deb --root-owner-group -Znone -b "$tree" "$SHARE/$1_$2.deb" >&2
	rm -r "$tree"
}

make_ours() { # DEBIAN'S-VERSION OURS: a kernel and its meta
	local release
	release=${1%-*}+tamalloc1.${1#*-}-vm
	make_deb "linux-image-$release" "$1+tamalloc$2"
	make_deb linux-image-6.1-tamalloc-vm "$1+tamalloc$2" "linux-image-$release (= $1+tamalloc$2)"
}

# Runs standard input in that Debian, where nothing is installed but the tools.
in_fresh() {
	FORGET=y in_root "$ROOT" "$SHARE" share < <(
		cat <<-'EOF'
			# archive NAME ORIGIN VALID-UNTIL PACKAGE_VERSION...: what apt finds there.
			archive() {
				mkdir -p "/$1"
				rm -f "/$1"/*
				name=$1 origin=$2 until=$3
				shift 3
				for package; do
					cp "/share/$package.deb" "/$name/"
				done
				(cd "/$name" && for deb in *.deb; do
					dpkg-deb -f "$deb"
					echo "Filename: ./$deb"
					echo "Size: $(stat -c %s "$deb")"
					echo "SHA256: $(sha256sum "$deb" | cut -d ' ' -f 1)"
					echo
				done >Packages
				{
					echo "Origin: $origin"
					echo "Date: $(date -u -R -d '-20 days')"
					echo "Valid-Until: $(date -u -R -d "$until")"
					echo SHA256:
					echo " $(sha256sum Packages | cut -d ' ' -f 1) $(stat -c %s Packages) Packages"
				} >Release)
				echo "deb [trusted=yes check-valid-until=no] file:/$name ./" \
					>"/etc/apt/sources.list.d/$name.list"
			}
			debian() { # PACKAGE_VERSION...
				archive debian Debian '+7 days' linux-base_99 "$@"
			}
			runs() { # RELEASE
				rm -f /usr/bin/uname
				printf '#!/bin/sh\necho %s\n' "$1" >/usr/bin/uname
				chmod +x /usr/bin/uname
			}
			installed() { # PACKAGE_VERSION...
				for package; do
					dpkg -i "/share/$package.deb" >/dev/null
				done
			}
			# What it says, and its status; and that apt update says the same, and succeeds.
			says() { # STATUS [WORDS]...
				expected=$1
				shift
				status=0
				apt-get -qq update >/hook
				/etc/update-motd.d/90-tamalloc-kernel-status >/login
				tamalloc-kernel-status >/said || status=$?
				cat /said
				test "$status" -eq "$expected"
				for words; do
					grep -F -e "$words" /said
				done
				case $expected in
				[12]) diff /said /hook; diff /said /login ;;
				*) test ! -s /hook; test ! -s /login ;;
				esac
				status=0
				tamalloc-kernel-status --quiet >/dev/null || status=$?
				test "$status" -eq "$expected"
			}
			rm /etc/apt/sources.list
			dpkg -i /share/tools.deb >/dev/null
			old=6.1.190+tamalloc1.1-vm now=6.1.192+tamalloc1.2-vm new=6.1.193+tamalloc1.1-vm
			meta() { echo "linux-image-6.1-tamalloc-vm_$1+tamalloc1.0.0"; }
			image() { echo "linux-image-$1+tamalloc1.${2#*-}-vm_$2+tamalloc1.0.0"; }
		EOF
		cat
	)
	[[ "$status" -eq 0 ]]
}

@test "made from Debian's newest: 0, and a line" {
	in_fresh <<-'EOF'
		debian linux-source-6.1_6.1.192-2 linux-source-6.1_6.1.190-1
		installed $(image 6.1.192 6.1.192-2) $(meta 6.1.192-2)
		runs $now
		says 0 "OK: $now is made from Debian's linux 6.1.192-2, the newest"
		test "$(wc -l </said)" -eq 1
	EOF
}

@test "Debian has a newer one, and nothing else has: 2, and what to do" {
	in_fresh <<-'EOF'
		debian linux-source-6.1_6.1.193-1 linux-source-6.1_6.1.192-2
		installed $(image 6.1.192 6.1.192-2) $(meta 6.1.192-2)
		runs $now
		says 2 "CRITICAL: $now is made from Debian's linux 6.1.192-2" \
			'; Debian has fixes up to 6.1.193-1' 'make deps deb install-kernel'
		# Part of the way is not there.
		archive ours tamalloc '+14 days' $(image 6.1.192 6.1.192-2) $(meta 6.1.192-2)
		installed $(image 6.1.190 6.1.190-1)
		runs $old
		says 2 "$old is made from Debian's linux 6.1.190-1; Debian has fixes up to 6.1.193-1"
	EOF
}

@test "our repository has it: 1, until it is installed and booted" {
	in_fresh <<-'EOF'
		debian linux-source-6.1_6.1.193-1
		archive ours tamalloc '+14 days' $(image 6.1.193 6.1.193-1) $(meta 6.1.193-1)
		installed $(image 6.1.192 6.1.192-2) $(meta 6.1.192-2)
		runs $now
		says 1 'WARNING: ' 'Install 6.1.193-1+tamalloc1.0.0 and reboot: apt upgrade'
		apt-get -qq -y --with-new-pkgs upgrade
		says 1 'WARNING: ' "$new is installed and has them: reboot"
		runs $new
		says 0 'the newest'
		# A newer one of ours, of the same of Debian's.
		archive ours tamalloc '+14 days' $(image 6.1.193 6.1.193-1 | sed s/0$/1/) \
			$(meta 6.1.193-1 | sed s/0$/1/)
		says 1 'of tamalloc itself there is 6.1.193-1+tamalloc1.0.1' 'apt upgrade'
	EOF
}

@test "Debian's newer kernel is installed and not booted: 1, and which" {
	in_fresh <<-'EOF'
		debian linux-source-6.1_6.1.193-1 linux-source-6.12_6.12.118-1
		installed $(image 6.1.192 6.1.192-2) $(meta 6.1.192-2) \
			linux-image-6.1.0-57-amd64_6.1.193-1 linux-image-6.1.0-55-amd64_6.1.190-1
		runs $now
		says 1 'WARNING: ' "Debian's 6.1.0-57-amd64 is installed and has them: reboot, and choose it"
		dpkg -P linux-image-6.1.0-57-amd64
		says 2 'CRITICAL: '
		# One of another line will do, if it is current itself.
		installed linux-image-6.12.118+deb13-amd64_6.12.118-1
		says 1 "Debian's 6.12.118+deb13-amd64 is installed"
	EOF
}

@test "on Debian's kernel it tells of that one, and hooks say nothing where none of ours is" {
	in_fresh <<-'EOF'
		debian linux-source-6.1_6.1.193-1
		installed linux-image-6.1.0-55-amd64_6.1.190-1
		runs 6.1.0-55-amd64
		status=0
		apt-get -qq update >/hook
		tamalloc-kernel-status >/said || status=$?
		test "$status" -eq 1
		grep -F 'WARNING: 6.1.0-55-amd64 is made from' /said
		grep -F "Debian's linux 6.1.190-1; Debian has fixes up to 6.1.193-1" /said
		test ! -s /hook
		installed $(image 6.1.193 6.1.193-1)
		says 1 "$new is installed and has them: reboot"
		installed linux-image-6.1.0-57-amd64_6.1.193-1
		runs 6.1.0-57-amd64
		says 0 'the newest'
	EOF
}

@test "a line that Debian has no more: 2" {
	in_fresh <<-'EOF'
		debian linux-source-6.12_6.12.118-1
		installed $(image 6.1.192 6.1.192-2) $(meta 6.1.192-2)
		runs $now
		says 2 'CRITICAL: ' 'a line that Debian no longer has here'
	EOF
}

@test "what it can't know is 3: no lists, lists that have expired, a kernel of no package" {
	in_fresh <<-'EOF'
		installed $(image 6.1.192 6.1.192-2) $(meta 6.1.192-2)
		runs $now
		says 3 "UNKNOWN: apt has no lists of Debian's" 'apt update'
		# A source that is installed, and in no archive, is none of Debian's.
		installed linux-source-6.1_6.1.192-2
		says 3 "UNKNOWN: apt has no lists of Debian's"
		debian linux-source-6.1_6.1.192-2
		says 0
		archive debian Debian '-1 day' linux-base_99 linux-source-6.1_6.1.192-2
		says 3 "UNKNOWN: apt's lists expired on "
		# Another's may have: theirs are not asked.
		debian linux-source-6.1_6.1.192-2
		archive others Others '-1 day' $(image 6.1.190 6.1.190-1)
		says 0
		runs 6.18.1-mine
		says 3 'UNKNOWN: the running kernel, 6.18.1-mine, is of no installed package'
	EOF
}

@test "it never fails apt, and removed it leaves nothing that would" {
	in_fresh <<-'EOF'
		debian linux-source-6.1_6.1.193-1
		installed $(image 6.1.192 6.1.192-2) $(meta 6.1.192-2)
		runs $now
		printf '#!/bin/sh\necho broken; exit 9\n' >/usr/bin/tamalloc-kernel-status
		apt-get -qq update
		dpkg -r tamalloc-tools
		test -e /etc/apt/apt.conf.d/90tamalloc-kernel-status
		apt-get -qq update
		/etc/update-motd.d/90-tamalloc-kernel-status
		dpkg -P tamalloc-tools
		test -z "$(find /etc /usr -name '*tamalloc*')"
	EOF
}

@test "its options, and the statuses of --help and the manual" {
	script=cli/tamalloc-kernel-status
	run -0 "$script" --help
	[[ $output == "Usage: tamalloc-kernel-status [--quiet]"* ]]
	for status in 0 1 2 3 64; do
		grep -qE "^ +$status  [a-z]" <<<"$output"
		grep -qE "^$status	" man/tamalloc-kernel-status.8
	done
	[[ $(mandoc -Tlint -W style man/tamalloc-kernel-status.8) == "" ]]
	run -64 "$script" --nothing
	[[ "${lines[0]}" = "tamalloc-kernel-status: --nothing: no such option" ]]
	for option in quiet help version; do
		grep -qE "^\.BR? .*\\\\-\\\\-$option" man/tamalloc-kernel-status.8
	done
}

@test "the example for unattended-upgrades is what that takes" {
	conf=debian/kernel-status/52unattended-upgrades-tamalloc
	run -0 apt-config -c "$conf" dump
	# shellcheck disable=SC2016 # unattended-upgrades' own
	[[ $output == *'Origins-Pattern:: "origin=tamalloc,codename=${distro_codename}";'* ]]
	dpkg-deb -c "$DIST/$RELEASE/tamalloc-tools_${OURS}_amd64.deb" |
		grep ' ./usr/share/doc/tamalloc-tools/examples/52unattended-upgrades-tamalloc$'
}
