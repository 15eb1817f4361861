# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A Debian in a directory, for the suites that need one of their own, and packages as
# later releases would have them.

# shellcheck source=debian/root.bash
. "${BASH_SOURCE[0]%/*}/../../debian/root.bash"
# shellcheck source=tests/lib/kernel.bash
. "${BASH_SOURCE[0]%/*}/kernel.bash"

# Runs standard input there as run_in_root does.
in_root() { # ROOT DIR PLACE
	run run_in_root "$@"
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
		as_nobody '
			dpkg-source -x /source/tamalloc_$OURS.dsc elsewhere
			cd elsewhere
			dpkg-buildpackage -b -us -uc'
	EOF
}

# Serves DIR over http to this host alone, with its process in LOG.pid; prints the URI.
serve() { # DIR LOG
	local i port
	python3 -u -m http.server --bind 127.0.0.1 --directory "$1" 0 >"$2" 2>&1 3>&- &
	echo $! >"$2.pid"
	for ((i = 0; i < 100; i++)); do
		port=$(sed -n 's/^Serving HTTP on .* port \([0-9]*\) .*/\1/p' "$2")
		[[ -z $port ]] || break
		sleep 0.1
	done
	echo "http://127.0.0.1:$port"
}

# A gpg in DIR that signs nothing.
gpg_without_signatures() { # DIR
	mkdir -p "$1"
	cat >"$1/gpg" <<-'EOF'
		#!/bin/sh
		case $* in *--clearsign*) exit 2 ;; esac
		exec /usr/bin/gpg "$@"
	EOF
	chmod +x "$1/gpg"
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
