# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What every test file loads.

bats_require_minimum_version 1.5.0
golden=$BATS_TEST_DIRNAME/golden
top=$(realpath "$BATS_TEST_DIRNAME/../..")
# Built for other prefixes: not that which another suite may run now.
installed=$O/tests/installed
lacking='tamalloc: this kernel lacks the tamalloc system calls'
remedy='Install tamalloc-dkms to get them on this kernel, or boot a tamalloc kernel. See tamalloc(7).'
note="$lacking: answering from mmap(2) and /proc"

# The command's files: sources, headers, or both.
files_of() {
	local list

	for list; do
		make -s -C "$top/cli" O="$O" "print-$list" | sed "s|^|$top/cli/|"
	done
}

# Every long option in the source, of all commands.
options_in_source() {
	files_of sources headers | xargs sed -nE \
		's/.*\{ "([a-z-]+)", (no|required|optional)_argument.*/--\1/p' |
		sort -u
}

# The command on a machine whose kernel and /proc the FAKE_ variables describe.
tamalloc() {
	LD_PRELOAD=$FAKE "$CLI" "$@"
}

# run, with stderr apart; then the exit status must be $1.
run_expecting() {
	local expected=$1

	shift
	run --separate-stderr "$@"
	if [[ $status -ne $expected ]]; then
		printf 'status %s, not %s, of: %s\n%s\n%s\n' "$status" \
			"$expected" "$*" "$output" "$stderr"
		return 1
	fi
}

# Misuse: the line $1, perhaps with a hint to --help, and nothing else.
refused() {
	local why=$1

	shift
	run_expecting 2 tamalloc "$@"
	[[ -z $output ]]
	[[ ${stderr_lines[0]} == "tamalloc: $why" ]]
	(( ${#stderr_lines[@]} == 1 )) || is_hint "${stderr_lines[@]:1}"
}

is_hint() {
	[[ $# -eq 1 && $1 =~ ^"Try 'tamalloc "([a-z]+ )?"--help' for more information."$ ]]
}

# Nobody knows the PID, the address, times and scores beforehand.
normalise() {
	sed -E 's/PID [0-9]+/PID NUMBER/; s/"pid": [0-9]+/"pid": NUMBER/
		s/0x[0-9a-f]+/ADDRESS/
		s/[0-9]\.[0-9]{6}/T.IMEIME/
		s/"(fault_ns|oom_score(_before|_after)?)": [0-9]+/"\1": NUMBER/g
		s/^(time a fault +)[0-9.]+ [num]s/\1TIME/
		s/^(oom_score +)[0-9]+ before, [0-9]+ /\1N before, N /'
}

# stdin is the text of a golden file.
is_golden() {
	diff -u "$golden/$1" -
}

# Files of the fake /proc: PID, statm in pages, oom_score_adj, oom_score, comm.
fake_process() {
	local pid=$1 reserved=$2 used=$3 adj=${4:-0} score=${5:-0}
	local command=${6-program}

	export FAKE_PROC=$BATS_TEST_TMPDIR/proc
	mkdir -p "$FAKE_PROC/$pid"
	echo "$reserved $used 0 0 0 0 0" >"$FAKE_PROC/$pid/statm"
	echo "$adj" >"$FAKE_PROC/$pid/oom_score_adj"
	echo "$score" >"$FAKE_PROC/$pid/oom_score"
	printf '%s\n' "$command" >"$FAKE_PROC/$pid/comm"
	fake_start "$pid" 1000
	fake_thread "$pid" "$pid" "$reserved" "$used"
}

# When it started: a number in the middle of a line, after a name of any kind.
fake_start() {
	echo "$1 (a) b) S 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 $2 21 22" \
		>"$FAKE_PROC/$1/stat"
}

fake_thread() {
	mkdir -p "$FAKE_PROC/$1/task/$2"
	echo "$3 $4 0 0 0 0 0" >"$FAKE_PROC/$1/task/$2/statm"
}

# The fake /proc's vm.overcommit_memory.
fake_overcommit() {
	export FAKE_PROC=$BATS_TEST_TMPDIR/proc
	mkdir -p "$FAKE_PROC/sys/vm"
	echo "$1" >"$FAKE_PROC/sys/vm/overcommit_memory"
}

# The fake /proc's meminfo: each NAME=KIB.
fake_meminfo() {
	export FAKE_PROC=$BATS_TEST_TMPDIR/proc
	mkdir -p "$FAKE_PROC"
	printf '%s kB\n' "${@/=/:       }" >"$FAKE_PROC/meminfo"
}

# A fake cgroup file system of version $1, in $groups, in which the command is
# in group $2; the mount begins at $3.  Each FILE=TEXT makes a file there.
fake_cgroup() {
	local version=$1 path=$2 root=$3 file

	shift 3
	groups="$BATS_TEST_TMPDIR/v$version groups"
	export FAKE_PROC=$BATS_TEST_TMPDIR/proc
	mkdir -p "$FAKE_PROC/self"
	case $version in
	1)
		printf '%s\n' "5:cpu,cpuacct:/" "4:name=systemd:/" \
			"3:hugetlb,memory:$path" "0::/elsewhere"
		;;
	2) printf '%s\n' "1:name=systemd:/elsewhere" "0::$path" ;;
	esac >"$FAKE_PROC/self/cgroup"
	{
		echo "20 1 0:1 / / rw shared:1 - ext4 /dev/vda rw"
		echo "31 20 0:2 / /nonexistent rw - cgroup cgroup rw,cpu,cpuacct"
		case $version in
		1) echo "32 20 0:3 $root ${groups// /\\040} rw master:2 - cgroup cgroup rw,hugetlb,memory" ;;
		2) echo "32 20 0:3 $root ${groups// /\\040} rw - cgroup2 cgroup2 rw,nsdelegate" ;;
		esac
	} >"$FAKE_PROC/self/mountinfo"
	for file; do
		mkdir -p "$groups/$(dirname "${file%%=*}")"
		printf '%b\n' "${file#*=}" >"$groups/${file%%=*}"
	done
}

# Makes a cgroup below that of this process, with a memory limit of $1, and
# below it another one, $cgroup, for the command.
make_cgroup() {
	local path parent limit=memory.limit_in_bytes

	need_root
	path=$(awk -F: '$2 ~ /(^|,)memory(,|$)/ { print $3 }' /proc/self/cgroup)
	parent=$(awk '$(NF - 2) == "cgroup" && $NF ~ /(^|,)memory(,|$)/ {
		print $5 }' /proc/self/mountinfo)$path
	if [[ -z $path ]]; then
		# Only the top may have groups and processes.
		parent=$(awk '$(NF - 2) == "cgroup2" { print $5 }' \
			/proc/self/mountinfo)
		limit=memory.max
		grep -qsw memory "$parent/cgroup.subtree_control" ||
			skip "no memory controller for a cgroup"
	fi
	cgroup=$parent/tamalloc-test.$$/inner
	mkdir -p "$cgroup" 2>/dev/null || skip "cannot make a cgroup"
	echo "$1" >"${cgroup%/*}/$limit"
}

remove_cgroup() {
	[[ -z ${cgroup-} ]] || until_true rmdir "$cgroup" "${cgroup%/*}"
}

in_cgroup() {
	(echo "$BASHPID" >"$cgroup/cgroup.procs" && "$@")
}

# Those that the golden sums are of.
fake_four_processes() {
	local pid

	export FAKE_PROCESSES="1:2:1:50:0 2:2:1:50:0 3:2:1:50:0 4:2:1:50:0"
	for pid in 1 2 3 4; do
		fake_process $pid 512 256
	done
}

# stdin without the padding of columns.
words() {
	sed -E 's/ +/ /g; s/^ //'
}

# The page, without its examples, has no table or line of more than 78 columns.
fits_78_columns() {
	run --separate-stderr env LC_ALL=C.UTF-8 MANWIDTH=78 man --warnings \
		-E UTF-8 -l - < <(sed '/^\.EX/,/^\.EE/d' "$1")
	[[ $status -eq 0 && -z $stderr ]]
	(( $(LC_ALL=C.UTF-8 wc -L <<<"$output") <= 78 ))
}

# /proc, mounted with the option $1.
fake_proc_mount() {
	export FAKE_PROC=$BATS_TEST_TMPDIR/proc
	mkdir -p "$FAKE_PROC/self"
	printf '%s\n' "20 1 0:1 / / rw - ext4 /dev/vda rw" \
		"21 20 0:5 / /proc rw,nosuid - proc proc rw${1:+,$1}" \
		>"$FAKE_PROC/self/mountinfo"
	echo "CapEff:	${2:-0000000000000000}" >"$FAKE_PROC/self/status"
}

need_root() {
	[[ $EUID -eq 0 ]] || skip "needs root"
}

# Waits up to ten seconds for a command to succeed.
until_true() {
	local try

	for ((try = 0; try < 100; try++)); do
		"$@" && return
		sleep 0.1
	done
	echo "still not: $*"
	return 1
}
