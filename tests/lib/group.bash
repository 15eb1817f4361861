# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Processes that a script has started as a group of their own.

# Ends process group PGID with SIGTERM, kills after ten seconds what is left of
# it, and returns when all of it is gone.
end_group() { # PGID
	local signal i
	for signal in TERM KILL; do
		kill "-$signal" -- "-$1" 2>/dev/null || return 0
		for ((i = 0; i < 100; i++)); do
			kill -0 -- "-$1" 2>/dev/null || return 0
			sleep 0.1
		done
	done
}
