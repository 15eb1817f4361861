# shellcheck shell=bash
# Processes that a script has started as a group of their own.

# Ends process group PGID with SIGTERM and returns when all of it is gone; kills
# after ten seconds what is not.
end_group() { # PGID
	kill -TERM -- "-$1" 2>/dev/null || return 0
	for ((i = 0; i < 100; i++)); do
		kill -0 -- "-$1" 2>/dev/null || return 0
		sleep 0.1
	done
	kill -KILL -- "-$1" 2>/dev/null || :
}
