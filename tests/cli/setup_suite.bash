# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Builds what the tests run.  CLI=FILE names another command than the one in
# O=DIRECTORY, which is build/ unless it is set.

setup_suite() {
	local cli_dir=$BATS_TEST_DIRNAME/../../cli

	O=$(realpath -m "${O:-$BATS_TEST_DIRNAME/../../build}")
	FAKE=$O/tests/fake.so
	make -s -C "$cli_dir" O="$O" >/dev/null
	CLI=$(realpath "${CLI:-$O/cli/tamalloc}")
	mkdir -p "$O/tests"
	"${CC:-cc}" -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror \
		-O2 -shared -fPIC \
		-I "$cli_dir/include" -I "$O/include" -o "$FAKE.$$" \
		"$BATS_TEST_DIRNAME/fake.c"
	mv "$FAKE.$$" "$FAKE"
	# Where a test doesn't say otherwise: the same on every machine.
	FAKE_RELEASE=6.12.0-fake FAKE_THP=$O/tests/thp
	echo 'always [madvise] never' >"$FAKE_THP"
	unset TAMALLOC_SOURCE
	export O FAKE CLI FAKE_RELEASE FAKE_THP
}
