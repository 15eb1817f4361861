#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The table of lines, kernel/lines: what make takes by itself, what it refuses, and
# that a line in it is all that there is to add.

setup() {
	bats_require_minimum_version 1.5.0
	cd "$BATS_TEST_DIRNAME/../.." || return
	unset DEBIAN KERNEL FLAVOUR TEST_LINES
}

# A host whose /etc/os-release says ID and CODENAME, and which runs RELEASE.
fake_host() { # ID CODENAME RELEASE
	export OS_RELEASE=$BATS_TEST_TMPDIR/os-release
	printf '%s\n' "ID=$1" "VERSION_CODENAME=$2" "PRETTY_NAME=\"$1 ($2)\"" >"$OS_RELEASE"
	mkdir -p "$BATS_TEST_TMPDIR/bin"
	printf '#!/bin/sh\necho %s\n' "$3" >"$BATS_TEST_TMPDIR/bin/uname"
	chmod +x "$BATS_TEST_TMPDIR/bin/uname"
	PATH=$BATS_TEST_TMPDIR/bin:$PATH
}

# What make would do there, as one of its first commands or its refusal has it.
would() { # ARGUMENT...
	run make --no-print-directory -n "$@"
	echo "$output"
}

@test "each row of the table is complete, and each line has a series" {
	columns=$(sed -n 's/^# \(line .*\)/\1/p' kernel/lines | tail -n 1 | wc -w)
	[[ $columns -gt 5 ]]
	[[ -z "$(awk -v columns="$columns" '!/^#/ && NF && NF != columns' kernel/lines)" ]]
	for line in $(kernel/line all); do
		[[ -s "kernel/patches/$line/series" ]]
	done
	[[ $(kernel/line all | wc -l) -eq "$(find kernel/patches -name series | wc -l)" ]]
}

@test "debian/control asks for the lines that the table has" {
	mkdir "$BATS_TEST_TMPDIR/copy"
	cp -a debian kernel "$BATS_TEST_TMPDIR/copy/"
	"$BATS_TEST_TMPDIR/copy/debian/gencontrol" --lines
	diff -u debian/control "$BATS_TEST_TMPDIR/copy/debian/control"
}

@test "the host decides the line: its release's own, or the backport that it runs" {
	expect() { # LINE ID CODENAME RELEASE
		fake_host "${@:2}"
		would kernel
		[[ $status -eq 0 ]]
		[[ $output == *" KERNEL=$1 FLAVOUR=vm "* ]]
		would check
		[[ $output == *"pkg.tamalloc.$1 pkg.tamalloc.check"* ]]
	}
	expect 6.1 debian bookworm 6.1.0-56-amd64
	expect 6.1 debian bookworm 6.18.44-not-of-debian
	expect 6.12 debian bookworm 6.12.117+deb12-cloud-amd64
	expect 6.12 debian bookworm 6.12.117+tamalloc1.1.deb12u1-vm
	expect 6.12 debian trixie 6.12.118+deb13-amd64
	expect 7.3 debian trixie 7.3.4+deb13-amd64
	expect 7.3 debian trixie 7.3.4+tamalloc1.1.bpo13.1-rt-amd64
}

@test "what isn't supported is refused in one line that names what is" {
	refused() { # MESSAGE ARGUMENT...
		would "${@:2}"
		[[ $status -ne 0 && ${#lines[@]} -eq 1 && $output == *"$1"* ]]
	}
	no='is not supported'
	fake_host debian bookworm 6.1.0-56-amd64
	refused "KERNEL=5.10 $no on Debian bookworm; lines: 6.1, 6.12." check KERNEL=5.10
	refused "KERNEL=7.3 $no on Debian bookworm; lines: 6.1, 6.12; DEBIAN=trixie has it." \
		demo KERNEL=7.3
	refused "DEBIAN=sid $no; Debian releases, for DEBIAN=: bookworm, trixie." demo DEBIAN=sid
	fake_host debian trixie 7.4.1+deb13-amd64
	refused "this host's kernel 7.4.1+deb13-amd64 $no; lines, for KERNEL=: 6.12, 7.3." check
	refused "KERNEL=6.1 $no on Debian trixie; lines: 6.12, 7.3; DEBIAN=bookworm has it." \
		kernel KERNEL=6.1
	would kernel KERNEL=6.12
	[[ $output == *" KERNEL=6.12 FLAVOUR=vm "* ]]
	fake_host ubuntu noble 6.8.0-50-generic
	refused "ubuntu (noble) $no; Debian releases, for DEBIAN=: bookworm, trixie." check
	# The command needs no kernel.
	would tools
	[[ $status -eq 0 ]]
	# Nor does what is made in a root of a Debian.
	would demo DEBIAN=trixie
	[[ $status -eq 0 && $output == *'debian/in-root make '*' demo'* ]]
}

# A checkout whose table has one line more, for this host, of the newest line's series.
add_line() { # LINE
	local newest
	newest=$(kernel/line all | tail -n 1)
	mkdir "$BATS_TEST_TMPDIR/copy"
	git ls-files -z | xargs -0 cp --parents -t "$BATS_TEST_TMPDIR/copy"
	cd "$BATS_TEST_TMPDIR/copy" || return
	awk -v line="$1" -v debian="$(kernel/line release)" -v newest="$newest" \
		'$1 == newest { $1 = line; $2 = debian; print }' kernel/lines >row
	cat row >>kernel/lines
	cp -r "kernel/patches/$newest" "kernel/patches/$1"
	debian/gencontrol --lines
}

@test "a line is added by its row and its series" {
	add_line 9.9
	mkdir "$BATS_TEST_TMPDIR/bin"
	cat >"$BATS_TEST_TMPDIR/bin/dpkg-query" <<-'EOF'
		#!/bin/sh
		case $* in
		*source:Package*linux-source-9.9*) echo linux ;;
		*linux-source-9.9*) echo 9.9~rc6-1~exp1 ;;
		*) exec /usr/bin/dpkg-query "$@" ;;
		esac
	EOF
	chmod +x "$BATS_TEST_TMPDIR/bin/dpkg-query"
	PATH=$BATS_TEST_TMPDIR/bin:$PATH
	would check KERNEL=9.9
	[[ $output == *"pkg.tamalloc.9.9 pkg.tamalloc.check"* ]]
	would check KERNEL=all
	[[ $output == *"pkg.tamalloc.9.9 pkg.tamalloc.check"* ]]
	grep -q '^ *linux-source-9.9 <pkg.tamalloc.9.9>,' debian/control
	variable() { make -s --no-print-directory -C kernel KERNEL=9.9 FLAVOUR="$1" "print-$2"; }
	[[ $(variable vm RELEASE) == "9.9.0-rc6+tamalloc$(variable vm ABI).1.exp1-vm" ]]
	[[ $(variable rt-amd64 DEBCONF) == */linux-config-9.9/config.amd64_"$(kernel/line 9.9 rt)".xz ]]
	for flavour in $(variable vm DEBIAN_FLAVOURS) vm; do
		rm -rf ../again
		cp -r . ../again
		../again/debian/gencontrol 9.9 "$flavour"
		grep -qx "Package: linux-image-$(variable "$flavour" RELEASE)" ../again/debian/control
		grep -qx '  *linux-source-9.9 (= 9.9~rc6-1~exp1) <!pkg.tamalloc.tools>,' ../again/debian/control
		run ! grep -nE 'linux-source-[^9]|@[A-Z_]+@' ../again/debian/control
	done
}

@test "nothing but the table and the series names a line" {
	any=$(kernel/line all | sed 's/\./\\./g' | paste -sd'|')
	mapfile -t files < <(git ls-files Makefile .ci kernel debian tests bench |
		grep -vE '^kernel/(lines$|patches/|src/|config/[a-z]+\.)|README|changelog$' |
		grep -vE '\.(bats|c|h|md|tsv|svg|patch)$')
	[[ ${#files[@]} -gt 50 ]]
	# Comments may give examples, and control's lines are made of the table.
	for file in "${files[@]}"; do
		sed -e 's/\(^\|[[:space:]]\)#.*//' -e '/^ *linux-\(config\|source\)-/d' -e "s|^|$file: |" "$file"
	done >"$BATS_TEST_TMPDIR/all"
	run grep -E "(^|[^0-9.])($any)([^0-9.]|\$)" "$BATS_TEST_TMPDIR/all"
	echo "$output"
	[[ -z "$output" ]]
}
