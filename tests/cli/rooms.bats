#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The rooms of cli/, and which may know of which: see cli/README.md.

load common

# From the lowest.  A room knows its own files and those of the floors below.
floors='shared
output source
front
alloc proc global
tamalloc'

# Files that all commands share, and that have no directory.
front='command options watch'

setup() {
	dir=$BATS_TEST_TMPDIR/cli
	mapfile -t objects < <(make -s -C "$top/cli" O="$O" print-objs)
}

# stdin: "FILE FILE", the latter included or called by the former.
climbing() {
	awk -v floors="$floors" -v front="$front" '
	function room_of(file) {
		sub("/.*", "", file)
		return file in in_front ? "front" : file
	}
	BEGIN {
		split(front, names, " ")
		for (i in names)
			in_front[names[i]]
		n = split(floors, lines, "\n")
		for (i = 1; i <= n; i++) {
			split(lines[i], names, " ")
			for (j in names)
				floor[names[j]] = i
		}
	}
	{
		from = room_of($1)
		to = room_of($2)
		if (!(from in floor) || !(to in floor))
			print $1, "->", $2 ": in no room"
		else if (from != to && floor[to] >= floor[from])
			print $1, "->", $2
	}'
}

# "FILE FILE" for each include of the command below directory $1.
includes() {
	(cd "$1" && find . -name include -prune -o -name examples -prune -o \
		-name '*.[ch]' -printf '%P\n' |
		xargs grep -oE '^#include "[^"]+"') |
		sed -E 's/\.[ch]:#include "(.*)\.h"$/ \1/' | awk '$1 != $2'
}

# "FILE FILE" for each name that an object file takes from another.
calls() {
	nm -A -g --format=posix "$@" | awk '
	{
		sub(/.*\/cli\//, "", $1)
		sub(/\.o:$/, "", $1)
	}
	$3 == "U" { uses[$1, $2]; next }
	{ home[$2] = $1 }
	END {
		for (use in uses) {
			split(use, part, SUBSEP)
			if (part[2] in home)
				print part[1], home[part[2]]
		}
	}' | sort -u
}

# "HEADER NAME" for each name that an object file has for others.
public() {
	nm -A -g --defined-only --format=posix "$@" |
		sed -E 's/.*\/cli\/(.*)\.o: ([^ ]+) .*/\1.h \2/' |
		grep -v '^tamalloc.h main$'
}

# Those that are not declared there.
undeclared() {
	while read -r header name; do
		grep -qsw "$name" "$top/cli/$header" || echo "$header: $name"
	done
}

@test "the Makefile knows every file of the command" {
	(( ${#objects[@]} > 30 ))
	diff <(files_of sources headers | sort) <(find "$top/cli" \
		-path "$top/cli/include" -prune -o \
		-path "$top/cli/examples" -prune -o -name '*.[ch]' -print | sort)
}

@test "each include names a file by its room" {
	cp -r "$top/cli" "$dir"
	missing() {
		includes "$dir" | while read -r from to; do
			[[ -f $dir/$to.h ]] || echo "$from: $to.h"
		done
	}
	run missing
	[[ -z $output ]]
	echo '#include "table.h"' >>"$dir/output/figure.c"
	run missing
	[[ $output == "output/figure: table.h" ]]
}

@test "nothing includes what is above it" {
	cp -r "$top/cli" "$dir"
	(( $(includes "$dir" | wc -l) > 100 ))
	run climbing < <(includes "$dir")
	[[ -z $output ]]
	echo '#include "alloc/report.h"' >>"$dir/output/table.h"
	echo '#include "output/table.h"' >>"$dir/source/users.c"
	echo '#include "alloc/thp.h"' >>"$dir/lost.c"
	run climbing < <(includes "$dir")
	[[ $(sort <<<"$output") == "lost -> alloc/thp: in no room
output/table -> alloc/report
source/users -> output/table" ]]
}

@test "nothing calls what is above it" {
	(( $(calls "${objects[@]}" | wc -l) > 50 ))
	run climbing < <(calls "${objects[@]}")
	[[ -z $output ]]
	mkdir -p "$dir/shared"
	echo 'extern int source_choose(int); int f(void); int f(void) { return source_choose(1); }' |
		"${CC:-cc}" -xc -c -o "$dir/shared/climber.o" -
	run climbing < <(calls "${objects[@]}" "$dir/shared/climber.o")
	[[ $output == "shared/climber -> source/choose" ]]
}

@test "there is no circle" {
	cp -r "$top/cli" "$dir"
	arrows() {
		includes "$dir"
		calls "${objects[@]}"
	}
	run tsort < <(arrows)
	[[ $status -eq 0 && $output == tamalloc$'\n'* ]]
	echo '#include "output/chart.h"' >>"$dir/output/series.h"
	run tsort < <(arrows)
	[[ $status -ne 0 && $output == *loop* ]]
	[[ $output == *output/chart* && $output == *output/series* ]]
}

@test "each public name is in the header of its file" {
	(( $(public "${objects[@]}" | wc -l) > 80 ))
	run undeclared < <(public "${objects[@]}")
	[[ -z $output ]]
	mkdir -p "$dir/shared"
	echo 'int lonely; int strayed(void); int strayed(void) { return 1; }' |
		"${CC:-cc}" -xc -c -o "$dir/shared/size.o" -
	run undeclared < <(public "$dir/shared/size.o")
	[[ $output == "shared/size.h: lonely
shared/size.h: strayed" ]]
}

# The files of the command that have the pattern $1 in them.
having() {
	(cd "$top/cli" && make -s O="$O" print-sources | xargs grep -lE "$1")
}

@test "whole numbers are read, and memory is missed, in one place" {
	run having '\bstrto(u?ll?|[iu]max)\('
	[[ $output == shared/number.c ]]
	run having '"out of memory"'
	[[ $output == shared/xalloc.c ]]
}

@test "cli/README.md names every directory, and the rooms in this order" {
	diff <(tac <<<"$floors" | sed "s/^front$/$front/") \
		<(sed -nE 's/^\| (`[^|]*`) \|.*/\1/p' "$top/cli/README.md" |
			sed -E 's,[`/]|\.[ch],,g')
	for directory in "$top"/cli/*/; do
		grep -qF "\`${directory#"$top/cli/"}\`" "$top/cli/README.md"
	done
}
