#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What is in the packages, and in the configuration of their kernel.

# shellcheck disable=SC2153 # set_names sets them
load ../lib/kernel
load common

deb() { # package: its file
	case $1 in
	linux-*) echo "$DIST/$RELEASE/$1_${VERSION}_amd64.deb" ;;
	*) echo "$DIST/$RELEASE/$1_${OURS}_amd64.deb" ;;
	esac
}

# What a package would install, below $BATS_TEST_TMPDIR/root, its modules in $DIR there.
unpack() { # package
	DIR=$(kernel_var MODULES)/$RELEASE
	DIR=${DIR#/}
	dpkg-deb -x "$(deb "$1")" "$BATS_TEST_TMPDIR/root"
	cd "$BATS_TEST_TMPDIR/root" || return
}

# An option and its value a line, those that are not set left out.
options() {
	grep ^CONFIG_ | LC_ALL=C sort
}

@test "DKMS gets the module's source, and is told which kernels to leave alone" {
	dpkg-deb -x "$DIST/$RELEASE/tamalloc-dkms_${OURS}_all.deb" "$BATS_TEST_TMPDIR/root"
	make -s -C kernel/module source DIR="$BATS_TEST_TMPDIR/source"
	cd "$BATS_TEST_TMPDIR/root/usr/src/tamalloc-$OURS"
	diff -r --exclude=dkms.conf . "$BATS_TEST_TMPDIR/source"
	# As DKMS reads it, in the eyes of Debian 12's and of a newer one.
	config() { # VERSION VARIABLE
		bash -ec 'v=$1; dpkg-query() { echo "$v"; }; . ./dkms.conf; echo "${!2-}"' - "$@"
	}
	[[ $(config 3.0.10-8+deb12u1 PACKAGE_VERSION) == "$OURS" ]]
	[[ -z $(config 3.0.10-8+deb12u1 BUILD_EXCLUSIVE_CONFIG) ]]
	[[ $(config 3.2.2-1~deb13u2 BUILD_EXCLUSIVE_CONFIG) == *'!CONFIG_TAMALLOC'* ]]
}

@test "Debian's flavours have Debian's configuration but for what is ours" {
	# Facts of the build, and what says that it's ours.
	ours='CC_VERSION_TEXT|PAHOLE_.*'
	ours+='|BUILD_SALT|LOCALVERSION|MODULE_SIG_KEY|SYSTEM_TRUSTED_KEYS|TAMALLOC'
	# What a real-time kernel has by Debian's patch for it alone.
	patched='(ARCH_HAS_)?PREEMPT_(LAZY|BUILD|DYNAMIC)|UNINLINE_SPIN_UNLOCK'
	patched+='|DRM_(I915|DISPLAY_DP_TUNNEL)(_.*)?'
	patched+='|HDMI_LPE_AUDIO|INTEL_MEI_GSC_PROXY|KVM_EXTERNAL_WRITE_TRACKING|VFIO_MDEV'
	for flavour in $(kernel_var DEBIAN_FLAVOURS); do
		make -s --no-print-directory -C kernel FLAVOUR="$flavour" config >/dev/null 2>&1
		obj=$(kernel_var OBJ FLAVOUR="$flavour")
		[[ $(wc -l <"$obj/.config") -gt 3000 ]]
		grep -q ^CONFIG_TAMALLOC=y "$obj/.config"
		grep -q ^CONFIG_MODULES=y "$obj/.config"
		[[ $flavour != rt-amd64 ]] || grep -q ^CONFIG_PREEMPT_RT=y "$obj/.config"
		allowed=$ours
		[[ $flavour != rt-amd64 ]] || allowed+="|$patched"
		xz -dc "$(kernel_var DEBCONF FLAVOUR="$flavour")" |
			options >"$BATS_TEST_TMPDIR/theirs"
		options <"$obj/.config" >"$BATS_TEST_TMPDIR/ours"
		[[ $(wc -l <"$BATS_TEST_TMPDIR/theirs") -gt 1000 ]]
		differ=$(comm -3 "$BATS_TEST_TMPDIR"/{theirs,ours} | tr -d '\t' |
			grep -vE "^CONFIG_($allowed)=" || :)
		echo "$flavour: $differ"
		[[ -z $differ ]]
	done
}

@test "they have types for BPF as Debian's have, unless one says BTF=n" {
	kmake() { make -s --no-print-directory -C kernel FLAVOUR=cloud-amd64 "$@"; }
	kmake config >/dev/null 2>&1
	for option in DEBUG_INFO_BTF DEBUG_INFO_BTF_MODULES DEBUG_INFO_DWARF_TOOLCHAIN_DEFAULT; do
		xz -dc "$(kernel_var DEBCONF FLAVOUR=cloud-amd64)" | grep -qx "CONFIG_$option=y"
		grep -qx "CONFIG_$option=y" "$(kernel_var OBJ FLAVOUR=cloud-amd64)/.config"
	done
	kmake config BTF=n >/dev/null 2>&1
	grep -qx 'CONFIG_DEBUG_INFO_NONE=y' "$(kernel_var OBJ FLAVOUR=cloud-amd64 BTF=n)/.config"
}

@test "what is installed, and not used, does not show in the configuration" {
	kmake() { make -s --no-print-directory -C kernel FLAVOUR=amd64 BTF=n "$@" >/dev/null 2>&1; }
	obj=$(kernel_var OBJ FLAVOUR=amd64 BTF=n)
	kmake config
	cp "$obj/.config" "$BATS_TEST_TMPDIR/before"
	mkdir "$BATS_TEST_TMPDIR/bin"
	unused=(pahole)
	[[ $(kernel_var WITH_RUST FLAVOUR=amd64) ]] || unused+=(rustc bindgen)
	for tool in "${unused[@]}"; do
		printf '#!/bin/sh\necho "v9.99"\n' >"$BATS_TEST_TMPDIR/bin/$tool"
		chmod +x "$BATS_TEST_TMPDIR/bin/$tool"
	done
	rm "$obj/.configured"
	PATH=$BATS_TEST_TMPDIR/bin:$PATH kmake config
	# A wrong one is not for the tests that come after.
	diff -u "$BATS_TEST_TMPDIR/before" "$obj/.config" || { rm "$obj/.configured" && false; }
}

@test "names and versions in the packages follow Debian's upload, with no edit" {
	fake_source "$KERNEL.999-3"
	mkdir "$BATS_TEST_TMPDIR/copy"
	cp -a debian kernel "$BATS_TEST_TMPDIR/copy/"
	cd "$BATS_TEST_TMPDIR/copy"
	debian/gencontrol "$KERNEL" vm
	release=$KERNEL.999+tamalloc1.3-vm
	grep -qx "Package: linux-image-$release" debian/control
	grep -qx "Package: linux-headers-$release" debian/control
	grep -qx "Built-Using: linux (= $KERNEL.999-3)" debian/control
	grep -q "^ *linux-source-$KERNEL (= $KERNEL.999-3) <!pkg.tamalloc.tools>,$" debian/control
	grep -q "^version=$release\$" "debian/linux-image-$release.postinst"
	run ! grep -rn --exclude='*.README.Debian' '@[A-Z_]*@' debian/control debian/linux-*
}

@test "packages of Debian's flavours go with what Debian's go with, each of its line" {
	field() { # package field
		sed -n "/^Package: $1$/,/^$/p" debian/control | sed -n "s/^$2: //p"
	}
	for flavour in $(kernel_var DEBIAN_FLAVOURS) vm; do
		rm -rf "$BATS_TEST_TMPDIR/copy" && mkdir "$BATS_TEST_TMPDIR/copy"
		cp -a "$BATS_TEST_DIRNAME"/../../{debian,kernel} "$BATS_TEST_TMPDIR/copy/"
		cd "$BATS_TEST_TMPDIR/copy"
		debian/gencontrol "$KERNEL" "$flavour"
		run ! grep -rn --exclude='*.README.Debian' '@[A-Z_]*@' debian/control debian/linux-*
		[[ -z $(awk 'length > 80 && /^ /' debian/control | sed '/^ *[a-z0-9.-]* [<(]/d') ]]
		image=linux-image-${RELEASE%-"$FLAVOUR"}-$flavour
		meta=linux-image-$KERNEL-tamalloc-$flavour
		for package in "$meta" "linux-image-tamalloc-$flavour"; do
			[[ $(field "$package" Depends) == "\${misc:Depends}, $image (= \${binary:Version})" ]]
			[[ $(field "$package" Provides) == "$(field "$meta" Provides)" ]]
		done
		source=$(dpkg-query -W -f '${source:Package}' "linux-source-$KERNEL")
		[[ $(field "$image" Built-Using) == "$source (= $SRCVER)" ]]
		# apt knows what Debian's meta of the line provides; vm has none.
		theirs=$(apt-cache show "linux-image-$flavour" "linux-image-$KERNEL-$flavour" 2>/dev/null |
			awk -v RS= -v line="linux-image-$KERNEL." 'index($0, line) { print; exit }' |
			sed -n 's/^Provides: //p' | tr , '\n' |
			grep -o '[a-z]*-.*modules.*' | grep -v latest | sort)
		ours=$(field "$meta" Provides | tr , '\n' | grep -o '[a-z]*-.*' | sort)
		echo "$flavour: $theirs | $ours"
		[[ $ours == "$theirs" ]]
		case $flavour in
		vm) run ! grep -q firmware debian/control ;;
		*)
			relation=$("$BATS_TEST_DIRNAME/../../kernel/line" "$KERNEL" firmware)
			grep -qE "^$relation: .*firmware-linux-free" debian/control
			;;
		esac
	done
}

@test "what make deb ends with installs this kernel and the command, and nothing beside them" {
	directory=$BATS_TEST_TMPDIR/dist/$RELEASE
	mkdir -p "$directory" "$BATS_TEST_TMPDIR/bin"
	cp "$DIST/$RELEASE"/*.deb "$directory"
	expected="./linux-image-$KERNEL-tamalloc-${FLAVOUR}_${VERSION}_amd64.deb"
	expected+=" ./linux-image-${RELEASE}_${VERSION}_amd64.deb ./tamalloc-tools_${OURS}_amd64.deb"
	run debian/install-kernel --print "$directory"
	echo "$output"
	[[ $output == *"To install it:"* ]]
	commands="cd $directory sudo apt install $expected sudo apt-mark auto linux-image-$RELEASE"
	[[ $(tr -d '\\\n' <<<"$output" | tr -s ' ') == "To install it: $commands" ]]
	# With DKMS there, the headers come, too; with others' kernels there, this one.
	mkdir "$BATS_TEST_TMPDIR"/dist/{6.1.1+tamalloc1.1-amd64,6.12.1+tamalloc1.1-vm}
	for program in apt-get apt-mark sudo; do
		printf '#!/bin/sh\n%s\n' "echo '$program' \"\$@\"" >"$BATS_TEST_TMPDIR/bin/$program"
	done
	printf '#!/bin/sh\n%s\n' 'case $* in *dkms) echo ii ;; *) exec /usr/bin/dpkg-query "$@" ;; esac' \
		>"$BATS_TEST_TMPDIR/bin/dpkg-query"
	chmod +x "$BATS_TEST_TMPDIR"/bin/*
	PATH=$BATS_TEST_TMPDIR/bin:$PATH run make -s --no-print-directory install-kernel \
		DIST="$BATS_TEST_TMPDIR/dist"
	echo "$output"
	expected=${expected% *}" ./linux-headers-$KERNEL-tamalloc-${FLAVOUR}_${VERSION}_amd64.deb"
	expected+=" ./linux-headers-${RELEASE}_${VERSION}_amd64.deb ./tamalloc-tools_${OURS}_amd64.deb"
	[[ ${output#sudo } == "$(printf '%s\n' "apt-get install $expected" \
		"apt-mark auto linux-image-$RELEASE linux-headers-$RELEASE")" ]]
	# What is not of one kernel is refused.
	touch "$directory/linux-image-${RELEASE}_0_amd64.deb"
	run -1 debian/install-kernel "$directory"
	[[ $output == *"not one linux-image-$RELEASE with its metapackage" ]]
	run -1 debian/install-kernel "$BATS_TEST_TMPDIR/none"
	[[ $output == *"not there; 'make deb' makes it" ]]
}

@test "the image package has the kernel, its config and stripped modules" {
	unpack "linux-image-$RELEASE"
	[[ -s boot/vmlinuz-$RELEASE ]]
	[[ -s boot/System.map-$RELEASE ]]
	grep -q "^CONFIG_LOCALVERSION=\"+tamalloc.*-$FLAVOUR\"" "boot/config-$RELEASE"
	[[ ! -e $DIR/build ]]
	[[ ! -e $DIR/modules.dep ]]
	# Debian's flavours compress them.
	find "$DIR" -name '*.ko.xz' -exec unxz {} +
	mapfile -t modules < <(find "$DIR" -name '*.ko')
	[[ ${#modules[@]} -gt 5 ]]
	for module in "${modules[@]}"; do
		run readelf -SW "$module"
		[[ $status -eq 0 ]]
		[[ $output != *.debug_info* ]]
	done
}

@test "README.Debian comes with the kernel and with the command" {
	for package in "linux-image-$RELEASE" tamalloc-tools; do
		dpkg-deb --fsys-tarfile "$(deb "$package")" |
			tar -xO "./usr/share/doc/$package/README.Debian.gz" | zcat |
			diff - debian/README.Debian
	done
}

@test "the image package depends on what its scripts call, and they run the hooks" {
	depends=$(dpkg-deb -f "$(deb "linux-image-$RELEASE")" Depends)
	for package in kmod initramfs-tools; do
		[[ $depends == *"$package"* ]]
	done
	# Of which preinst has need.
	[[ $(dpkg-deb -f "$(deb "linux-image-$RELEASE")" Pre-Depends) == 'linux-base (>= 4.12~)' ]]
	[[ $(dpkg-deb -f "$(deb "linux-headers-$RELEASE")" Depends) == *'linux-base (>= 4.12~)'* ]]
	dpkg-deb -e "$(deb "linux-image-$RELEASE")" "$BATS_TEST_TMPDIR/control"
	for script in preinst postinst prerm postrm; do
		sh -n "$BATS_TEST_TMPDIR/control/$script"
		grep -q "linux-run-hooks image $script " "$BATS_TEST_TMPDIR/control/$script"
		grep -qx "version=$RELEASE" "$BATS_TEST_TMPDIR/control/$script"
	done
	grep -q 'linux-check-removal' "$BATS_TEST_TMPDIR/control/prerm"
	run ! grep -E 'update-(grub|initramfs)' "$BATS_TEST_TMPDIR"/control/*
}

@test "the image and its metas tell Debian's changelog beside ours, with the CVEs that it fixes" {
	for package in "linux-image-$RELEASE" "linux-image-$KERNEL-tamalloc-$FLAVOUR"; do
		unpack "$package"
		cd "usr/share/doc/$package"
		zcat changelog.gz | dpkg-parsechangelog -l - -S Source | grep -x tamalloc
		[[ "$(zcat changelog.Debian.gz | dpkg-parsechangelog -l - -S Version)" = "$SRCVER" ]]
		[[ "$(zcat changelog.Debian.gz | grep -oE 'CVE-[0-9]{4}-[0-9]+' | sort -u | wc -l)" -gt 500 ]]
	done
}

@test "the metas follow their line and flavour, to the version" {
	for kind in image headers; do
		for meta in "$KERNEL-tamalloc-$FLAVOUR" "tamalloc-$FLAVOUR"; do
			run dpkg-deb -f "$(deb "linux-$kind-$meta")" Depends
			[[ $output == "linux-$kind-$RELEASE (= $VERSION)" ]]
		done
	done
}

@test "no package takes a name or a file of Debian's" {
	run ! ls "$DIST/$RELEASE"/linux-libc-dev*
	run ! ls "$DIST/$RELEASE/linux-"{image,headers}-"$FLAVOUR"_*
	for kind in libtamalloc-dev "linux-image-$RELEASE" "linux-headers-$RELEASE"; do
		run dpkg-deb -c "$(deb "$kind")"
		[[ $status -eq 0 ]]
		[[ $output != *./usr/include/linux/* ]]
		[[ $output != *./usr/include/asm* ]]
	done
}

@test "the headers' host programs are for this release of Debian" {
	unpack "linux-headers-$RELEASE"
	[[ $(readlink "$DIR/build") == "/usr/src/linux-headers-$RELEASE" ]]
	for program in scripts/mod/modpost scripts/basic/fixdep tools/objtool/objtool; do
		run ldd "usr/src/linux-headers-$RELEASE/$program"
		echo "$output"
		[[ $status -eq 0 ]]
		[[ $output != *"not found"* ]]
	done
	run find "usr/src/linux-headers-$RELEASE" -name '*.o'
	[[ -z $output ]]
}

@test "the dev package's header serves C and C++, strict or not" {
	unpack libtamalloc-dev
	cat >use.c <<-'EOF'
		#include <tamalloc/tamalloc.h>
		int main(void)
		{
			struct global_memory_stats all;
			struct process_memory_stats one;

			return tamalloc_get_stats(0) == -1 &&
			       tamalloc_get_global_stats(&all) <= 0 &&
			       tamalloc_get_indiviual_stats(getpid(), &one) <= 0 &&
			       sizeof(all) == 16 && sizeof(one) == 24 ? 0 : 1;
		}
	EOF
	for cc in "gcc -std=c99" "gcc -std=c11 -Wpedantic" "gcc -std=gnu17" \
		"g++ -x c++ -std=c++11 -Wpedantic" "g++ -x c++ -std=c++20" \
		"clang -std=c11 -Wpedantic"; do
		$cc -Wall -Wextra -Werror -Iusr/include use.c -o use
		./use
	done
	[[ -f usr/share/man/man2/tamalloc_get_stats.2.gz ]]
	[[ -e usr/share/man/man2/tamalloc_get_indiviual.2.gz ]]
}

@test "apt removes kernels of ours that are old, but keeps two" {
	cd "$BATS_TEST_TMPDIR"
	mkdir -p lists archives/partial
	stanza() { # package version depends
		printf '%s\n' "Package: $1" 'Status: install ok installed' 'Architecture: amd64' \
			"Version: $2" 'Maintainer: x' 'Description: x' 'Section: kernel' \
			${3:+"Depends: $3"} ''
	}
	for n in 190 191 192 193; do
		stanza "linux-image-6.1.$n+tamalloc1.1-vm" "6.1.$n-1+tamalloc1"
		printf '%s\n' "Package: linux-image-6.1.$n+tamalloc1.1-vm" \
			'Architecture: amd64' 'Auto-Installed: 1' '' >>extended_states
	done >status
	stanza linux-image-6.1-tamalloc-vm 6.1.193-1+tamalloc1 \
		"linux-image-6.1.193+tamalloc1.1-vm (= 6.1.193-1+tamalloc1)" >>status
	# Two are kept besides the one that runs, which is none of these here.
	run apt-get -s autoremove -o Dir::State="$PWD" -o Dir::Cache="$PWD" \
		-o Dir::State::status="$PWD/status" \
		-o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts=/dev/null
	echo "$output"
	[[ $status -eq 0 ]]
	[[ $(sed -n 's/^Remv \([^ ]*\) .*/\1/p' <<<"$output") == "linux-image-6.1.190+tamalloc1.1-vm
linux-image-6.1.191+tamalloc1.1-vm" ]]
}

@test "reportbug adds version, command line, taint and log, and sends to us" {
	unpack "linux-image-$RELEASE"
	cd "usr/share/bug/linux-image-$RELEASE"
	maintainer=$(sed -n 's/^Maintainer: .*<\(.*\)>/\1/p' \
		"$BATS_TEST_DIRNAME/../../debian/control")
	grep -q "^Send-To: $maintainer$" control
	[[ -x script ]]
	./script 3>"$BATS_TEST_TMPDIR/report"
	cat "$BATS_TEST_TMPDIR/report"
	for title in Version 'Command line' Tainted tamalloc 'Loaded modules' \
		'Warnings and worse in the kernel log'; do
		grep -q "^\*\* $title:" "$BATS_TEST_TMPDIR/report"
	done
	grep -qFf /proc/version "$BATS_TEST_TMPDIR/report"
	grep -q '^\*\* Another kernel is running than the one reported' "$BATS_TEST_TMPDIR/report"
}

@test "lintian finds no error and no warning" {
	run lintian -EvIL +pedantic --fail-on error,warning \
		"$DIST/$RELEASE/tamalloc_$OURS+${RELEASE}_amd64.changes"
	echo "$output"
	[[ $status -eq 0 ]]
}

@test "nothing of all this landed in the checkout" {
	nothing_has_landed
}
