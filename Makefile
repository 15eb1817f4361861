# tamalloc: every task is one target; bare make lists them.
#
#   KERNEL=LINE     line of Debian's kernel (this machine's; all, for check)
#   FLAVOUR=vm      its flavour (this machine's)    O=DIR       build directory
#   DEBIAN=NAME     another Debian release, in a root of its own
#   BTF=y or n      type information for BPF        DBG=y       debug symbols
#   SIGN_KEY=FILE   sign for Secure Boot, with      TOOLS=y     only the command
#   SIGN_CERT=FILE  its certificate                 V=1         show the commands

include debian/choice.mk
O       ?= build
DIST    ?= dist
prefix  ?= /usr/local

PATHS   := $(CURDIR) $(O) $(DIST) $(SIGN_KEY)x $(SIGN_CERT)x
ifneq ($(words $(PATHS))$(findstring ',$(PATHS)),5)
$(error a path with a space or an apostrophe in it: neither make nor the kernel's build can take that)
endif
override O    := $(abspath $(O))$(if $(ELSEWHERE),/$(DEBIAN))
override DIST := $(abspath $(DIST))$(if $(ELSEWHERE),/$(DEBIAN))
override SIGN_KEY  := $(abspath $(SIGN_KEY))
override SIGN_CERT := $(abspath $(SIGN_CERT))
ifneq ($(filter $(realpath $(CURDIR))/%,$(realpath $(SIGN_KEY))),)
$(error SIGN_KEY=$(SIGN_KEY) lies in the checkout, where it is easily published; keep it elsewhere, \
	in ~/.config/tamalloc for example)
endif
ifneq ($(and $(filter vm,$(FLAVOUR)),$(SIGN_KEY),$(filter deb source,$(MAKECMDGOALS))),)
$(error FLAVOUR=vm is not signed with SIGN_KEY: it loads any module, and would undo Secure Boot on each \
	machine that trusts the key. Take FLAVOUR=cloud-amd64 or amd64)
endif
Q       := $(if $(V),,@)
# The packages' build profiles.  Debian's flavours have types for BPF unless BTF=n.
IS_DEBIANS := $(filter-out vm debug,$(FLAVOUR))
RUST       := $(if $(and $(NEEDS_LINE),$(IS_DEBIANS)),$(filter y,$(shell kernel/line $(KERNEL) rust)))
PROFILES   := $(addprefix pkg.tamalloc.,$(if $(TOOLS),tools,$(TEST_LINES) $(if $(RUST),rust) \
	$(if $(filter y,$(or $(BTF),$(if $(IS_DEBIANS),y))),btf) $(if $(DBG),dbg) $(if $(SIGN_CERT),sign)))
SUDO    := $(if $(filter 0,$(shell id -u)),,sudo)
KMAKE    = $(MAKE) --no-print-directory -C kernel O=$(O) KERNEL=$(KERNEL) FLAVOUR=$(FLAVOUR)

export V BTF DBG TOOLS DKMS KERNEL TEST_LINES FLAVOUR O DIST SIGN_KEY SIGN_CERT
# Absolute by now: what the command line said shall not override that below.
MAKEOVERRIDES :=

.PHONY: help deps tools kernel deb install-kernel source repo verify follow install-follow
.PHONY: install demo shell prune clean distclean
.PHONY: check check-deps check-long check-mutants lint patches bench
.DEFAULT_GOAL := help

help: ## show this list
	@echo 'Start with README.md; cli/README.md, tests/README.md, debian/README.source and'
	@echo 'debian/README.Debian cover the command, tests, packaging and administration.'
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 16 | sed 's/^/  /'
	@sed -n '3,/^$$/s/^# */  /p' $(MAKEFILE_LIST)

# What clean and distclean remove bears this mark.  A directory that was there before,
# with something in it, gets none.
define MARK
Signature: 8a477f597d28d172789f06886806bc55
# tamalloc made this directory, and 'make clean' or 'make distclean' removes it.
endef
export MARK
$(O)/CACHEDIR.TAG $(DIST)/CACHEDIR.TAG:
	@if [ -z "$$(ls -A $(@D) 2>/dev/null)" ] || [ $(@D) = $(CURDIR)/build ] || [ $(@D) = $(CURDIR)/dist ]; then \
		mkdir -p $(@D) && echo "$$MARK" >$@; fi
tools kernel deb source check check-long lint check-mutants bench patches demo: | $(O)/CACHEDIR.TAG
deb source patches check check-long demo: | $(DIST)/CACHEDIR.TAG
remove = $(Q)[ ! -e $(1) ] || { echo "$$MARK" | cmp -s - $(1)/CACHEDIR.TAG && rm -rf $(1); } || \
	{ echo '$(1): not removed, for it lacks the CACHEDIR.TAG of what this makes' >&2; exit 1; }

ifneq ($(ELSEWHERE),)
# In a root of that release, all in one.
ROOT := $(O)/root
export DEBIAN ROOT
$(ELSEWHERE) &:
	$(Q)debian/in-root make --no-print-directory deps $(ELSEWHERE)
else

# Installs what debian/control names for the profiles.
BUILD_DEP = $(SUDO) apt-get -qq update && $(SUDO) env DEBIAN_FRONTEND=noninteractive \
	DEB_BUILD_PROFILES='$(PROFILES)' apt-get -qq -y --no-install-recommends build-dep ./

deps: ## install the packages that tools and deb need (with sudo)
	$(Q)$(BUILD_DEP)

check-deps: PROFILES += pkg.tamalloc.check
check-deps: ## also install those that check, lint and demo need
	$(Q)$(BUILD_DEP)

tools: ## build the command, in seconds
	$(Q)$(MAKE) --no-print-directory -C cli O=$(O)

kernel: ## build the kernel, in minutes
	$(Q)$(KMAKE) build

deb: $(if $(TOOLS),,kernel) ## build the packages, in dist/RELEASE/ (TOOLS=y: in dist/tools/)
	$(Q)DEB_BUILD_PROFILES='$(PROFILES)' debian/package deb $(DIST)

install-kernel: ## install what deb built, with apt
	$(Q)debian/install-kernel $(DIST)/$$($(KMAKE) -s print-RELEASE)

source: ## make the source package, in dist/source-RELEASE/
	$(Q)DEB_BUILD_PROFILES='$(PROFILES)' debian/package source $(DIST)

# Packages for another release are in a directory of their own; the repository has all.
BUILT = $(DIST)$(addprefix /,$(filter-out $(HOST_DEBIAN),$(DEBIAN)))
repo: ## make dist/repo, a signed apt repository (REPO_KEY=FINGERPRINT)
	$(Q)DEBIAN='$(DEBIAN)' debian/repo $(DIST)/repo '$(REPO_KEY)' $$(find $(BUILT) \
		-mindepth 2 -maxdepth 2 -type f -name '*_*' ! -path '$(BUILT)/repo*' -printf '%h\n' | sort -u)

verify: ## compare somebody's package with what deb built here (DEB=FILE)
	$(Q)debian/verify '$(DEB)' $(BUILT)

follow: ## build, boot, test and publish kernels that Debian has newer
	$(Q)$(SUDO) env KERNELS='$(or $(KERNELS),$(KERNEL)-$(FLAVOUR))' REPO='$(or $(REPO),$(DIST)/repo)' \
		REPO_KEY='$(REPO_KEY)' O='$(O)' \
		$(foreach v,GNUPGHOME REPO_DAYS DEBIAN EXTRA_SOURCES CCACHE_DIR MIRROR SECURITY_MIRROR \
			http_proxy,$(if $($(v)),$(v)='$($(v))')) debian/follow

install-follow: PROFILES := pkg.tamalloc.tools pkg.tamalloc.follow
install-follow: ## run that every six hours, by a systemd timer
	$(Q)$(if $(DESTDIR),,$(BUILD_DEP))
	$(Q)$(if $(DESTDIR),,$(SUDO)) debian/install-follow /usr/local/lib/tamalloc-follow

install: ## install the command and its pages ($(DESTDIR)$(prefix))
	$(Q)$(MAKE) --no-print-directory -C cli O=$(O) prefix=$(prefix) install

check: check-deps ## run the tests, on this machine's line (KERNEL=all: on all)
	$(Q)tests/check

check-long: check-deps ## run the tests that take longer, on all lines
	$(Q)tests/check --long

lint: ## check the kernel's sources with the kernel's tools
	$(Q)tests/check lint@$(KERNEL)

check-mutants: ## check that the tests find faults put in on purpose
	$(Q)tests/check mutants@$(KERNEL) mutants@$(KERNEL)-debug

bench: PROFILES += pkg.tamalloc.btf pkg.tamalloc.bench
bench: check-deps ## measure the costs again, in two hours, into bench/
	$(Q)bench/run

patches: ## write dist/patches-VERSION/, for your own kernel tree
	$(Q)$(KMAKE) patches DIST=$(DIST)

demo: ## show it in a throwaway Debian (DKMS=y: sooner, with a module)
	$(Q)$(MAKE) check-deps
	$(Q)tests/vm/demo

shell: ## open a root shell in the machine that demo made
	$(Q)tests/vm/run --interactive --snapshot --disk $(O)/vm/$(if $(DKMS),dkms,$(KERNEL)-$(FLAVOUR)).qcow2

endif

prune: ## remove all but the two newest kernels from build/ and dist/
	$(Q)debian/prune $(O) $(DIST)

clean: ## remove all builds, but not dist/
	$(call remove,$(O))

distclean: clean ## remove dist/ too
	$(call remove,$(DIST))
