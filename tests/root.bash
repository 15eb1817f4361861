# shellcheck shell=bash
# A Debian in a directory, for the suites that need one of their own.

as_root() { # COMMAND...
	if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# Makes one in ROOT; what else is said is mmdebstrap's.
make_root() { # ROOT [OPTION]...
	local mirror=${MIRROR:-http://deb.debian.org/debian}
	as_root mmdebstrap --quiet "${@:2}" bookworm "$1" "deb $mirror bookworm main" \
		"deb $mirror bookworm-updates main" \
		"deb ${SECURITY_MIRROR:-http://deb.debian.org/debian-security} bookworm-security main" >&2
}

# Runs standard input there as root's script, with directory DIR seen at PLACE.
in_root() { # ROOT DIR PLACE
	{ echo 'set -eux; export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8'; cat; } |
		as_root tee "$1/script" >/dev/null
	# shellcheck disable=SC2016 # for the inner shell
	run as_root unshare --mount --pid --fork sh -c '
		mkdir -p "$1/$3"
		mount --bind "$2" "$1/$3"
		mount -t proc proc "$1/proc"
		mount --bind /dev "$1/dev"
		exec chroot "$1" sh /script' - "$@"
	# shellcheck disable=SC2154 # that of run
	echo "$output"
}
