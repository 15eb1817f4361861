#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# --openmetrics: what Prometheus and a parser of OpenMetrics make of it.

load common

setup() {
	export FAKE_GLOBAL="2560 612"
	fake_four_processes
	fake_overcommit 0
}

# Prints "NAME{LABEL=VALUE...} VALUE" for each sample of a file, as a parser of
# OpenMetrics and one of Prometheus' format read them; labels as JSON.
parsed() {
	/usr/bin/python3 - "$1" <<-'EOF'
		import json, sys
		from prometheus_client import parser
		from prometheus_client.openmetrics import parser as openmetrics
		def samples(parse):
		    with open(sys.argv[1], newline="\n", encoding="utf-8") as file:
		        for family in parse(file.read()):
		            assert family.documentation, family
		            for name, labels, value, *rest in family.samples:
		                yield f"{name} {json.dumps(labels, sort_keys=True)} {value:.0f}"
		ours = list(samples(openmetrics.text_string_to_metric_families))
		assert ours == list(samples(parser.text_string_to_metric_families))
		print("\n".join(ours))
	EOF
}

# The samples of tamalloc ARGUMENT..., which promtool finds no fault with.
metrics_of() {
	tamalloc "$@" --openmetrics >"$BATS_TEST_TMPDIR/metrics" || return
	run --separate-stderr promtool check metrics \
		<"$BATS_TEST_TMPDIR/metrics"
	if [[ $status -ne 0 || -n $output || -n $stderr ]]; then
		echo "promtool: $output $stderr"
		return 1
	fi
	parsed "$BATS_TEST_TMPDIR/metrics"
}

@test "global: the figures of JSON, in bytes" {
	metrics_of global >"$BATS_TEST_TMPDIR/samples"
	version=$(tamalloc --version)
	grep -Fx "tamalloc_info {\"source\": \"syscall\", \"version\": \"${version#* }\"} 1" "$BATS_TEST_TMPDIR/samples"
	grep -Fx 'tamalloc_overcommit_policy {"policy": "heuristic"} 1' \
		"$BATS_TEST_TMPDIR/samples"
	tamalloc global --json | jq -r '.global[0] | to_entries[] |
		select(.value | type == "number") |
		select(.key | IN("ratio", "ram_percent") | not) |
		.key = (.key | if IN("processes", "hidden") then . else . + "_bytes" end) |
		"tamalloc_\(.key) {} \(.value)"' | sort >"$BATS_TEST_TMPDIR/json"
	(( $(wc -l <"$BATS_TEST_TMPDIR/json") >= 6 ))
	diff "$BATS_TEST_TMPDIR/json" <(grep -F ' {} ' "$BATS_TEST_TMPDIR/samples" | sort)
	grep -qx "tamalloc_reserved_bytes {} $((2560 << 20))" "$BATS_TEST_TMPDIR/json"
	[[ $(head -n 4 "$BATS_TEST_TMPDIR/metrics") == \
"# HELP tamalloc_reserved_bytes reserved memory (VmSize)
# TYPE tamalloc_reserved_bytes gauge
# UNIT tamalloc_reserved_bytes bytes
tamalloc_reserved_bytes $((2560 << 20))" ]]
	[[ $(tail -n 1 "$BATS_TEST_TMPDIR/metrics") == "# EOF" ]]
}

@test "what is unknown is absent" {
	FAKE_PROC=/nonexistent metrics_of global >"$BATS_TEST_TMPDIR/samples"
	grep -q reserved_bytes "$BATS_TEST_TMPDIR/samples"
	run ! grep -E 'policy|processes' "$BATS_TEST_TMPDIR/metrics"
	FAKE_PROCESSES="1:EPERM 2:2:1:50:0" metrics_of proc --all \
		>"$BATS_TEST_TMPDIR/samples"
	[[ $(grep used_bytes "$BATS_TEST_TMPDIR/samples") == \
		'tamalloc_process_used_bytes {"command": "program", "pid": "2"} 1024' ]]
}

@test "global from /proc" {
	metrics_of global --source=procfs >"$BATS_TEST_TMPDIR/samples"
	grep -q 'tamalloc_info {"source": "procfs"' "$BATS_TEST_TMPDIR/samples"
	FAKE_PROBE=ENOSYS run_expecting 0 tamalloc global --openmetrics
	[[ -z $stderr ]]
}

@test "proc: a series for each process, with the labels that are asked for" {
	fake_process 4 1 1 -500 12 database
	export FAKE_PROCESSES="1:100:10:10:0 4:200:20:10:-500"
	[[ $(metrics_of proc 4) == \
'tamalloc_process_reserved_bytes {"command": "database", "pid": "4"} 204800
tamalloc_process_used_bytes {"command": "database", "pid": "4"} 20480
tamalloc_process_oom_score_adj {"command": "database", "pid": "4"} -500
tamalloc_process_oom_score {"command": "database", "pid": "4"} 12' ]]
	[[ $(metrics_of proc -o USED,USER --top 1) == \
'tamalloc_process_used_bytes {"command": "database", "pid": "4", "user": "'"$(id -un)"'"} 20480' ]]
}

@test "proc: no sample comes twice" {
	metrics_of proc 1 2 1 1 2 >"$BATS_TEST_TMPDIR/samples"
	(( $(grep -c used_bytes "$BATS_TEST_TMPDIR/samples") == 2 ))
}

@test "proc: no name breaks the format, or adds a label" {
	local -a names=($'a"b' $'c\\d' $'e\nf' $'g\xffh' $'i\x1b[31mj' 'k",x="l'
		'm{n}' '# EOF' $'\n# EOF\n' 'ñandú' $'\xf0\x9f\x98\x80' $'o\rp'
		'' '-' $'q\\')
	local -a wanted

	FAKE_PROCESSES=
	for i in "${!names[@]}"; do
		fake_process $((i + 10)) 1 1 0 0 "${names[i]}"
		FAKE_PROCESSES+=" $((i + 10)):2:1:50:0"
	done
	export FAKE_PROCESSES
	metrics_of proc -o USED $(seq 10 $((9 + ${#names[@]}))) \
		>"$BATS_TEST_TMPDIR/samples"
	mapfile -t wanted < <(tamalloc proc -J $(seq 10 $((9 + ${#names[@]}))) |
		jq -c '.processes[].command')
	mapfile -t found < <(sed -E 's/^[a-z_]+ (.*) 1024$/\1/' \
		"$BATS_TEST_TMPDIR/samples" | jq -c .command)
	(( ${#found[@]} == ${#names[@]} ))
	[[ ${found[*]} == "${wanted[*]}" ]]
}

@test "no processes at all: an empty exposition" {
	[[ -z $(metrics_of proc --name nothing | tr -d '\n') ]]
	[[ $(<"$BATS_TEST_TMPDIR/metrics") == "# EOF" ]]
}

@test "misuse" {
	for command in global "proc 1"; do
		for option in json raw watch; do
			# shellcheck disable=SC2086 # words
			refused "--openmetrics and --$option exclude each other" \
				$command --openmetrics --$option
		done
		# shellcheck disable=SC2086 # words
		refused "--openmetrics and --count exclude each other" \
			$command --openmetrics --count=2
	done
	run_expecting 2 tamalloc alloc 1M --openmetrics
}
