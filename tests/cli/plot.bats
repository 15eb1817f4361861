#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# tamalloc alloc --plot

load common

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	mkdir plots
	cd plots || return
}

# Reads the SVG $1, and prints what the Python expression $2 makes of it.
svg() {
	python3 - "$1" "$2" <<-'EOF'
		import sys, xml.etree.ElementTree as tree
		root = tree.parse(sys.argv[1]).getroot()
		space = "{http://www.w3.org/2000/svg}"
		texts = [text.text for text in root.iter(space + "text")]
		by_id = {e.get("id"): e for e in root.iter() if e.get("id")}
		points = [tuple(map(float, point.split(",")))
		          for point in by_id["reserved"].get("points").split()]
		used = [tuple(map(float, point.split(" ")))
		        for point in by_id["used"].get("d")[1:].split("V")[0].split("L")[1:]]
		print(eval(sys.argv[2]))
	EOF
}

files() {
	find . -mindepth 1 -printf '%f '
}

@test "a whole picture: title, axes, units, legend and both curves" {
	run_expecting 0 tamalloc alloc 100M --touch 50M --plot a.svg
	[[ ${lines[-1]} == touched* && -z $stderr ]]
	[[ $(files) == "a.svg " ]]
	[[ $(svg a.svg 'root.tag') == "{http://www.w3.org/2000/svg}svg" ]]
	[[ $(svg a.svg 'root.find(space + "title").text') == "100M reserved, 50M touched" ]]
	for text in "100M reserved, 50M touched" \
		    "Linux 6.12.0-fake, without huge pages" reserved used \
		    "written (bytes)" "more than before (bytes)" 0B 10M 50M \
		    100M; do
		[[ $(svg a.svg "texts.count('$text')") -ge 1 ]]
	done
	[[ $(svg a.svg 'len(used) > 90 and len(points) == len(used)') == True ]]
}

@test "the curves are what was measured" {
	run_expecting 0 tamalloc alloc 100M --touch 50M --step 10M --plot a.svg
	# From 0 to half of the field's height, in five steps; reserved: its top.
	[[ $(svg a.svg 'used') == "[(80.0, 340.0), (202.0, 313.0), (324.0, 286.0), (446.0, 259.0), (568.0, 232.0), (690.0, 205.0)]" ]]
	[[ $(svg a.svg 'set(y for x, y in points)') == "{70.0}" ]]
	run_expecting 0 tamalloc alloc 100M --touch 50M --release --plot b.svg
	[[ $(svg b.svg 'used[0], used[-1], min(used, key=lambda p: p[1])') == \
		"((80.0, 340.0), (690.0, 340.0), (385.0, 205.0))" ]]
	[[ $(svg b.svg 'texts.count("given back (bytes)")') == 1 ]]
	run_expecting 0 tamalloc alloc 100M --touch 50M --read --plot c.svg \
		--source=procfs --thp=never
	[[ $(svg c.svg 'texts.count("read (bytes)")') == 1 ]]
	[[ $(svg c.svg 'all(y > 335 for x, y in used)') == True ]]
}

@test "however many steps, the file is small" {
	run_expecting 0 tamalloc alloc 16M --touch 16M --step 4K --plot a.svg \
		--raw
	(( ${#lines[@]} == 4099 ))
	(( $(stat -c %s a.svg) < 30000 ))
	[[ $(svg a.svg 'used[0], used[-1]') == "((80.0, 340.0), (690.0, 70.0))" ]]
	[[ $(svg a.svg '250 < len(used) <= 512') == True ]]
	[[ $(svg a.svg 'all(a[0] <= b[0] and a[1] >= b[1] for a, b in zip(used, used[1:]))') == True ]]
}

@test "nothing touched, a page, an odd size, much reserved" {
	for arguments in "1M" "1M --touch 0 --release" "1 --touch 1" \
			 "12345 --touch 9999" \
			 "64T --touch 1M --source=procfs --thp=never"; do
		# shellcheck disable=SC2086 # words
		run --separate-stderr tamalloc alloc $arguments --plot a.svg
		(( status == 0 ))
		[[ $(svg a.svg 'len(points) > 0') == True ]]
	done
}

@test "the ticks are round, and not too many" {
	for size in 1K 5000 1M 3M 7M 100M 999M 1G 1500M 1023M; do
		run --separate-stderr tamalloc alloc "$size" --touch 100% --read \
			--plot a.svg --source=procfs --thp=never
		(( status == 0 ))
		[[ $(svg a.svg 'sum(e.get("text-anchor") == "end" for e in root.iter())') =~ ^[2-7]$ ]]
	done
}

@test "an old file is replaced, its links are followed, the umask holds" {
	echo old >old.svg
	ln -s old.svg link.svg
	umask 027
	run_expecting 0 tamalloc alloc 1M --plot link.svg
	[[ -L link.svg && $(svg old.svg 'len(points) > 0') == True ]]
	run_expecting 0 tamalloc alloc 1M --plot new.svg
	[[ $(stat -c %a new.svg) == 640 ]]
	[[ $(files | wc -w) == 3 ]]
}

@test "a link that dangles: what it names is made" {
	mkdir sub
	ln -s sub/relative.svg one.svg
	ln -s one.svg two.svg
	ln -s "$PWD/sub/absolute.svg" three.svg
	run_expecting 0 tamalloc alloc 1M --plot two.svg
	run_expecting 0 tamalloc alloc 1M --plot ./three.svg
	[[ -L one.svg && -L two.svg && -L three.svg ]]
	[[ $(cd sub && echo *) == "absolute.svg relative.svg" ]]
	ln -s b.svg a.svg
	ln -s a.svg b.svg
	run_expecting 1 tamalloc alloc 1M --plot a.svg
	[[ $stderr == "tamalloc: a.svg: Too many levels of symbolic links" ]]
	[[ -L a.svg && -L b.svg ]]
}

@test "the file that output or messages go to is not replaced" {
	# As /dev/stdout is, which a test that fails must not replace.
	ln -s /proc/self/fd/1 stdout
	echo old >out
	run_expecting 1 eval 'tamalloc alloc 1M --plot stdout >>out'
	[[ $stderr == "tamalloc: stdout: is already being written to" ]]
	run_expecting 1 eval 'tamalloc alloc 1M --plot out >>out'
	[[ $(cat out) == old ]]
	run_expecting 1 eval 'tamalloc alloc 1M --plot out 2>>out'
	[[ $(cat out) == old$'\n'"tamalloc: out: is already being written to" ]]
	# Nor are two kinds of output mixed in a pipe.
	run_expecting 1 bash -c 'set -o pipefail
		LD_PRELOAD=$FAKE "$CLI" alloc 1M --raw --plot stdout | cat'
	[[ -z $output && $stderr == "tamalloc: stdout: is already being written to" ]]
}

@test "a write-protected file is refused" {
	need_root
	echo old >old.svg
	chown nobody old.svg .
	chmod 444 old.svg
	chmod 711 .. ../..
	run_expecting 1 setpriv --reuid 65534 --clear-groups --bounding-set -all \
		env "LD_PRELOAD=$FAKE" "$CLI" alloc 1M --plot old.svg
	[[ $stderr == "tamalloc: old.svg: Permission denied" && $(cat old.svg) == old ]]
}

@test "what is no file is written to and not replaced" {
	need_root
	run_expecting 1 tamalloc alloc 1M --plot /dev/full
	[[ -c /dev/full ]]
	[[ $stderr == "tamalloc: /dev/full: No space left on device" ]]
	mkfifo fifo
	cat fifo >read.svg 3>&- &
	run_expecting 0 tamalloc alloc 1M --plot fifo
	wait "$!"
	[[ -p fifo && $(svg read.svg 'len(points) > 0') == True ]]
}

@test "a file without a name is written to" {
	exec 5<>gone.svg
	seq 10000 >&5
	rm gone.svg
	run_expecting 0 tamalloc alloc 1M --plot /dev/fd/5
	[[ -z $(files) ]]
	cat /dev/fd/5 >read.svg
	exec 5>&-
	[[ $(svg read.svg 'len(points) > 0') == True ]]
}

@test "a socket is refused before anything is reserved" {
	FAKE_RESERVE=ENOMEM run_expecting 1 python3 -c '
import os, socket, subprocess, sys
ours, theirs = socket.socketpair()
os.dup2(theirs.fileno(), 9)
sys.exit(subprocess.run(sys.argv[1:], pass_fds=[9]).returncode)' \
		env LD_PRELOAD="$FAKE" "$CLI" alloc 1M --plot /dev/fd/9
	[[ $stderr == "tamalloc: /dev/fd/9: No such device or address" ]]
}

@test "a name that cannot be written is refused before anything is reserved" {
	refused "--plot: a file name is missing" alloc 1M --plot=
	for name in nowhere/a.svg . /proc/a.svg; do
		FAKE_RESERVE=ENOMEM run_expecting 1 tamalloc alloc 1M \
			--plot "$name"
		[[ $stderr == "tamalloc: $name: "* && ${#stderr_lines[@]} -eq 1 ]]
	done
	FAKE_RESERVE=ENOMEM run_expecting 1 tamalloc alloc 1M \
		--plot "$(printf '%05000d' 1)"
	[[ $stderr == *": File name too long" ]]
	FAKE_RESERVE=ENOMEM run_expecting 1 tamalloc alloc 1M \
		--plot "$(printf '%0250d' 1)"
	[[ $stderr == *": File name too long" ]]
	[[ -z $(files) ]]
}

@test "a directory that may not be written" {
	need_root
	chmod 755 .
	chmod 711 .. ../..
	run_expecting 1 setpriv --reuid 65534 --clear-groups --bounding-set -all \
		env "LD_PRELOAD=$FAKE" "$CLI" alloc 1M --plot a.svg
	[[ $stderr == "tamalloc: a.svg: Permission denied" ]]
}

@test "a full disk leaves the old file, and no half one" {
	need_root
	mkdir disk
	# A file system of its own, seen by this test alone.
	unshare --mount bash -c '
		mount -t tmpfs -o size=4k none disk
		echo old >disk/a.svg
		LD_PRELOAD=$FAKE "$CLI" alloc 100M --touch 50M --plot disk/a.svg
		echo "status $?"
		ls -A disk
		cat disk/a.svg' >out 2>err
	[[ $(<err) == "tamalloc: disk/a.svg: No space left on device" ]]
	[[ $(tail -n 3 out) == $'status 1\na.svg\nold' ]]
}

@test "SIGINT leaves the old file, and no half one" {
	echo old >a.svg
	env --default-signal=INT LD_PRELOAD="$FAKE" "$CLI" alloc 1M --touch 1M \
		--interval 60 --plot a.svg >../out 2>../err 3>&- &
	pid=$!
	until_true grep -q "^touched" ../out
	kill -INT "$pid"
	status=0
	wait "$pid" || status=$?
	(( status == 130 ))
	[[ $(files) == "a.svg " && $(<a.svg) == old ]]
}

# A pipe that nobody reads yet keeps it in the midst of writing.
@test "SIGTERM while it is written" {
	mkfifo fifo
	LD_PRELOAD=$FAKE "$CLI" alloc 1M --plot fifo >../out 2>../err 3>&- &
	pid=$!
	until_true grep -q "^touched" ../out
	sleep 0.2
	kill -TERM "$pid"
	status=0
	wait "$pid" || status=$?
	(( status == 143 ))
	[[ ! -s ../err ]]
}

@test "--plot is written before --hold waits" {
	LD_PRELOAD=$FAKE "$CLI" alloc 1M --touch 1M --plot a.svg --hold \
		>../out 2>../err </dev/null 3>&- &
	pid=$!
	until_true grep -q holds ../err
	[[ $(svg a.svg 'len(points) > 0') == True ]]
	kill "$pid"
	wait "$pid"
}

@test "--verify that fails draws nothing" {
	FAKE_DIRTY=4096 run_expecting 1 tamalloc alloc 1M --touch 1M --verify \
		--plot a.svg
	[[ -z $(files) ]]
}

@test "a file that may not grow: the reason, and nothing left" {
	limited() { (ulimit -f 1 && tamalloc "$@"); }
	run_expecting 1 limited alloc 8M --touch=4M --plot a.svg
	[[ $stderr == *"a.svg: File too large" ]]
	[[ -z $(files) ]]
}

@test "a file that is replaced keeps its mode" {
	install -m 600 /dev/null a.svg
	run_expecting 0 tamalloc alloc 8M --touch=4M --plot a.svg
	[[ $(stat -c %a a.svg) == 600 && -s a.svg ]]
}
