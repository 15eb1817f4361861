#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What one does with the metrics in Prometheus: rules and alerts.

load common

setup() {
	rules=$top/cli/prometheus/tamalloc.rules.yml
	cp "$rules" "$BATS_TEST_DIRNAME/rules.yml" "$BATS_TEST_TMPDIR"
	cd "$BATS_TEST_TMPDIR" || return
}

@test "promtool finds no fault with the rules, which fire when they should" {
	run_expecting 0 promtool check rules tamalloc.rules.yml
	run_expecting 0 promtool test rules rules.yml
	# Each alert has a case in which it fires.
	mapfile -t alerts < <(sed -n 's/.* alert: //p' tamalloc.rules.yml)
	(( ${#alerts[@]} >= 4 ))
	for alert in "${alerts[@]}"; do
		grep -A 3 "alertname: $alert" rules.yml | grep -q exp_alerts
	done
}

@test "the rules' tests notice a rule that is wrong" {
	for change in 's/> 10$/> 100/' 's/> 0.95/> 0.99/' 's/> 120$/> 12000/' \
			's/4 \* 3600/4/' 's/ + tamalloc_swap_bytes//'; do
		sed "$change" "$rules" >tamalloc.rules.yml
		run ! diff -q "$rules" tamalloc.rules.yml
		run ! promtool test rules rules.yml
	done
}

@test "the rules use only metrics that there are" {
	export FAKE_GLOBAL="2560 612"
	fake_overcommit 0
	fake_process 1 1 1
	fake_meminfo MemTotal=1048576 MemAvailable=524288 SwapTotal=65536 \
		CommitLimit=300000 Committed_AS=400000
	tamalloc global --openmetrics | sed -n 's/^# TYPE \([^ ]*\) .*/\1/p' \
		>metrics
	grep -oE '\btamalloc_[a-z_]+' "$rules" | sort -u |
		grep -vxE 'tamalloc_(reserved|used)' >used
	(( $(wc -l <used) >= 7 ))
	run grep -vxFf metrics used
	[[ -z $output ]]
}
