#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# README's tour: its commands run, its pictures are there.

load common

setup() {
	mkdir "$BATS_TEST_TMPDIR/bin"
	ln -s "$CLI" "$BATS_TEST_TMPDIR/bin/tamalloc"
	cd "$BATS_TEST_TMPDIR" || return
}

commands() {
	sed -nE '/^## A guided tour/,/^## What there is/s/^\$ (.*tamalloc (alloc|global|proc).*)/\1/p' \
		"$top/README.md"
}

@test "every command of the tour runs" {
	(( $(commands | wc -l) > 10 ))
	commands | while read -r command; do
		echo "$command"
		case $command in
		*--watch*)
			# Until Ctrl-C.
			PATH=bin:$PATH timeout --signal=INT 1 \
				bash -c "exec $command" >/dev/null 2>err ||
				[[ $? -eq 124 ]]
			;;
		*) PATH=bin:$PATH bash -c "$command" >/dev/null 2>err ;;
		esac
		# On the host, that the kernel lacks the calls is all it says.
		[[ ! -s err || $(<err) == "$note" ]]
	done
	grep -q '<svg ' curve.svg
}

well_formed() {
	python3 -c 'import sys, xml.dom.minidom as d; d.parse(sys.argv[1])' "$1"
}

@test "the pictures are there, made by the program, and well-formed" {
	for picture in terminal curve; do
		grep -q "(cli/tour/$picture.svg)" "$top/README.md"
		well_formed "$top/cli/tour/$picture.svg"
		grep -q tamalloc "$top/cli/tour/$picture.svg"
	done
}

@test "a terminal's screen is drawn: colours, blocks, and what XML escapes" {
	printf '# a <b> & c\n \e[31mred\e[39m \e[32m\xe2\x96\x84\xe2\x96\x84\n\e[39mplain\n' |
		"$top/cli/tour/render" >x.svg
	well_formed x.svg
	grep -q '# a &lt;b&gt; &amp; c' x.svg
	grep -q '<text [^>]*fill="#e06c75"[^>]*>red<' x.svg
	grep -q '<rect [^>]*width="16.8" height="9.0" fill="#98c379"' x.svg
	grep -q '<text [^>]*fill="#d7dae0"[^>]*>plain<' x.svg
	run_expecting 1 "$top/cli/tour/render" </dev/null
}
