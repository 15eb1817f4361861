# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# For the suites about make follow: a repository of what is built, and an archive in place
# of Debian's, to which uploads come that are made up.

# RELEASE and its like come from set_names.
# shellcheck disable=SC2153,SC2154
load ../lib/root

prepare_follow() {
	bats_require_minimum_version 1.5.0
	set_names
	export WORK=$BATS_FILE_TMPDIR GNUPGHOME=$BATS_FILE_TMPDIR/gpg SUITE NEWER NEW_RELEASE
	SUITE=$(kernel/line release)
	NEWER=$(upload 1)
	NEW_RELEASE=$(release_of "$NEWER")
	mkdir -m 700 "$GNUPGHOME"
	gpg --batch --quiet --passphrase '' --quick-gen-key 'A user <user@example>' ed25519 sign never
	debian/repo "$WORK/repo" user@ "$DIST/$RELEASE"
	mkdir "$WORK/archive"
	touch "$WORK/archive/Packages"
	echo "deb [trusted=yes] $(serve "$WORK/archive" "$WORK/http") ./" >"$WORK/extra"
	mkdir -p "$WORK/o/follow-$SUITE"
}

end_follow() {
	kill "$(cat "$WORK/http.pid")"
	gpgconf --kill all
	as_root rm -rf --one-file-system "$WORK/o"
}

# Debian's version, N revisions later.
upload() { # N
	local revision=${SRCVER##*-}
	echo "${SRCVER%-*}-$((${revision%%[!0-9]*} + $1))"
}

release_of() { # VERSION
	local ours=${RELEASE#*+tamalloc}
	echo "${RELEASE%%+*}+tamalloc${ours%%.*}.${1##*-}-$FLAVOUR"
}

# Puts into the archive an installed package as VERSION, with FILE for its tarball.
repack() { # PACKAGE VERSION [FILE]
	local tree=$BATS_TEST_TMPDIR/repack
	mkdir -p "$tree/DEBIAN"
	dpkg-query -L "$1" | while read -r file; do
		[[ ! -f "$file" ]] || echo "$file"
	done | tar -c -P -T - 2>/dev/null | tar -x -C "$tree"
	[[ -z "${3-}" ]] || cp "$3" "$tree/usr/src/$1.tar.xz"
	dpkg-query -s "$1" | sed "/^Status:/d; s/^Version: .*/Version: $2/" >"$tree/DEBIAN/control"
	dpkg-deb --root-owner-group -Znone -b "$tree" "$WORK/archive" >&2
	rm -rf "$tree"
}

archive() { # VERSION [FILE]: of Debian's kernel, instead of what was there
	rm -f "$WORK/archive"/*.deb
	repack "linux-source-$KERNEL" "$1" "${@:2}"
	repack "linux-config-$KERNEL" "$1"
	(cd "$WORK/archive" && apt-ftparchive packages . >Packages)
}

follow() { # [VARIABLE=VALUE]...
	as_root env GNUPGHOME="$GNUPGHOME" KERNELS="$KERNEL-$FLAVOUR" REPO="$WORK/repo" REPO_KEY=user@ \
		O="$WORK/o" EXTRA_SOURCES="$WORK/extra" CCACHE_DIR="$(ccache -k cache_dir)" \
		MIRROR="${MIRROR-}" SECURITY_MIRROR="${SECURITY_MIRROR-}" "$@" "${CHECKOUT-$PWD}/debian/follow"
}

state() { # of the repository, to the byte and the second
	find "$WORK/repo" -printf '%p %y %m %T@ %s\n' | sort
	find "$WORK/repo" -type f -exec sha256sum {} + | sort
	find "$WORK" -maxdepth 1 -name 'repo*'
}

# It failed, at a step, in one line that says where to read more; and changed nothing.
failed_at() { # STATUS WORDS
	echo "$output"
	[[ "$status" -eq "$1" ]]
	[[ "$(grep -c '^debian/follow: ' <<<"$output")" -eq 1 ]]
	line=$(grep '^debian/follow: ' <<<"$output")
	[[ $line == *"$2; "*" as it was; see "* ]]
	[[ -s "${line##* see }" ]] || { cat "${line##* see }" && false; }
	state | diff "$BATS_TEST_TMPDIR/state" -
	nothing_runs
}

# The processes that have TEXT on their command line, or in such a FILE of theirs.
mentioning() { # TEXT [FILE]
	echo "$1" >"$BATS_TEST_TMPDIR/text"
	grep -alsFf "$BATS_TEST_TMPDIR/text" /proc/[0-9]*/cmdline ${2:+/proc/[0-9]*/"$2"} || :
}

nothing_runs() {
	# A namespace takes a moment to end.
	for ((i = 0; i < 50; i++)); do
		running=$(mentioning "$WORK/o" mountinfo)
		[[ -n "$running" ]] || break
		sleep 0.2
	done
	echo "$running"
	[[ -z "$running" ]]
	run ! grep -F "$WORK/o" <(losetup --list --noheadings --output BACK-FILE)
}
