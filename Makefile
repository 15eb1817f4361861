# tamalloc: every task is one target; bare make prints what there is.
#
#   KERNEL=6.1      line of Debian's kernel        FLAVOUR=vm   its flavour
#                   (6.1 and vm; but for deb and source, this host's)
#   BTF=y           with type information for BPF  TOOLS=y      the command alone
#   DBG=y           with the debuggers' package    V=1          shows the commands
#   SIGN_KEY=FILE   signs for Secure Boot, with    O=DIR        build directory
#   SIGN_CERT=FILE  its certificate

# Packages are for a machine, this one unless it is said; all else is for virtual ones.
ifneq ($(if $(TOOLS)$(and $(KERNEL),$(FLAVOUR)),,$(filter deb source,$(MAKECMDGOALS))),)
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
Q       := $(if $(V),,@)
# The packages' build profiles; deps takes what checks need besides.
PROFILES := $(addprefix pkg.tamalloc.,$(if $(TOOLS),tools,$(if $(BTF),btf) $(if $(DBG),dbg) \
	$(if $(SIGN_KEY),sign) $(filter 6.12,$(KERNEL))))
SUDO    := $(if $(filter 0,$(shell id -u)),,sudo)
KMAKE    = $(MAKE) --no-print-directory -C kernel O=$(O) KERNEL=$(KERNEL) FLAVOUR=$(FLAVOUR)

export V BTF DBG TOOLS KERNEL FLAVOUR O DIST SIGN_KEY SIGN_CERT
# Absolute by now: what the command line said shall not override that below.
MAKEOVERRIDES :=

.PHONY: help deps tools kernel deb source repo install demo shell clean distclean
.PHONY: check check-long check-mutants lint patches bench
.DEFAULT_GOAL := help

help: ## show this list
	@echo 'Targets (see README.md):'
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 16 | sed 's/^/  /'
	@sed -n '3,/^$$/s/^# */  /p' $(MAKEFILE_LIST)

deps: ## install the packages that the other targets need (with sudo)
	$(Q)$(SUDO) apt-get -qq update
	$(Q)$(SUDO) env DEBIAN_FRONTEND=noninteractive \
		DEB_BUILD_PROFILES='$(PROFILES) $(if $(TOOLS),,pkg.tamalloc.check)' \
		apt-get -qq -y --no-install-recommends build-dep ./

tools: ## build the command, in seconds
	$(Q)$(MAKE) --no-print-directory -C cli O=$(O)

kernel: ## build the kernel, in minutes
	$(Q)$(KMAKE) build

deb: $(if $(TOOLS),,kernel) ## build the packages into dist/ (TOOLS=y: the command's alone)
	$(Q)DEB_BUILD_PROFILES='$(PROFILES)' debian/package deb $(DIST)

source: ## make the source package, in dist/source-RELEASE/ (TOOLS=y: dist/source/)
	$(Q)DEB_BUILD_PROFILES='$(PROFILES)' debian/package source $(DIST)

repo: ## make dist/ a signed apt repository, dist/repo (REPO_KEY=FINGERPRINT)
	$(Q)debian/repo $(DIST) $(DIST)/repo '$(REPO_KEY)'
	@echo '  REPO     $(DIST)/repo'

install: ## install the command and its pages ($(DESTDIR)$(prefix))
	$(Q)$(MAKE) --no-print-directory -C cli O=$(O) prefix=$(prefix) install

check: deps ## run the tests, on both lines
	$(Q)tests/check

check-long: deps ## run those that take longer
	$(Q)tests/check --long

lint: ## check the kernel's sources with the kernel's tools
	$(Q)tests/check lint@$(KERNEL)

check-mutants: ## check that the tests find faults put in on purpose
	$(Q)tests/check mutants@$(KERNEL) mutants@$(KERNEL)-debug

bench: PROFILES += pkg.tamalloc.btf pkg.tamalloc.bench
bench: deps ## measure it against what else there is, into bench/
	$(Q)bench/run

patches: ## write dist/patches-VERSION/, for a kernel tree of one's own
	$(Q)$(KMAKE) patches DIST=$(DIST)

demo: ## install what it takes, build, boot and show it
	$(Q)$(MAKE) deps
	$(Q)tests/vm/demo

shell: ## a root shell in the machine that demo made
	$(Q)tests/vm/run --interactive --snapshot --disk $(O)/vm/$(KERNEL)-$(FLAVOUR).qcow2

clean: ## remove what was built, but not dist/
	$(Q)rm -rf $(O)

distclean: clean ## remove dist/ too
	$(Q)rm -rf $(DIST)
