#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# README.md and the other READMEs: short, with links that resolve and commands
# that run.

load common

setup() {
	mkdir "$BATS_TEST_TMPDIR/bin"
	ln -s "$CLI" "$BATS_TEST_TMPDIR/bin/tamalloc"
	cd "$BATS_TEST_TMPDIR" || return
}

@test "README.md has fewer than 1,100 words" {
	(( $(wc -w <"$top/README.md") < 1100 ))
	(( $(wc -l <"$top/README.md") < 140 ))
}

# The tree's Markdown files.  A source package has no git in it.
markdown() {
	(cd "$top" && find . \( -path ./.git -o -path ./build -o -path ./dist \) \
		-prune -o -name '*.md' -print)
}

# Prints the relative links of file $1 that lead nowhere.
broken_links() {
	local link

	grep -oE '\]\([^)#: ]+(#[^)]*)?\)' "$1" | sed -E 's/^\]\(//; s/[#)].*//' |
		while read -r link; do
			[[ -e $(dirname "$1")/$link ]] || echo "$1: $link"
		done
}

@test "every relative link in a Markdown file resolves" {
	cd "$top"
	(( $(markdown | wc -l) >= 3 ))
	for file in $(markdown); do
		run broken_links "$file"
		[[ -z $output ]]
	done
	printf '[a](none.md) [b](https://example.org) ![c](../no/such.svg#d)\n' \
		>"$BATS_TEST_TMPDIR/x.md"
	run broken_links "$BATS_TEST_TMPDIR/x.md"
	[[ ${#lines[@]} -eq 2 && $output == *none.md*such.svg ]]
}

# The targets and variables of "make ..." in files $@, where that is code.
make_words() {
	sed -nE "s/.*(^|[\`']|  )make ([a-zA-Z][^\`'#]*).*/\2/p" "$@" |
		sed -E 's/ (&&|\|).*//; s/\$[(].*//' | tr ' ' '\n' | sed '/^$/d' | sort -u
}

@test "every make target and variable in a README is one of make's" {
	run --separate-stderr make -s -C "$top" help
	help=$output
	cd "$top"
	mapfile -t words < <(make_words README.md debian/README.Debian)
	printf '%s\n' "${words[@]}"
	(( ${#words[@]} > 10 ))
	for word in "${words[@]}"; do
		case $word in
		*=*) grep -qE "\b${word%%=*}[=)]" <<<"$help" ;;
		*) grep -qE "^  $word " <<<"$help" ;;
		esac
	done
}

@test "make help names each README, and fits a screen" {
	run --separate-stderr make -s -C "$top" help
	cd "$top"
	for readme in README.md */README*; do
		grep -qF "$readme" <<<"$output"
	done
	(( ${#lines[@]} <= 32 && $(wc -L <<<"$output") <= 80 ))
}

# The lines of the code blocks of README.md's section $1.
section() {
	sed -nE "/^###? $1/,/^##/p" "$top/README.md" |
		sed -n '/^```/,/^```$/p' | grep -v '^```'
}

# On the host, a note that the kernel lacks the calls is all it may say.
is_note_or_nothing() {
	[[ ! -s $1 || $(<"$1") == "$note" ]]
}

@test "the first try runs" {
	mkdir -p build
	ln -s "$(dirname "$CLI")" build/cli
	section 'First try' | grep '^build/' >commands
	(( $(wc -l <commands) == 2 ))
	bash -ec '. ./commands' >out 2>err
	sort -u err >once
	is_note_or_nothing once
	grep -q ', 10M touched, all zero before$' out
}

commands() {
	section 'A guided tour' | sed -n 's/^\$ //p'
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
		is_note_or_nothing err
	done
	grep -q '<svg ' curve.svg
}

# The shell that the block runs in: /etc/locale.gen and the locales are copies
# that end with it, and sudo is there whoever runs it.
@test "the block in Spanish makes the command and its manual speak Spanish" {
	need_root
	{
		cat <<-EOF
			set -e
			mkdir locale home
			cp /etc/locale.gen .
			mount --bind locale.gen /etc/locale.gen
			mount --bind locale /usr/lib/locale
			sudo() { "\$@"; }
			export HOME=$PWD/home O=$PWD/o
			unset LANG LANGUAGE LC_ALL LOCPATH
			cd "$top"
		EOF
		section 'En español'
	} >block
	(( $(section 'En español' | wc -l) >= 5 ))
	unshare --mount bash block >out 2>err
	grep -q ', 10M tocados$' out
	grep -q '^NOMBRE$' out
	grep -qE 'tamalloc +- +reserva +memoria' out
	run ! grep -v 'este núcleo no tiene las llamadas' err
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
