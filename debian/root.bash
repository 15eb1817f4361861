# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Clean roots: a Debian in a directory, in which packages are built, and tests try
# them.  Sourced by debian/follow and tests/lib/root.bash.

as_root() { # COMMAND...
	if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

kernel_line() { "$(dirname "${BASH_SOURCE[0]}")/../kernel/line" "$@"; }

# Makes one in ROOT, of the release that packages built here are for; what else is
# said is mmdebstrap's, whose own pipes need descriptors of one digit.
make_root() { # ROOT [OPTION]...
	kernel_line sources | as_root mmdebstrap --quiet "${@:2}" "$(kernel_line release)" "$1" - \
		>&2 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-
}

# Runs standard input there as root's script, with directory DIR seen at PLACE and
# nothing of this environment.  What it changes is forgotten where FORGET is set.
# The script may have nobody, who has no home, build something: as_nobody COMMANDS.
run_in_root() { # ROOT DIR PLACE
	{
		cat <<-'EOF'
			set -eux
			export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
			as_nobody() {
				install -d -o nobody /build
				setpriv --reuid=nobody --regid=nogroup --clear-groups \
					env -C /build HOME=/nonexistent sh -eux -c "umask 027; $1"
				test ! -e /nonexistent
			}
		EOF
		cat
	} | as_root tee "$1/script" >/dev/null
	# shellcheck disable=SC2016 # for the inner shell
	as_root unshare --mount --pid --fork --kill-child sh -ec '
		if [ -n "$4" ]; then
			mount -t tmpfs tmpfs /mnt
			mkdir /mnt/upper /mnt/work
			mount -t overlay -o "lowerdir=$1,upperdir=/mnt/upper,workdir=/mnt/work" overlay "$1"
		fi
		mkdir -p "$1/$3"
		mount --bind "$2" "$1/$3"
		mount -t proc proc "$1/proc"
		# Not that of the host, for root installs packages here.
		mount -t tmpfs tmpfs "$1/dev"
		cp -a /dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty \
			/dev/fd /dev/stdin /dev/stdout /dev/stderr "$1/dev"
		mkdir -m 1777 "$1/dev/shm"
		exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root chroot "$1" sh /script' - "$@" "${FORGET-}"
}
