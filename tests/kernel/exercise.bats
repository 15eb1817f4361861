#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: TAMALLOC=FILE bats tests/kernel/exercise.bats
#
# The exercise of tamalloc(7) in the booted kernel: its commands, as they stand
# there, show what the page says that they show.
# shellcheck disable=SC2030,SC2031,SC2154 # bats runs each test in a subshell
# shellcheck disable=SC2016 # the dollars are those of jq

bats_require_minimum_version 1.5.0

# Until 6.2 a thread kept its RSS changes to itself for up to 66 faults, of up
# to 16 pages each in files.
lag=$((66 * 4096))
files_lag=$((lag * 16))

setup() {
	page=$BATS_TEST_DIRNAME/../../man/tamalloc.7
	mkdir "$BATS_TEST_TMPDIR/bin"
	ln -s "$TAMALLOC" "$BATS_TEST_TMPDIR/bin/tamalloc"
	PATH=$BATS_TEST_TMPDIR/bin:$PATH
	cd "$BATS_TEST_TMPDIR" || return
}

# The commands of step $1.
commands() {
	sed -n "/^\.SS $1\./,/^\.S[SH] /p" "$page" |
		sed -nE 's/\\f.//g; s/\\-/-/g; s/^\$ //p'
}

# The only command of step $1, with JSON for a test to read.
as_json() {
	local command

	command=$(commands "$1")
	command=${command% | cat}
	[[ $command == "tamalloc alloc "* && $command != *$'\n'* ]]
	run -0 --separate-stderr bash -c "$command --source=syscall --json"
}

json() {
	jq "$@" <<<"$output"
}

# How much the last row used more than the one before anything was touched.
used() {
	json -s '[.[] | .. | objects | select(has("used"))] |
		 (map(select(.stage == "touched")) | last).used -
		 (map(select(.stage == "reserved")) | first).used'
}

@test "1. A promise costs nothing" {
	as_json 1
	[[ $(json '.stages | .[1].reserved - .[0].reserved') == "$((100 << 20))" ]]
	used=$(used)
	[[ $used -le $files_lag ]]
}

@test "2. Writing makes it real" {
	as_json 2
	used=$(used)
	[[ $used -ge $(((10 << 20) - lag)) ]]
	# On a huge page at the edge more is used than was written.
	[[ $used -le $(((12 << 20) + files_lag)) ]]
}

# The page faults of each step beyond those of the one before.
faults_a_step() {
	json -s '[.[] | .. | objects | select(has("used")) |
		  select(.stage == "touched") | .minor_faults] |
		 . as $f | [range(1; length) | $f[.] - $f[. - 1]] | .[]'
}

@test "3. Step by step: 512 page faults for each 2 MiB" {
	as_json 3
	[[ $(faults_a_step | sort -u) == 512 ]]
	used=$(used)
	[[ $used -ge $(((10 << 20) - lag)) ]]
	[[ $used -le $(((10 << 20) + files_lag)) ]]
}

@test "4. In larger pieces: fewer page faults by far" {
	as_json 4
	# At most the edges are mapped page by page.
	mapfile -t faults < <(faults_a_step | sort -n)
	[[ ${faults[0]} == [01] ]]
	sum=0
	for n in "${faults[@]}"; do
		((sum += n)) || :
	done
	[[ $sum -lt 1100 ]]
	used=$(used)
	[[ $used -ge $(((10 << 20) - lag)) ]]
}

@test "5. Reading uses no memory, and as many page faults" {
	as_json 5
	[[ $(faults_a_step | sort -u) == 512 ]]
	used=$(used)
	[[ $used -le $files_lag ]]
}

@test "6. Giving it back: used falls, reserved stays" {
	as_json 6
	[[ $(json '.stages | (map(select(.stage == "touched")) | last).used -
		  (map(select(.stage == "released")) | last).used') -ge $((9 << 20)) ]]
	[[ $(json '.stages | [.[1:][].reserved] | unique | length') == 1 ]]
}

@test "7. From outside, with the adjustment and the score" {
	{
		# One waits for the first before one types the second.
		commands 7 | head -n 1
		echo 'for i in {1..100}; do'
		echo '	(( $(awk "/^VmRSS/ { print \$2 }" /proc/$!/status) < 10000 )) || break'
		echo '	sleep 0.2'
		echo 'done'
		commands 7 | tail -n +2
		echo 'wait'
	} >script
	run -0 bash -e script
	echo "$output"
	mapfile -t rows < <(awk '$1 ~ /^[0-9]+$/ && $2 ~ /M$/ && NF >= 6' <<<"$output")
	[[ ${#rows[@]} -eq 2 ]]
	read -r -a before <<<"${rows[0]}"
	read -r -a after <<<"${rows[1]}"
	[[ ${before[4]} == 0 ]]
	[[ ${after[4]} == 500 ]]
	difference=$((after[5] - before[5]))
	[[ $difference -ge 330 ]]
	[[ $difference -le 336 ]]
}

@test "8. Compared with malloc: only MAP_POPULATE uses what nobody touched" {
	command=$(commands 8)
	run -0 --separate-stderr bash -c "$command --source=syscall --json"
	[[ $(json -r '.. | objects | select(.method? == "populate") |
		      .used_reserved') -ge $((99 << 20)) ]]
	for method in tamalloc mmap malloc calloc; do
		used=$(json -er --arg m $method '.. | objects |
			select(.method? == $m) | .used_reserved')
		[[ $used -le $files_lag ]]
	done
}

@test "9. The curve" {
	run -0 bash -c "$(commands 9) --source=syscall"
	grep -q '<svg ' curve.svg
}

@test "no step of the page is left out here" {
	[[ $(grep -c '^\.SS [0-9]' "$page") -eq 9 ]]
	for step in 1 2 3 4 5 6 7 8 9; do
		[[ -n $(commands $step) ]]
	done
}
