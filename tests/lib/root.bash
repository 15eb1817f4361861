# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A Debian in a directory, for the suites that need one of their own.

# shellcheck source=tests/lib/kernel.bash
. "${BASH_SOURCE[0]%/*}/kernel.bash"

as_root() { # COMMAND...
	if [[ $(id -u) == 0 ]]; then "$@"; else sudo "$@"; fi
}

# Makes one in ROOT, of the release that packages built here are for; what else is
# said is mmdebstrap's.
make_root() { # ROOT [OPTION]...
	kernel/line sources |
		as_root mmdebstrap --quiet "${@:2}" "$(kernel/line release)" "$1" - >&2
}

# Runs standard input there as root's script, with directory DIR seen at PLACE and
# nothing of this environment.  What it changes is forgotten where FORGET is set.
in_root() { # ROOT DIR PLACE
	{ echo 'set -eux; export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8'; cat; } |
		as_root tee "$1/script" >/dev/null
	# shellcheck disable=SC2016 # for the inner shell
	run as_root unshare --mount --pid --fork sh -ec '
		if test -n "$4"; then
			mount -t tmpfs tmpfs /mnt
			mkdir /mnt/upper /mnt/work
			mount -t overlay overlay "$1" \
				-o "lowerdir=$1,upperdir=/mnt/upper,workdir=/mnt/work"
		fi
		mkdir -p "$1/$3"
		mount --bind "$2" "$1/$3"
		mount -t proc proc "$1/proc"
		# Not that of the host, for root installs packages here.
		mount -t tmpfs tmpfs "$1/dev"
		cp -a /dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty \
			/dev/fd /dev/stdin /dev/stdout /dev/stderr "$1/dev"
		mkdir -m 1777 "$1/dev/shm"
		exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
			chroot "$1" sh /script' - "$@" "${FORGET-}"
	# shellcheck disable=SC2154 # that of run
	echo "$output"
}

# Builds the source package in DIR in a Debian of its own, in ROOT/build, with its
# Build-Depends alone and as nobody, without a home.
build_source() { # ROOT DIR [VARIABLE=VALUE]...
	make_root "$1" --variant=buildd
	in_root "$1" "$2" source <<-EOF
		${3+export ${*:3}}
		apt-get -qq update
		apt-get -qq -y --no-install-recommends build-dep /source/tamalloc_$OURS.dsc
		if command -v ccache; then exit 9; fi
		install -d -o nobody /build
		cd /build
		setpriv --reuid=nobody --regid=nogroup --clear-groups \
			env HOME=/nonexistent sh -eux -c '
			umask 027
			dpkg-source -x /source/tamalloc_$OURS.dsc elsewhere
			cd elsewhere
			dpkg-buildpackage -b -us -uc'
		test ! -e /nonexistent
	EOF
}

# Writes into DIR the kernel's package FILE, an image or a meta, as if its kernel were of
# release RELEASE and Debian's version VERSION.
as_release() { # FILE RELEASE VERSION DIR
	local tree old from to
	tree=$(mktemp -d)
	dpkg-deb -R "$1" "$tree/deb"
	old=$(sed -nE 's/^(Package|Depends):.*linux-image-([0-9.]+\+tamalloc[^ ]*).*/\2/p' \
		"$tree/deb/DEBIAN/control" | head -n 1)
	find "$tree/deb" -depth -name "*$old*" | while read -r from; do
		to=${from##*/}
		mv "$from" "${from%/*}/${to//"$old"/$2}"
	done
	# Lines and flavours are in the names of metas, too: linux-image-6.1-tamalloc-vm.
	from=$(sed -E 's/^([0-9]+\.[0-9]+).*-(vm|(cloud-|rt-)?amd64)$/\1-tamalloc-\2/' <<<"$old")
	to=$(sed -E 's/^([0-9]+\.[0-9]+).*-(vm|(cloud-|rt-)?amd64)$/\1-tamalloc-\2/' <<<"$2")
	find "$tree/deb/DEBIAN" -type f ! -name md5sums -exec sed -i \
		-e "s/${old//./\\.}/$2/g; s/${from//./\\.}/$to/g; s/^Version: .*/Version: $3/" \
		-e "s/(= [^)]*+tamalloc[^)]*)/(= $3)/; s/\"${old##*-}\" = vm/\"${2##*-}\" = vm/" {} +
	mkdir -p "$4"
	dpkg-deb --root-owner-group -Znone -b "$tree/deb" "$4/" >&2
	rm -rf "$tree"
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
