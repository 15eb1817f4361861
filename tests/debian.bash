# shellcheck shell=bash
# For suites that install our packages in a Debian of their own, in a directory.

sudo=()
[ "$(id -u)" = 0 ] || sudo=(sudo)

# What the packages are called; the top Makefile exports the first four.
set_names() {
	export KERNEL=${KERNEL-6.1} FLAVOUR=${FLAVOUR-vm} O=${O-$PWD/build} DIST=${DIST-$PWD/dist}
	export RELEASE OURS VERSION
	RELEASE=$(make -s --no-print-directory -C kernel print-RELEASE)
	OURS=$(dpkg-parsechangelog -S Version)
	VERSION=$(make -s --no-print-directory -C kernel print-SRCVER)+tamalloc$OURS
}

make_debian() { # ROOT [PACKAGE,...]
	"${sudo[@]}" mmdebstrap --quiet --variant=apt ${2:+--include="$2"} bookworm "$1" \
		"${MIRROR:-http://deb.debian.org/debian}" >&2
	"${sudo[@]}" mkdir "$1/share"
}

# Runs standard input as a script in the Debian ROOT, which has DIR in /share.
# What it changes is forgotten where FORGET is set.
in_debian() { # ROOT DIR
	{ echo 'set -eux; export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8'; cat; } |
		"${sudo[@]}" tee "$1/script" >/dev/null
	# shellcheck disable=SC2016 # for the inner shell
	run "${sudo[@]}" unshare --mount --pid --fork sh -ec '
		if [ -n "$3" ]; then
			mount -t tmpfs tmpfs /mnt
			mkdir /mnt/upper /mnt/work
			mount -t overlay -o "lowerdir=$1,upperdir=/mnt/upper,workdir=/mnt/work" overlay "$1"
		fi
		mount --bind "$2" "$1/share"
		mount -t proc proc "$1/proc"
		mount --bind /dev "$1/dev"
		exec chroot "$1" sh /script' - "$1" "$2" "${FORGET-}"
	echo "$output"
}

# Writes into DIR the package FILE as version VERSION.
as_version() { # FILE VERSION DIR
	local tree
	tree=$(mktemp -d)
	dpkg-deb -R "$1" "$tree/deb"
	sed -i "s/^Version: .*/Version: $2/" "$tree/deb/DEBIAN/control"
	dpkg-deb --root-owner-group -Znone -b "$tree/deb" "$3/" >&2
	rm -rf "$tree"
}
