#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The translations: complete, current, installed, and invisible to programs.

load common

setup_file() {
	local locale

	prefix=$BATS_FILE_TMPDIR/usr
	make -s -C "$BATS_TEST_DIRNAME/../../cli" O="$BATS_FILE_TMPDIR/o" \
		prefix="$prefix" install >/dev/null
	export prefix LOCPATH=$BATS_FILE_TMPDIR/locale
	mkdir "$LOCPATH"
	for locale in es_GT es_ES en_US; do
		localedef -i "$locale" -f UTF-8 "$LOCPATH/$locale.UTF-8"
	done
}

setup() {
	po=$BATS_TEST_TMPDIR/es.po
	CLI=$prefix/bin/tamalloc
	export FAKE_GLOBAL="2560 612" FAKE_PROCESSES="1:102400:12288:12:0"
	fake_process 1 512 256
}

# Whether the file translates each message of the template, and no others.
is_whole() { # po template
	local merged=$BATS_TEST_TMPDIR/merged.po

	msgmerge --quiet -o "$merged" "$1" "$2"
	run env LC_ALL=C msgfmt --check --statistics -o /dev/null "$merged"
	echo "$output"
	[[ $status -eq 0 && $output =~ ^[0-9]+\ translated\ messages?\.$ ]] &&
		! grep '^#~' "$merged"
}

template() {
	make -s -C "$top/cli" O="$O" "$O/po/tamalloc.pot" >/dev/null
	echo "$O/po/tamalloc.pot"
}

@test "the program is translated completely, and nothing is stale" {
	is_whole "$top/cli/po/es.po" "$(template)"
}

@test "a message that is untranslated, fuzzy or stale is noticed" {
	pot=$(template)
	grep -q '^msgid "success"$' "$pot"
	sed '/^msgid "success"/{n;s/".*"/""/}' "$top/cli/po/es.po" >"$po"
	run ! is_whole "$po" "$pot"
	sed '/^msgid "success"/i #, fuzzy' "$top/cli/po/es.po" >"$po"
	run ! is_whole "$po" "$pot"
	sed 's/^msgid "success"/msgid "successes"/' "$top/cli/po/es.po" >"$po"
	run ! is_whole "$po" "$pot"
	{ cat "$top/cli/po/es.po"; printf '\nmsgid "old"\nmsgstr "viejo"\n'; } >"$po"
	run ! is_whole "$po" "$pot"
	cp "$top/cli/po/es.po" "$po"
	is_whole "$po" "$pot"
}

# Writes the template that po4a makes from the pages in directory $1.
update_manual() {
	mkdir -p "$BATS_TEST_TMPDIR/out/es"
	(cd "$1" && po4a --quiet --keep 0 \
		--variable out="$BATS_TEST_TMPDIR/out" po4a.cfg)
}

# is_whole() for the pages in directory $1.
manual_is_whole() {
	cp "$1/po/es.po" "$po"
	update_manual "$1"
	is_whole "$po" "$BATS_TEST_TMPDIR/out/tamalloc-man.pot"
}

@test "the manual is translated completely, and nothing is stale" {
	cp -r "$top/man" "$BATS_TEST_TMPDIR/man"
	manual_is_whole "$BATS_TEST_TMPDIR/man"
}

@test "every page is in po4a.cfg" {
	for page in "$top"/man/*.[1278]; do
		grep -qF "[type: page] ${page##*/} " "$top/man/po4a.cfg"
	done
}

@test "a page that changed is noticed" {
	cp -r "$top/man" "$BATS_TEST_TMPDIR/man"
	sed -i 's/^Despite its name,$/In spite of its name,/' \
		"$BATS_TEST_TMPDIR/man/tamalloc_get_stats.2"
	run ! manual_is_whole "$BATS_TEST_TMPDIR/man"
}

spanish() {
	LANG=es_GT.UTF-8 tamalloc "$@"
}

@test "LANG=es_GT.UTF-8 speaks Spanish" {
	run_expecting 0 spanish --help
	[[ $output == "Uso:"* && $output == *memoria* ]]
	run_expecting 0 spanish alloc 100M --touch 10M
	[[ $output == *", 10M tocados"* ]]
	run_expecting 0 spanish alloc --help
	[[ $output == *"[opciones] TAM"$'\n'* ]]
	run_expecting 1 spanish proc 5
	[[ $stderr == "tamalloc: 5: no existe tal proceso" ]]
	run_expecting 2 spanish proc x
	[[ $stderr == "tamalloc: x: no es un ID de proceso"* ]]
	FAKE_PROBE=ENOSYS run_expecting 3 spanish global --source=syscall
	[[ $stderr == "tamalloc: este núcleo no tiene"* ]]
}

# glibc 2.39 and later ignore LANGUAGE in C.UTF-8, as all do in C.
@test "so does LANGUAGE=es, in a locale of any other language" {
	for locale in en_US.UTF-8 es_ES.UTF-8; do
		LANGUAGE=es LC_ALL=$locale run_expecting 1 tamalloc proc 5
		[[ $stderr == "tamalloc: 5: no existe tal proceso" ]]
	done
	LANGUAGE=es LC_ALL=C run_expecting 1 tamalloc proc 5
	[[ $stderr == "tamalloc: 5: no such process" ]]
}

# Prints the options, the columns and everything else that has an entry.
entries() {
	sed -nE 's/^ (-., |    )(--[a-z-]+).*/\2/p; s/^ ([A-Z_%0-9a-z]+)  .*/\1/p'
}

@test "help in Spanish has the same options and columns, and fits 80 columns" {
	for command in "" alloc global proc; do
		run_expecting 0 spanish ${command:+"$command"} --help
		# Characters, not bytes.
		(( $(LC_ALL=C.UTF-8 wc -L <<<"$output") <= 80 ))
		diff <(LC_ALL=C tamalloc ${command:+"$command"} --help | entries) \
			<(entries <<<"$output")
	done
}

@test "programs read the same in every locale" {
	for locale in es_GT.UTF-8 es_ES.UTF-8; do
		for command in "global --json" "global --bytes" "proc 1 --json" \
			       "proc 1"; do
			# shellcheck disable=SC2086 # words
			diff <(LC_ALL=C tamalloc $command) \
				<(LC_ALL=$locale tamalloc $command)
		done
		diff <(LC_ALL=C tamalloc alloc 100M --touch 10M --json | normalise) \
			<(LC_ALL=$locale tamalloc alloc 100M --touch 10M --json |
				normalise)
	done
}

@test "man -L es, of every page, without a warning" {
	man=$prefix/share/man
	for page in "$man"/man?/*; do
		name=${page##*/}
		section=${name##*.}
		# With the option, as in a minimal system, or by the locale.
		for way in "LC_ALL=C.UTF-8 man -L es" "LC_ALL=es_GT.UTF-8 man"; do
			# shellcheck disable=SC2086 # words
			run --separate-stderr env MANPATH="$man" $way -w \
				"$section" "${name%.*}"
			[[ $status -eq 0 && $output == "$man/es/"* ]]
		done
		run --separate-stderr env LC_ALL=es_GT.UTF-8 MANWIDTH=80 \
			man --warnings -E UTF-8 -l "$man/es/man$section/$name"
		[[ $status -eq 0 && -z $stderr ]]
		[[ $output == *NOMBRE* && $output == *" que "* ]]
		fits_78_columns "$man/es/man$section/$name"
		# po4a doesn't wrap its lines.
		run --separate-stderr mandoc -Tlint -W warning \
			"$man/es/man$section/$name"
		[[ $status -eq 0 && -z $output && -z $stderr ]]
	done
}

# Prints messages that are not marked.  A message to people has a blank in it.
unmarked() {
	grep -nE '\b(warnx?|errx?|misuse|fputs|puts|f?printf)\(([a-zA-Z_>&.-]+, )*"[^"<]*[a-z%] [a-z]+' \
		"$@"
}

@test "every message is marked for translation" {
	mapfile -t sources < <(files_of sources)
	(( ${#sources[@]} > 30 ))
	run unmarked "${sources[@]}"
	[[ -z $output ]]
	printf 'warnx("no such file");\n' >"$BATS_TEST_TMPDIR/x.c"
	unmarked "$BATS_TEST_TMPDIR/x.c"
}

@test "a size has the decimal point of the locale, or a dot" {
	for locale in es_ES.UTF-8 es_GT.UTF-8; do
		for size in 1.5M 1,5M; do
			status=0
			LC_ALL=$locale tamalloc alloc $size -rno SIZE \
				>"$BATS_TEST_TMPDIR/size" 2>&1 || status=$?
			if [[ $locale$size == es_GT*,* ]]; then
				(( status == 2 ))
			else
				grep -qx 1572864 "$BATS_TEST_TMPDIR/size"
			fi
		done
	done
}
