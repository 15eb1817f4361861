#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# tamalloc alloc on a terminal: what one sees, as tmux(1) renders it, and what
# is sent, as script(1) records it.

load common

setup() {
	export TMUX_TMPDIR=$BATS_TEST_TMPDIR
	unset NO_COLOR TMUX
	socket=terminal
	# What this file is written in.
	export LC_ALL=C.UTF-8
}

teardown() {
	screen kill-server 2>/dev/null || true
}

screen() {
	tmux -u -L "$socket" -f /dev/null "$@"
}

# A terminal of $1 columns and $rows lines, in which env runs the rest.
terminal() {
	local columns=$1

	shift
	printf '%q ' env "LD_PRELOAD=$FAKE" "$@" >"$BATS_TEST_TMPDIR/command"
	# A server of its own: the last one may not have quite gone.
	socket+=x
	screen new-session -d -x "$columns" -y "${rows-40}" \
		"stty -echoctl; . $BATS_TEST_TMPDIR/command; printf \"status %s\" \$?; exec sleep 60" 3>&-
}

shown() {
	screen capture-pane -p -S -100 | sed -e :a -e '/^\n*$/{$d;N;ba' -e '}'
}

# What is on the screen, and not above it.
on_screen() {
	screen capture-pane -p
}

# What it all looks like at the end, but for the status.
at_end() {
	until_true ends >/dev/null
	shown | sed '/^status/d' | normalise
}

ends() {
	shown | grep -q '^status'
}

# What is sent to a terminal, with env's arguments.
sent() {
	printf 'export LD_PRELOAD=%q\n' "$FAKE" >"$BATS_TEST_TMPDIR/command"
	printf '%q ' env "$@" >>"$BATS_TEST_TMPDIR/command"
	script -qec ". $BATS_TEST_TMPDIR/command" /dev/null </dev/null 3>&-
}

# bats test_tags=real
@test "the picture, the stages and the summary" {
	terminal 80 LC_ALL=C.UTF-8 "$CLI" alloc 100M --touch 50M --verify
	at_end | is_golden picture
	shown | grep -qx 'status 0'
}

# bats test_tags=real
@test "the same in ASCII, where the locale has no more" {
	for locale in C POSIX; do
		terminal 80 LC_ALL=$locale "$CLI" alloc 100M --touch 50M --verify
		at_end | is_golden picture-ascii
		screen kill-server
	done
}

# bats test_tags=real
@test "what is given back, in a random order" {
	terminal 80 LC_ALL=C.UTF-8 "$CLI" alloc 100M --touch 75M --release \
		--pattern=random --step 5M
	at_end | is_golden picture-release
}

@test "it is as wide as the terminal, and no more than it needs" {
	for columns in 41 60 80 200; do
		terminal $columns LC_ALL=C.UTF-8 "$CLI" alloc 100M --touch 50M
		until_true ends
		width=$(shown | grep -o '└─*' | tail -n 1)
		width=${#width}
		(( columns > 80 ? width == 61 :
			columns == 80 ? width == 61 : width == columns - 9 ))
		screen kill-server
	done
}

@test "20 columns: the progress line alone, cut off" {
	terminal 20 LC_ALL=C.UTF-8 "$CLI" alloc 100M --touch 50M
	until_true ends
	[[ $(shown | head -n 1) == "touched 50M of 50M" ]]
	[[ $(shown) != *[│└]* ]]
	shown | grep -q '^requested'
}

@test "24 lines: the scale and what is reserved are there at the end" {
	rows=24
	for options in "" --verify --release "--verify --release"; do
		# shellcheck disable=SC2086 # words
		terminal 80 LC_ALL=C.UTF-8 "$CLI" alloc 100M --touch 50M $options
		until_true ends
		on_screen | grep -q '^    100M┤▔▔▔▔'
		on_screen | grep -q '^oom_score '
		# Not a line more or less than fits; the status is this test's.
		(( $(on_screen | grep -cE '^ {8}│|┤') == 24 - 4 - $(on_screen |
			sed '1,/^touched.*%\|^given back.*%/d; /^status/,$d' | wc -l) ))
		screen kill-server
	done
}

@test "12 lines: a whole picture while it grows; 11: the progress line" {
	for rows in 12 11; do
		terminal 80 LC_ALL=C.UTF-8 "$CLI" alloc 100M --touch 50M \
			--interval 60 --step 10M
		until_true eval 'on_screen | grep -q "^touched 10M"'
		(( $(on_screen | grep -c '┤▔▔▔▔') == rows - 11 ))
		screen kill-server
	done
}

@test "a low terminal: the progress line alone" {
	terminal 80 LC_ALL=C.UTF-8 "$CLI" alloc 100M --touch 50M --rate 12M/s
	until_true eval 'shown | grep -q touched'
	screen resize-window -y 10
	until_true ends
	shown | grep -q '^touched 50M of 50M (100%), 50M more used than before'
}

@test "it grows while one watches" {
	terminal 80 LC_ALL=C.UTF-8 "$CLI" alloc 100M --touch 50M --interval 3 \
		--step 10M
	for done in 10M 20M 30M; do
		until_true eval "shown | grep -q '^touched $done of 50M'"
		columns=$(shown | grep -B 1 '└' | head -n 1 |
			grep -o '[█▇▆▅▄▃▂▁]' | wc -l)
		(( columns == ${done%M} * 60 / 50 ))
	done
	until_true ends
	# One picture, that was drawn over and over.
	(( $(shown | grep -c '└') == 1 ))
}

@test "a window that is resized" {
	terminal 80 LC_ALL=C.UTF-8 "$CLI" alloc 100M --touch 50M --rate 10M/s
	until_true eval 'shown | grep -q touched'
	for columns in 60 100 45 80; do
		screen resize-window -x $columns
		sleep 0.3
	done
	until_true ends
	[[ $(shown | grep -c "^touched 50M of 50M (100%)") -eq 1 ]]
	# The last one is whole.
	[[ $(shown | grep -A 2 '└' | tail -n 3 | head -n 1) == *"└$(printf '─%.0s' {1..60})" ]]
	shown | grep -q '^requested'
}

@test "a job that is stopped and continued goes on below" {
	terminal 80 LC_ALL=C.UTF-8 PS1=prompt: LD_PRELOAD= \
		bash --norc --noprofile -i
	until_true eval "shown | grep -q prompt:"
	screen send-keys "LD_PRELOAD=$FAKE $CLI alloc 10M --touch 4M --rate 1M/s" Enter
	until_true eval "shown | grep -q '^touched'"
	screen send-keys C-z
	until_true eval "shown | grep -q Stopped"
	screen send-keys fg Enter
	until_true eval "shown | grep -q '^requested'"
	# What the shell wrote is still there, and so is the first frame's floor.
	shown | grep -q Stopped
	(( $(shown | grep -c '└') == 2 ))
	(( $(shown | grep -c '^touched 4M of 4M') == 1 ))
}

@test "Ctrl-C: a whole picture, a line of its own, and the terminal as it was" {
	terminal 80 LC_ALL=C.UTF-8 bash -c "before=\$(stty -g)
		trap : INT
		$CLI alloc 100M --touch 50M --interval 60 --step 10M --plot $BATS_TEST_TMPDIR/a.svg
		echo \"ended \$?\"
		[[ \$before == \"\$(stty -g)\" ]] && echo same"
	until_true eval "shown | grep -q '^touched 10M of 50M'"
	screen send-keys C-c
	until_true ends
	shown | grep -qx 'tamalloc: interrupted when 10M had been touched'
	shown | grep -qx 'ended 130'
	shown | grep -qx 'same'
	shown | grep -q '^touched 10M of 50M (20%), 10M more used than before$'
	[[ ! -e $BATS_TEST_TMPDIR/a.svg ]]
	# Neither hidden nor moved away: the cursor is behind "status 0".
	[[ $(screen display-message -p '#{cursor_flag} #{cursor_x}') == "1 8" ]]
}

@test "--verify that fails leaves the terminal below the picture" {
	terminal 80 LC_ALL=C.UTF-8 FAKE_DIRTY=20971520 "$CLI" alloc 100M \
		--touch 50M --verify
	until_true ends
	shown | grep -qx 'tamalloc: offset 20971520: byte is 0x78, not zero'
	shown | grep -qx 'status 1'
}

@test "colours, unless NO_COLOR is set to something" {
	escape=$'\e[3'
	for setting in NO_COLOR= TERM=xterm; do
		run sent TERM=xterm "$setting" "$CLI" alloc 100M --touch 50M
		[[ $output == *"$escape"* ]]
	done
	for setting in 1 0 no; do
		run sent TERM=xterm NO_COLOR=$setting "$CLI" alloc 100M \
			--touch 50M
		[[ $output != *"$escape"* && $output == *$'\e[K'* ]]
	done
}

@test "a terminal that cannot redraw gets what a pipe gets" {
	for term in TERM=dumb TERM= --unset=TERM; do
		run sent "$term" "$CLI" alloc 100M --touch 50M --step 25M
		[[ $output != *$'\e'* ]]
		[[ ${lines[0]} == "STAGE "* && ${lines[3]} == "touched "* ]]
		run sent "$term" "$CLI" alloc 100M --touch 50M
		[[ $output != *$'\e'* && ${#lines[@]} -eq 5 ]]
	done
}

@test "rows on a terminal come without a picture" {
	for format in --json --raw; do
		run sent TERM=xterm "$CLI" alloc 100M --touch 50M --step 25M \
			$format
		[[ $output != *$'\e'* ]]
	done
}

@test "elsewhere, stderr shows a line, which vanishes" {
	export TERM=xterm
	run sent bash -c "$CLI alloc 64M --touch 64M >$BATS_TEST_TMPDIR/out"
	[[ $output == *"touched 64M of 64M (100%), 64M more used than before"* ]]
	[[ $output == *$'\r\e[K' && $output != *"64M┤"* ]]
	normalise <"$BATS_TEST_TMPDIR/out" | grep -q '^touched'
	(( $(wc -l <"$BATS_TEST_TMPDIR/out") == 5 ))
	# Not beside rows, which may be on their way to the same terminal.
	run sent bash -c "$CLI alloc 64M --touch 64M --step 32M | cat"
	[[ $output != *$'\e'* && ${lines[0]} == "STAGE "* ]]
	run sent bash -c "$CLI alloc 64M --touch 64M 2>/dev/null"
	[[ $output != *$'\e'* && ${#lines[@]} -eq 5 ]]
	run_expecting 0 tamalloc alloc 64M --touch 64M
	[[ -z $stderr ]]
}

@test "nothing touched, nothing drawn" {
	run sent TERM=xterm "$CLI" alloc 64M
	[[ $output != *$'\e['* && $output == *"requested"* ]]
}

# bats test_tags=real
@test "drawing does not show in the figures" {
	sent TERM=xterm LD_PRELOAD= "$CLI" alloc 64M --touch 16M --step 64K \
		--source=procfs --thp=never --bytes >"$BATS_TEST_TMPDIR/sent"
	used=$(tr -d '\r' <"$BATS_TEST_TMPDIR/sent" |
		sed -n 's/^used .* \([0-9]*\) more than before.*/\1/p')
	(( used - 16777216 <= 65536 && 16777216 - used <= 270336 ))
}
