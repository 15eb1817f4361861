# tamalloc: every task is one target; bare make prints what there is.
#
#   KERNEL=6.1      line of Debian's kernel        FLAVOUR=vm   its flavour
#                   (6.1 and vm; but for deb and source, this host's)
#   BTF=y or n      type information for BPF       TOOLS=y      the command alone
#   DBG=y           with the debuggers' package    V=1          shows the commands
#   SIGN_KEY=FILE   signs for Secure Boot, with    O=DIR        build directory
#   SIGN_CERT=FILE  its certificate

# Packages are for a machine, this one by default; all else is for virtual ones.
ifneq ($(if $(TOOLS)$(and $(KERNEL),$(FLAVOUR)),,$(filter deps deb source install-kernel,$(MAKECMDGOALS))),)
HOST    := $(or $(shell debian/host-kernel),$(error say which kernel: KERNEL=6.1 or 6.12, and \
	FLAVOUR=amd64, cloud-amd64, rt-amd64 (6.12 alone) or vm))
KERNEL  := $(or $(KERNEL),$(firstword $(HOST)))
FLAVOUR := $(or $(FLAVOUR),$(lastword $(HOST)))
$(info Packages for KERNEL=$(KERNEL) FLAVOUR=$(FLAVOUR): what isn't said is as on this host)
endif
KERNEL  ?= 6.1
FLAVOUR ?= vm
O       ?= build
DIST    ?= dist
prefix  ?= /usr/local

ifneq ($(words $(CURDIR) $(O) $(DIST) $(SIGN_KEY)x $(SIGN_CERT)x),5)
$(error a path with spaces in it: neither make nor the kernel's build can take that)
endif
override O    := $(abspath $(O))
override DIST := $(abspath $(DIST))
override SIGN_KEY  := $(abspath $(SIGN_KEY))
override SIGN_CERT := $(abspath $(SIGN_CERT))
ifneq ($(filter $(realpath $(CURDIR))/%,$(realpath $(SIGN_KEY))),)
$(error SIGN_KEY=$(SIGN_KEY) lies in the checkout, where it is easily published; keep it elsewhere, \
	in ~/.config/tamalloc for example)
endif
Q       := $(if $(V),,@)
# The packages' build profiles.  Debian's flavours have types for BPF unless BTF=n.
PROFILES := $(addprefix pkg.tamalloc.,$(if $(TOOLS),tools,$(filter 6.12,$(KERNEL)) \
	$(if $(filter y,$(or $(BTF),$(if $(filter vm debug,$(FLAVOUR)),n,y))),btf) \
	$(if $(DBG),dbg) $(if $(SIGN_KEY),sign)))
SUDO    := $(if $(filter 0,$(shell id -u)),,sudo)
KMAKE    = $(MAKE) --no-print-directory -C kernel O=$(O) KERNEL=$(KERNEL) FLAVOUR=$(FLAVOUR)

export V BTF DBG TOOLS KERNEL FLAVOUR O DIST SIGN_KEY SIGN_CERT
# Absolute by now: what the command line said shall not override that below.
MAKEOVERRIDES :=

.PHONY: help deps tools kernel deb install-kernel source repo install demo shell clean distclean
.PHONY: check check-deps check-long check-mutants lint patches bench
.DEFAULT_GOAL := help

help: ## show this list
	@echo 'Targets (see README.md):'
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 16 | sed 's/^/  /'
	@sed -n '3,/^$$/s/^# */  /p' $(MAKEFILE_LIST)

# Installs what debian/control names for the profiles.
BUILD_DEP = $(SUDO) apt-get -qq update && $(SUDO) env DEBIAN_FRONTEND=noninteractive \
	DEB_BUILD_PROFILES='$(PROFILES)' apt-get -qq -y --no-install-recommends build-dep ./

deps: ## install the packages that tools and deb need (with sudo)
	$(Q)$(BUILD_DEP)

check-deps: PROFILES += pkg.tamalloc.check
check-deps: ## install those that check, lint and demo need besides
	$(Q)$(BUILD_DEP)

tools: ## build the command, in seconds
	$(Q)$(MAKE) --no-print-directory -C cli O=$(O)

kernel: ## build the kernel, in minutes
	$(Q)$(KMAKE) build

deb: $(if $(TOOLS),,kernel) ## build the packages into dist/RELEASE/ (TOOLS=y: the command's, dist/tools/)
	$(Q)DEB_BUILD_PROFILES='$(PROFILES)' debian/package deb $(DIST)

install-kernel: ## install what deb built, by the command that it ends with
	$(Q)debian/install-kernel $(DIST)/$$($(KMAKE) -s print-RELEASE)

source: ## make the source package, in dist/source-RELEASE/ (TOOLS=y: dist/source/)
	$(Q)DEB_BUILD_PROFILES='$(PROFILES)' debian/package source $(DIST)

repo: ## make dist/ a signed apt repository, dist/repo (REPO_KEY=FINGERPRINT)
	$(Q)debian/repo $(DIST) $(DIST)/repo '$(REPO_KEY)'
	@echo '  REPO     $(DIST)/repo'

install: ## install the command and its pages ($(DESTDIR)$(prefix))
	$(Q)$(MAKE) --no-print-directory -C cli O=$(O) prefix=$(prefix) install

check: check-deps ## run the tests, on both lines
	$(Q)tests/check

check-long: check-deps ## run those that take longer
	$(Q)tests/check --long

lint: ## check the kernel's sources with the kernel's tools
	$(Q)tests/check lint@$(KERNEL)

check-mutants: ## check that the tests find faults put in on purpose
	$(Q)tests/check mutants@$(KERNEL) mutants@$(KERNEL)-debug

bench: PROFILES += pkg.tamalloc.btf pkg.tamalloc.bench
bench: check-deps ## measure it against what else there is, into bench/
	$(Q)bench/run

patches: ## write dist/patches-VERSION/, for a kernel tree of one's own
	$(Q)$(KMAKE) patches DIST=$(DIST)

demo: ## install what it takes, build, boot and show it
	$(Q)$(MAKE) check-deps
	$(Q)tests/vm/demo

shell: ## a root shell in the machine that demo made
	$(Q)tests/vm/run --interactive --snapshot --disk $(O)/vm/$(KERNEL)-$(FLAVOUR).qcow2

clean: ## remove what was built, but not dist/
	$(Q)rm -rf $(O)

distclean: clean ## remove dist/ too
	$(Q)rm -rf $(DIST)
