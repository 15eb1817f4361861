#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: bats tests/kernel/command.bats
#
# The command on the kernel's own answers, in the booted kernel.  TAMALLOC names
# the command; without it, the one in build/ is taken.
# shellcheck disable=SC2030,SC2031,SC2154 # bats runs each test in a subshell
# shellcheck disable=SC2016 # jq has variables of its own

bats_require_minimum_version 1.5.0

thp=/sys/kernel/mm/transparent_hugepage/enabled

# Until 6.2 a thread kept its RSS changes to itself for up to 66 faults: of a
# page each in memory, of up to 16 pages each in files.
lag=66
files_lag=$((66 * 16))

setup_file() {
	top=$(realpath "$BATS_TEST_DIRNAME/../..")
	export TAMALLOC=${TAMALLOC:-$top/build/cli/tamalloc}
	# Not on the host: its settings are no business of ours.
	"$TAMALLOC" global --source=syscall
	THP_SAVED=$(sed 's/.*\[\(.*\)\].*/\1/' "$thp")
	export THP_SAVED
	# Page by page: a huge page would be more than is written.
	echo never >"$thp"
}

teardown_file() {
	[[ -z ${THP_SAVED:-} ]] || echo "$THP_SAVED" >"$thp"
}

setup() {
	started=()
}

teardown() {
	local pid
	for pid in "${started[@]}"; do
		kill -KILL "$pid" || true
		# Otherwise the shell would report each kill.
		wait "$pid" || true
	done 2>"$BATS_TEST_TMPDIR/teardown"
}

tamalloc() {
	local subcommand=$1
	shift
	"$TAMALLOC" "$subcommand" --source=syscall "$@"
}

# Starts a process that holds memory as the arguments say, and sets pid.
hold() {
	local messages=$BATS_TEST_TMPDIR/messages i
	"$TAMALLOC" alloc --source=syscall "$@" --hold=300 \
		>"$BATS_TEST_TMPDIR/out" 2>"$messages" </dev/null 3>&- &
	pid=$!
	started+=("$pid")
	for ((i = 0; i < 300; i++)); do
		# Wait until it sleeps: before that it may take another page.
		if grep -q holds "$messages" && grep -q ') S' "/proc/$pid/stat"; then
			return
		fi
		sleep 0.1
	done
	cat "$messages"
	return 1
}

# Prints a figure of /proc/PID/status in bytes.
status_bytes() {
	awk -v name="$2:" '$1 == name { print $2 * 1024 }' "/proc/$1/status"
}

# MiB of all processes: field $1 of statm.
proc_sum() {
	cat /proc/[0-9]*/statm 2>"$BATS_TEST_TMPDIR/vanished" |
		awk -v field="$1" '{ pages += $field } END { print int(pages / 256) }'
}

# One figure of a line of JSON.
json() { jq -er "$1" <<<"$output"; }

@test "alloc: what is reserved and not written is not used" {
	run -0 tamalloc alloc 100M --json
	reserved=$(json '.stages | .[1].reserved - .[0].reserved')
	used=$(json '.stages | .[2].used - .[0].used')
	[[ $reserved -eq $((100 << 20)) ]]
	[[ $used -le $((files_lag * 4096)) ]]
	[[ $used -ge $((-lag * 4096)) ]]
}

@test "alloc: 10M written of 100M are about 10 MiB used" {
	run -0 tamalloc alloc 100M --touch 10M --verify --json
	[[ $(json '.stages[2].verified') == true ]]
	[[ $(json '.stages[2].touched') == "$((10 << 20))" ]]
	used=$(json '.stages | .[2].used - .[1].used')
	[[ $used -ge $(((10 << 20) - lag * 4096)) ]]
	[[ $used -le $(((10 << 20) + files_lag * 4096)) ]]
}

@test "alloc: twice as much written is 10 MiB more used" {
	run -0 tamalloc alloc 100M --touch 10M --json
	ten=$(json '.stages[2].used')
	run -0 tamalloc alloc 100M --touch 20M --json
	twenty=$(json '.stages[2].used')
	difference=$((twenty - ten - (10 << 20)))
	[[ ${difference#-} -le $((files_lag * 4096)) ]]
}

@test "alloc: it says that the system call answered" {
	run -0 tamalloc alloc 1M --json
	[[ $(json '[.stages[].source] | unique | join(" ")') == syscall ]]
}

@test "alloc: auto takes the system call and keeps silent about it" {
	run -0 --separate-stderr "$TAMALLOC" alloc 1M --json
	[[ $(json '.stages[0].source') == syscall ]]
	[[ -z $stderr ]]
}

# The rows of a step-by-step run as one array, and a question about them.
rows_say() { jq -es "$@" <<<"$output"; }

# By how much used grew until each step, less what was touched until then: all
# must be from $1 to $2 bytes.
growth_is_off_by() {
	rows_say --argjson low "$1" --argjson high "$2" '.[1].used as $start |
		[.[] | select(.stage == "touched") | .used - $start - .touched] |
		length == 5 and all(.[]; . >= $low and . <= $high)'
}

# What the command itself may take, or lose, on the way.
own=$((16 * 4096))

# What this kernel may not have counted yet.
lag_here() {
	case $(uname -r) in
	6.1.*) echo $((lag * 4096)) ;;
	*) echo 0 ;;
	esac
}

with_system_setting() {
	local status=0
	echo "$1" >"$thp"
	shift
	"$@" || status=$?
	echo never >"$thp"
	return "$status"
}

@test "alloc: 10M of 100M, page by page: used grows as it is touched" {
	for how in "always --thp=never" "madvise --thp=default" \
		"never --thp=default" "always --thp=never --pattern=random" \
		"always --thp=never --verify"; do
		# shellcheck disable=SC2086 # words
		run -0 with_system_setting ${how%% *} tamalloc alloc 100M \
			--touch 10M --step 2M --json ${how#* }
		growth_is_off_by "-$(($(lag_here) + own))" "$own"
		rows_say '.[-1].used_growth >= 10000000 and
			.[-1].reserved_growth == 104857600 and
			.[-1].thp == "never"'
		rows_say --arg setting "${how%% *}" \
			'.[-1].thp_system == $setting'
	done
}

@test "alloc: 10M of 100M with huge pages: used grows in 2 MiB steps" {
	for how in "always --thp=default" "always --thp=always" \
		"madvise --thp=always"; do
		# shellcheck disable=SC2086 # words
		run -0 with_system_setting ${how% *} tamalloc alloc 100M \
			--touch 10M --step 2M --json ${how#* }
		growth_is_off_by "-$(($(lag_here) + own))" $(((2 << 20) + own))
		# Hundreds of faults at most, of 2560: up to where the first
		# huge page can begin.
		rows_say '.[-1] | .minor_faults < 600 and .thp == "always"'
	done
}

@test "alloc: the setting never wins over --thp=always" {
	run -0 tamalloc alloc 100M --touch 10M --step 2M --thp=always --json
	growth_is_off_by "-$(($(lag_here) + own))" "$own"
	rows_say '.[-1] | .thp == "never" and .minor_faults >= 2560'
}

@test "alloc: one write commits a huge page" {
	run -0 with_system_setting always tamalloc alloc 100M --touch 40K \
		--pattern=random --json
	used=$(json '.stages | .[2].used - .[1].used')
	[[ $used -ge $(((10 << 20) - lag * 4096)) ]]
	[[ $used -le $((20 << 20)) ]]
}

@test "alloc: reading uses nothing" {
	for setting in always never; do
		run -0 with_system_setting "$setting" tamalloc alloc 100M \
			--touch 10M --step 2M --read --json
		rows_say 'map(.used) | max - .[1] <= 65536'
		rows_say '.[-1] | .minor_faults > 0 and .used_growth <= 65536'
	done
}

@test "alloc: what is given back is not used any more" {
	for how in "never --pattern=sequential" "never --pattern=random" \
		"always --pattern=sequential"; do
		# shellcheck disable=SC2086 # words
		run -0 with_system_setting ${how% *} tamalloc alloc 100M \
			--touch 10M --step 2M --release --json ${how#* }
		rows_say '.[1].used as $start | map(select(.stage == "released")) |
			length == 5 and
			all(.[]; (.used - $start - .touched | fabs) <= 4259840)
			and (.[-1].used - $start | fabs) <= 2162688'
		rows_say 'map(select(.stage == "released").used) |
			. == (sort | reverse)'
	done
}

@test "alloc: faults are counted, and lag where the kernel lags" {
	run -0 --separate-stderr tamalloc alloc 100M --touch 10M --step 2M --json
	rows_say '.[-1] | .minor_faults >= 2560 and .minor_faults <= 2576 and
		.major_faults == 0 and .fault_ns > 0'
	rows_say --argjson lag "$(lag_here)" 'all(.[]; .lag == $lag)'
	run -0 --separate-stderr tamalloc alloc 100M --touch 10M
	case $(uname -r) in
	6.1.*) [[ $stderr == "tamalloc: used lags by up to 264K"* || -z $stderr ]] ;;
	*) [[ -z $stderr ]] ;;
	esac
}

@test "alloc: on 6.1 it is said that used lags" {
	case $(uname -r) in 6.1.*) ;; *) return 0 ;; esac
	# So few that none of them is counted yet.
	run -0 --separate-stderr tamalloc alloc 100M --touch 128K
	[[ $stderr == "tamalloc: used lags by up to 264K: "* ]]
}

@test "alloc: the scores, before and after" {
	run -0 tamalloc alloc 300M --touch 200M --step 100M --json
	rows_say '.[-1] | .oom_score_after > .oom_score_before and
		.oom_score_adj_before == 0 and .oom_score_adj_after == 0'
	run -0 bash -c 'echo 500 >/proc/self/oom_score_adj
		exec "$TAMALLOC" alloc 1M --touch 1M --step 1M --json \
			--source=syscall'
	rows_say '.[-1] | .oom_score_adj_before == 500 and
		.oom_score_adj_after == 500'
}

@test "alloc: --compare: which are lazy, and which are not" {
	run -0 tamalloc alloc 100M --touch 10M --compare --json
	rows_say '.[0].methods | map(.method) ==
		["tamalloc", "mmap", "malloc", "calloc", "populate"]'
	rows_say --argjson lag "$(lag_here)" '.[0].methods[:4] | all(.[];
		.used_reserved <= 65536 and .minor_faults >= 2560 and
		(.used_touched - 10485760 | . >= -$lag - 65536 and . <= 65536))'
	rows_say --argjson lag "$(lag_here)" '.[0].methods[4] |
		.used_reserved >= 104857600 - $lag - 65536 and .minor_faults <= 16'
	rows_say '.[0].methods | all(.[]; .source == "syscall")'
	run -1 --separate-stderr tamalloc alloc 100G --compare
	[[ $stderr == "tamalloc: MAP_POPULATE would use 100.4G at once, "* ]]
	[[ -z $output ]]
}

@test "alloc: SIGINT frees, and leaves no half a picture" {
	cd "$BATS_TEST_TMPDIR"
	env --default-signal=INT "$TAMALLOC" alloc --source=syscall 100M \
		--touch 10M --interval 60 --plot a.svg >rows 3>&- &
	pid=$!
	started+=("$pid")
	for ((i = 0; i < 300; i++)); do
		! grep -q touched rows || break
		sleep 0.1
	done
	kill -INT "$pid"
	status=0
	wait "$pid" || status=$?
	[[ $status -eq 130 ]]
	[[ $(ls) == rows ]]
	run -0 tamalloc alloc 100M --touch 10M --plot a.svg
	grep -q '</svg>' a.svg
}

@test "alloc: what the address space can't hold is refused" {
	run -1 --separate-stderr tamalloc alloc 127T
	[[ -z $output ]]
	[[ $stderr == "tamalloc: cannot reserve 127T: "* ]]
}

@test "alloc: ulimit -v refuses" {
	# shellcheck disable=SC2016 # $1 is the shell's own
	run -1 --separate-stderr bash -c \
		'ulimit -v 65536 && exec "$1" alloc --source=syscall 100M' \
		bash "$TAMALLOC"
	[[ $stderr == "tamalloc: cannot reserve 100M: "* ]]
}

@test "proc: equals /proc/PID/status of a holding process" {
	hold 100M --touch 10M
	run -0 tamalloc proc "$pid" --json
	[[ $(json '.processes[0].pid') == "$pid" ]]
	[[ $(json '.processes[0].reserved') == "$(status_bytes "$pid" VmSize)" ]]
	[[ $(json '.processes[0].used') == "$(status_bytes "$pid" VmRSS)" ]]
	[[ $(json '.processes[0].reserved') -ge $((100 << 20)) ]]
	[[ $(json '.processes[0].source') == syscall ]]
}

@test "proc: shows the adjustment and the score, each under its name" {
	hold 100M --touch 10M
	echo 321 >"/proc/$pid/oom_score_adj"
	run -0 tamalloc proc "$pid" --json
	[[ $(json '.processes[0].oom_score_adj') == 321 ]]
	[[ $(json '.processes[0].oom_score') == "$(< "/proc/$pid/oom_score")" ]]
	[[ $(< "/proc/$pid/oom_score") -ne 321 ]]
}

@test "proc: a process that is gone" {
	sleep 0 &
	gone=$!
	wait "$gone"
	run -1 --separate-stderr tamalloc proc "$gone"
	[[ $stderr == "tamalloc: $gone: no such process" ]]
}

@test "proc: one that is gone among others" {
	hold 100M --touch 10M
	sleep 0 &
	gone=$!
	wait "$gone"
	run -64 --separate-stderr tamalloc proc "$gone" "$pid" --json
	[[ $(json '[.processes[] | .pid, .status] | @csv') == "$gone,\"gone\",$pid,\"ok\"" ]]
	[[ $stderr == "tamalloc: $gone: no such process" ]]
}

@test "proc: a kernel thread" {
	run -1 --separate-stderr tamalloc proc 2
	[[ $stderr == "tamalloc: 2: no memory of its own: "* ]]
}

@test "proc: a zombie" {
	# The shell that execs never waits for its child.
	bash -c 'sleep 0 & echo $! >"$1"; exec sleep 300' bash \
		"$BATS_TEST_TMPDIR/zombie" 3>&- &
	started+=("$!")
	for ((i = 0; i < 300; i++)); do
		zombie=$(cat "$BATS_TEST_TMPDIR/zombie" || true)
		if grep -q '^State:.Z' "/proc/$zombie/status"; then
			break
		fi
		sleep 0.1
	done
	run -1 --separate-stderr tamalloc proc "$zombie"
	[[ $stderr == "tamalloc: $zombie: no memory of its own: "* ]]
}

as_nobody() {
	setpriv --reuid 65534 --clear-groups --bounding-set -all "$@"
}

restricted() { # LEVEL ARGUMENT...
	local status=0
	echo "$1" >/proc/sys/vm/tamalloc_restrict
	as_nobody "$TAMALLOC" proc --source=syscall "${@:2}" || status=$?
	echo 0 >/proc/sys/vm/tamalloc_restrict
	return "$status"
}

@test "proc: vm.tamalloc_restrict denies and hides, and the source stays" {
	run -1 --separate-stderr restricted 1 1 --json
	[[ $(json '.processes[0] | [.status, .source, .used] | @csv') == '"denied","syscall",' ]]
	[[ $stderr == "tamalloc: 1: not permitted: "* ]]
	run -1 --separate-stderr restricted 2 1 --json
	[[ $(json '.processes[0].status') == gone ]]
	[[ $stderr == "tamalloc: 1: no such process" ]]
}

@test "proc --all: denied, not gone and not 0, and no kernel threads" {
	run -0 --separate-stderr restricted 1 --all --json
	[[ -z $stderr ]]
	[[ $(json '.processes[] | select(.pid == 1).status') == denied ]]
	# Of all others it sees none but itself.
	[[ $(json '[.processes[] | select(.status == "ok").command] | @csv') == '"tamalloc"' ]]
	[[ -z $(json '.processes[] | select(.pid == 2)') ]]
	run -0 --separate-stderr restricted 2 --all -rno COMMAND
	[[ $output == tamalloc ]]
	[[ $stderr == "tamalloc: not all processes are shown: "* ]]
}

# Prints the IDs of processes that have memory according to /proc.
with_memory() {
	grep -lv '^0 0 ' /proc/[0-9]*/statm 2>"$BATS_TEST_TMPDIR/vanished" |
		cut -d/ -f3 | sort
}

@test "proc --all: those that have memory" {
	hold 1M
	with_memory >"$BATS_TEST_TMPDIR/before"
	run -0 tamalloc proc --all -rno PID,STATUS
	with_memory >"$BATS_TEST_TMPDIR/after"
	run ! grep -v ' ok$' <<<"$output"
	run -0 tamalloc proc --all -rno PID
	# Those that were there all the time are there.
	sort <<<"$output" >"$BATS_TEST_TMPDIR/shown"
	comm -12 "$BATS_TEST_TMPDIR/before" "$BATS_TEST_TMPDIR/after" >"$BATS_TEST_TMPDIR/lived"
	[[ -z $(comm -13 "$BATS_TEST_TMPDIR/shown" "$BATS_TEST_TMPDIR/lived") ]]
	[[ $(wc -l <"$BATS_TEST_TMPDIR/lived") -gt 3 ]]
	# Of the others there is at most what the test runs itself.
	[[ $(comm -23 "$BATS_TEST_TMPDIR/shown" "$BATS_TEST_TMPDIR/lived" | wc -l) -le 4 ]]
	grep -qx "$pid" "$BATS_TEST_TMPDIR/shown"
	run ! grep -qx 2 "$BATS_TEST_TMPDIR/shown"
}

@test "proc --top: the largest first" {
	hold 200M --touch 200M
	run -0 tamalloc proc --top 1 -rno PID,COMMAND,USER
	[[ $output == "$pid tamalloc root" ]]
	run -0 tamalloc proc --name '^tamalloc$' --user root --sort=-used -rno PID
	[[ ${lines[0]} == "$pid" ]]
	run -0 tamalloc proc --name '^tamalloc$' --user nobody -n
	[[ -z $output ]]
}

@test "proc --watch: what a process has got since the last sample" {
	mkfifo "$BATS_TEST_TMPDIR/go"
	bash -c 'read -r; x=$(head -c 20M /dev/zero | tr "\0" x); read -r' \
		<> "$BATS_TEST_TMPDIR/go" 3>&- &
	started+=("$!")
	env --default-signal=INT \
		"$TAMALLOC" proc --source=syscall --watch=0.1 "$!" --json \
		>"$BATS_TEST_TMPDIR/lines" 3>&- &
	watcher=$!
	started+=("$watcher")
	until [[ -s $BATS_TEST_TMPDIR/lines ]]; do sleep 0.1; done
	echo >"$BATS_TEST_TMPDIR/go"
	for ((i = 0; i < 300; i++)); do
		grown=$(jq -s 'map(.used_diff // 0 | select(. > 0)) | add // 0' \
			"$BATS_TEST_TMPDIR/lines" || echo 0)
		[[ $grown -lt $((19 << 20)) ]] || break
		sleep 0.1
	done
	[[ $grown -ge $((19 << 20)) ]]
	kill -INT "$watcher"
	wait "$watcher"
}

in_namespace() {
	unshare --pid --fork --mount-proc "$TAMALLOC" "$@" --source=syscall
}

@test "proc: PIDs of another namespace are gone, and --all has none of them" {
	hold 1M
	run -1 --separate-stderr in_namespace proc "$pid"
	[[ $stderr == "tamalloc: $pid: no such process" ]]
	run -0 in_namespace proc --all -rno PID,COMMAND,STATUS
	[[ $output == "1 tamalloc ok" ]]
	run -0 in_namespace global -rno PROCESSES
	[[ $output == 1 ]]
}

@test "proc: /proc of another PID namespace is not believed" {
	run -1 --separate-stderr unshare --pid --fork "$TAMALLOC" proc --all
	[[ $stderr == *" need /proc, which is not mounted here, "* ]]
	run -0 unshare --pid --fork "$TAMALLOC" proc 1 -rno PID,COMMAND,OOM_SCORE,STATUS
	[[ $output == "1 - - ok" ]]
}

hidden() { # ARGUMENT...
	# The group 0 would see all.
	# shellcheck disable=SC2016 # $@ is the shell's own
	unshare --mount bash -c 'mount -t proc -o hidepid=2 proc /proc &&
		exec setpriv --reuid 65534 --regid 65534 --clear-groups "$@"' \
		bash "$TAMALLOC" "$@" --source=syscall
}

@test "proc: hidepid=2 hides from --all, and not from the system call" {
	run -0 --separate-stderr hidden proc --all -rno COMMAND,STATUS
	[[ $output == "tamalloc ok" ]]
	[[ $stderr == *": not all processes are shown: some are hidden from this user" ]]
	# Whom it asks about is the kernel's business alone: vm.tamalloc_restrict.
	run -0 hidden proc 1 -rno PID,COMMAND,OOM_SCORE,STATUS
	[[ $output == "1 - - ok" ]]
	# The sums are of all, so those that /proc shows are not their number.
	run -0 --separate-stderr hidden global -rno PROCESSES
	[[ $output == - && $stderr == *": their number is unknown, but the sums include them" ]]
}

without_proc() { # ARGUMENT...
	unshare --mount bash -c 'mount -t tmpfs none /proc && exec "$@"' \
		bash "$TAMALLOC" "$@" --source=syscall
}

@test "proc and global without /proc" {
	hold 100M
	run -0 without_proc proc "$pid" -rno PID,USER,COMMAND,OOM_SCORE,STATUS
	[[ $output == "$pid - - - ok" ]]
	run -0 without_proc global -rno OVERCOMMIT,PROCESSES
	[[ $output == "- -" ]]
	run -1 --separate-stderr without_proc proc --all
	[[ $stderr == *" need /proc, which is not mounted here, "* ]]
}

@test "proc: thousands of PIDs" {
	hold 1M
	mapfile -t pids < <(yes "$pid" | head -n 20000)
	run -0 tamalloc proc -rno PID "${pids[@]}"
	[[ ${#lines[@]} -eq 20000 ]]
}

@test "global: equals the sum over /proc" {
	for ((i = 0; i < 20; i++)); do
		before="$(proc_sum 1) $(proc_sum 2)"
		run -0 tamalloc global --json
		[[ $before != "$(proc_sum 1) $(proc_sum 2)" ]] || break
	done
	[[ $i -lt 20 ]]
	# The command counts itself, and cat(1) counted itself: a few MiB.
	read -r reserved used <<<"$before"
	difference=$(($(json '.global[0].reserved') / 1048576 - reserved))
	[[ ${difference#-} -le 8 ]]
	difference=$(($(json '.global[0].used') / 1048576 - used))
	[[ ${difference#-} -le 8 ]]
	[[ $(json '.global[0].resolution') == 1048576 ]]
}

@test "global: the machine's memory, and how many processes there are" {
	run -0 tamalloc global --json -o ram,swap,overcommit,processes
	[[ $(json '.global[0].ram') == "$(awk '/^MemTotal/ { print $2 * 1024 }' /proc/meminfo)" ]]
	[[ $(json '.global[0].swap') == "$(awk '/^SwapTotal/ { print $2 * 1024 }' /proc/meminfo)" ]]
	[[ $(json '.global[0].overcommit') == heuristic ]]
	counted=$(json '.global[0].processes')
	run -0 tamalloc proc --all -rno PID
	# As many, but for what the test itself runs.
	difference=$((counted - ${#lines[@]}))
	[[ ${difference#-} -le 2 ]]
	for policy in 1:always 2:never 0:heuristic; do
		echo "${policy%:*}" >/proc/sys/vm/overcommit_memory
		run -0 tamalloc global -rno OVERCOMMIT
		[[ $output == "${policy#*:}" ]]
	done
}

@test "global: grows by what another process holds" {
	run -0 tamalloc global --json
	before=$(json '.global[0].reserved')
	hold 64G
	run -0 tamalloc global --json
	[[ $((($(json '.global[0].reserved') - before) >>30)) -eq 64 ]]
}

@test "hold: SIGTERM frees and ends well" {
	hold 100M --touch 10M
	kill -TERM "$pid"
	wait "$pid"
	run -1 --separate-stderr tamalloc proc "$pid"
	[[ $stderr == "tamalloc: $pid: no such process" ]]
}
