#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What debian/sbom leaves beside the packages: a bill of materials, and what scanners ask.

# Set by set_names; and in single quotes, jq's own.
# shellcheck disable=SC2153,SC2016
load ../lib/kernel

setup_file() {
	bats_require_minimum_version 1.5.0
	cd "$BATS_TEST_DIRNAME/../.." || return
	export top=$PWD
	set_names
}

@test "a release has its bill of materials, of the form that SPDX 2.3 asks for" {
	cd "$DIST/$RELEASE"
	check() { jq -e "$@" sbom.spdx.json >/dev/null; }
	check '.spdxVersion == "SPDX-2.3" and .dataLicense == "CC0-1.0" and .SPDXID == "SPDXRef-DOCUMENT"'
	check '.documentNamespace | test("^https://[^#]+$")'
	check '.creationInfo | (.created | fromdate) and (.creators | all(test("^Tool: ")))'
	ids='[.SPDXID, (.packages, .files | .[].SPDXID)]'
	check "$ids | all(test(\"^SPDXRef-[A-Za-z0-9.-]+\$\")) and (unique | length) == length"
	check "$ids as \$ids | [.relationships[] | .spdxElementId, .relatedSpdxElement] - \$ids == []"
	check '.packages | all(.name and .versionInfo and .downloadLocation and .filesAnalyzed == false)'
	# Each package as it is, what it was made from, and by which compiler.
	for deb in *.deb; do
		check --arg name "$(dpkg-deb -f "$deb" Package)" --arg sum "$(sha256sum "$deb" | cut -c -64)" '
			.packages | any(.name == $name and .checksums[0].checksumValue == $sum)'
	done
	for package in "linux=$SRCVER" "gcc=$(dpkg-query -W -f '${Version}' gcc)"; do
		check --arg name "${package%%=*}" --arg version "${package#*=}" '
			.packages | any((.name | startswith($name)) and .versionInfo == $version)'
	done
	check --arg image "SPDXRef-Package-linux-image-${RELEASE//+/-}" '
		[.relationships[] | select(.relatedSpdxElement == $image) | .relationshipType] |
			index("PATCH_APPLIED") and index("BUILD_DEPENDENCY_OF")'
	while read -r patch; do
		file=kernel/patches/$KERNEL/$patch
		check --arg file "./$file" --arg sum "$(sha256sum "$top/$file" | cut -c -64)" '
			.files | any(.fileName == $file and .checksums[0].checksumValue == $sum)'
	done <"$top/kernel/patches/$KERNEL/series"
}

@test "it tells scanners which CVEs Debian has fixed in it, and both files are the same each time" {
	cd "$DIST/$RELEASE"
	check() { jq -e "$@" vex.openvex.json >/dev/null; }
	check '.["@context"] == "https://openvex.dev/ns/v0.2.0" and .["@id"] and .author and .version == 1'
	check '.timestamp | fromdate'
	check '.statements | all(.status == "fixed")'
	check --arg image "pkg:deb/tamalloc/linux-image-${RELEASE//+/%2B}@${VERSION//+/%2B}?arch=amd64" '
		.statements | all(.products == [{"@id": $image}])'
	zcat "/usr/share/doc/linux-source-$KERNEL/changelog.Debian.gz" |
		grep -oE 'CVE-[0-9]{4}-[0-9]{4,}' | sort -u >"$BATS_TEST_TMPDIR/cves"
	[[ $(wc -l <"$BATS_TEST_TMPDIR/cves") -gt 500 ]]
	jq -r '.statements[].vulnerability.name' vex.openvex.json | diff "$BATS_TEST_TMPDIR/cves" -
	mkdir "$BATS_TEST_TMPDIR/$RELEASE"
	cp ./*.deb ./*.buildinfo "$BATS_TEST_TMPDIR/$RELEASE/"
	SOURCE_DATE_EPOCH=$(dpkg-parsechangelog -l "$top/debian/changelog" -S Timestamp)
	export SOURCE_DATE_EPOCH
	"$top/debian/sbom" "$BATS_TEST_TMPDIR/$RELEASE"
	for file in sbom.spdx.json vex.openvex.json; do
		cmp "$file" "$BATS_TEST_TMPDIR/$RELEASE/$file"
	done
	run -1 "$top/debian/sbom" "$BATS_TEST_TMPDIR"
	[[ $output == *": not one .buildinfo" ]]
}
