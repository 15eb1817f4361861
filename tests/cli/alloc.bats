#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# tamalloc alloc, but for --hold

load common

@test "three stages: only what is touched is used" {
	run_expecting 0 tamalloc alloc 100M --touch 10M
	is_golden alloc < <(normalise <<<"$output")
	[[ -z $stderr ]]
}

@test "nothing is touched by default, or with --touch 0" {
	for arguments in "" "--touch=0" "--touch 0 --verify"; do
		# shellcheck disable=SC2086 # words
		run_expecting 0 tamalloc alloc 100M --json $arguments
		jq -e '.stages | .[1].used == .[0].used and
		       .[2].used == .[0].used and .[2].touched == 0' \
		       <<<"$output"
	done
}

@test "--verify, --bytes and --noheadings" {
	run_expecting 0 tamalloc alloc 100M --touch 10M --verify -b -n
	# The headings that it leaves out count for the columns' width in util-linux 2.38.
	is_golden alloc-bytes < <(normalise <<<"$output" | words)
}

# bats test_tags=real
@test "--json" {
	run_expecting 0 tamalloc alloc 100M --touch 10M --verify --json
	is_golden alloc.json < <(normalise <<<"$output")
	# What programs that were written for the first version look at.
	jq -e '.stages | map(.stage) == ["before", "reserved", "touched"]' \
		<<<"$output"
	jq -e '.stages | all(.[]; [.pid, .reserved, .used, .used_percent,
	       .size, .touched] | all(.[]; type == "number"))' <<<"$output"
}

@test "a part of a page is a page" {
	run_expecting 0 tamalloc alloc 4097 --touch 4097 --verify --json
	jq -e '.stages | .[2].reserved - .[0].reserved == 8192 and
	       .[2].used - .[0].used == 8192 and .[0].size == 4097' <<<"$output"
	run_expecting 0 tamalloc alloc 1 --touch 1 --verify
}

@test "--verify finds the byte that is not zero" {
	for offset in 0 1 4095 4096 20000 1048575; do
		FAKE_DIRTY=$offset run_expecting 1 tamalloc alloc 2M \
			--touch 1M --verify
		[[ -z $output ]]
		[[ $stderr == "tamalloc: offset $offset: byte is 0x78, not zero" ]]
	done
}

@test "--verify finds it in a page that has nothing else" {
	FAKE_DIRTY=0 run_expecting 1 tamalloc alloc 1 --touch 1 --verify
	[[ $stderr == "tamalloc: offset 0: byte is 0x78, not zero" ]]
}

@test "--verify reads no more than --touch, and nothing without it" {
	FAKE_DIRTY=1048576 run_expecting 0 tamalloc alloc 2M --touch 1M --verify
	FAKE_DIRTY=4097 run_expecting 0 tamalloc alloc 8K --touch 4097 --verify
	FAKE_DIRTY=0 run_expecting 0 tamalloc alloc 2M --touch 1M
	refused "--verify does nothing without --touch" alloc 2M --verify
}

@test "sizes" {
	while read -r text bytes; do
		run_expecting 0 tamalloc alloc "$text" --source=procfs --json
		[[ $(jq '.stages[0].size' <<<"$output") == "$bytes" ]]
	done <<-EOF
		1 1
		5000 5000
		512B 512
		1K 1024
		1k 1024
		1KiB 1024
		1kib 1024
		1KB 1000
		1kb 1000
		007M 7340032
		3M 3145728
		3MiB 3145728
		3MB 3000000
		2G 2147483648
		2GB 2000000000
		1T 1099511627776
		1TiB 1099511627776
		1tb 1000000000000
		1.5G 1610612736
		0.1K 102
		2.000M 2097152
		1.5kB 1500
		0.000000001T 1099
	EOF
}

@test "sizes that are refused" {
	for size in x M 1X 1.5 1.5B 1.G .5G 1.5.5G 1,5G "1 M" " 1M" +1M 0x10 1Mi 1MiBx 1MBB 1iB \
		    1BB "" "1M "; do
		refused "$size: not a size (a number and a unit, as in 100M or 1.5G)" \
			alloc "$size"
		refused "$size: not a size (a number and a unit, as in 100M or 1.5G)" \
			alloc 1M --touch="$size"
	done
	refused "0: nothing to reserve" alloc 0
	refused "0K: nothing to reserve" alloc 0K
	refused "-1M: negative" alloc -- -1M
	refused "-1M: negative" alloc 2M --touch -1M
	refused "-1...: a negative number" alloc -1M
}

@test "sizes are shown as a person rounds them" {
	while read -r kib shown; do
		FAKE_PROCESSES="1:$kib:1:0:0" run_expecting 0 tamalloc proc 1 \
			-no RESERVED
		[[ $(words <<<"$output") == "$shown" ]]
	done <<-EOF
		1023 1023K
		1048524 1023.9M
		1048525 1G
		1048575 1G
		1048576 1G
		1073741823 1T
		1536 1.5M
	EOF
}

@test "sizes beyond the address space" {
	for size in 128T 140737488351233 1P 15E 16E 20E 1e 18446744073709551615 \
		    18446744073709551616 99999999999999999999999 18EB; do
		refused "$size: beyond the address space (128T less a page)" \
			alloc "$size"
	done
	FAKE_RESERVE=ENOMEM run_expecting 1 tamalloc alloc 140737488351232
	[[ $stderr == "tamalloc: cannot reserve 128T: "* ]]
}

@test "--touch in percent" {
	for percent in 0:0 1:10240 10:102400 33:337920 100:1024000; do
		run_expecting 0 tamalloc alloc 1000K --json \
			--touch="${percent%:*}%"
		[[ $(jq '.stages[2].touched' <<<"$output") == "${percent#*:}" ]]
	done
	for percent in 101% 200% 99999999999999999999%; do
		refused "$percent: more than all of it" \
			alloc 1M --touch="$percent"
	done
	for percent in % 1.5% -1% +1% 10%% "10 %" x%; do
		run_expecting 2 tamalloc alloc 1M --touch="$percent"
		[[ $stderr == "tamalloc: $percent: "* ]]
	done
}

@test "a kernel that counts late is said to, where it shows" {
	late="tamalloc: used lags by up to 264K: this kernel adds up a thread's page faults in batches"
	export FAKE_LAG=264
	for release in 6.1.0-44-amd64 5.10.0 4.19; do
		FAKE_RELEASE=$release run_expecting 0 tamalloc alloc 2M --touch 1M
		[[ $stderr == "$late" ]]
		FAKE_RELEASE=$release run_expecting 0 tamalloc alloc 2M \
			--touch 1M --json
		[[ -z $stderr ]]
		jq -e '.stages | all(.[]; .lag == 270336)' <<<"$output"
	done
	for release in 6.2.0 6.12.0 7.0 10.1 weird; do
		FAKE_RELEASE=$release run_expecting 0 tamalloc alloc 2M --touch 1M
		[[ -z $stderr ]]
		FAKE_RELEASE=$release run_expecting 0 tamalloc alloc 2M \
			--touch 1M --json
		jq -e '.stages | all(.[]; .lag == 0)' <<<"$output"
	done
	export FAKE_RELEASE=6.1.0
	# What lags by more, or not at all, has another reason.
	for lag in 0 268; do
		FAKE_LAG=$lag run_expecting 0 tamalloc alloc 2M --touch 1M
		[[ -z $stderr ]]
	done
	run_expecting 0 tamalloc alloc 2M --touch 1M --read
	[[ -z $stderr ]]
	unset FAKE_LAG
	# A row before the last is enough.
	FAKE_PROCESSES="*:3000:2000:66:0/3000:2000:66:0/3000:2000:66:0"
	FAKE_PROCESSES+="/4024:2000:49:0/4024:2000:49:0/4024:2064:51:0"
	export FAKE_PROCESSES
	run_expecting 0 tamalloc alloc 1M --touch 64K --step 32K
	[[ $stderr == "$late" ]]
}

@test "misuse" {
	refused "SIZE is missing" alloc
	refused "2M: unexpected" alloc 1M 2M
	refused "--touch is more than SIZE" alloc 1M --touch 2M
	refused "--touch is more than SIZE" alloc 4095 --touch 4096
	refused "option '--touch' requires an argument" alloc 1M --touch
	for seconds in x 1s -1 1e3 inf nan 0x1 1,5 . ""; do
		refused "$seconds: not a number of seconds" \
			alloc 1M --hold="$seconds"
	done
	refused "--hold 5: write --hold=5" alloc 1M --hold 5
	run_expecting 0 tamalloc alloc --hold=0 1M
	refused "2147483648: too many seconds" alloc 1M --hold=2147483648
}

# bats test_tags=real
@test "what cannot be reserved" {
	FAKE_RESERVE=ENOMEM run_expecting 1 tamalloc alloc 10M
	[[ -z $output ]]
	[[ $stderr == "tamalloc: cannot reserve 10M: refused by the address space, ulimit -v or vm.overcommit_memory" ]]
	FAKE_RESERVE=EAGAIN run_expecting 1 tamalloc alloc 10M
	[[ $stderr == "tamalloc: cannot reserve 10M: Resource temporarily unavailable" ]]
	limited() {
		(ulimit -v 1000000 && tamalloc alloc 10G --source=procfs)
	}
	run_expecting 1 limited
	[[ $stderr == "tamalloc: cannot reserve 10G: "* ]]
}

@test "an error of the measuring call is not answered from /proc" {
	for pid_is in EPERM EINVAL; do
		FAKE_PROCESSES="*:$pid_is" run_expecting 1 tamalloc alloc 1M
		[[ $stderr == "tamalloc: cannot measure this process: "* ]]
	done
}
