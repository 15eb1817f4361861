# tamalloc: every task is one target; bare make prints what there is.
#
#   KERNEL=LINE     line of Debian's kernel, this  FLAVOUR=vm   its flavour (vm; for
#                   host's; all: for check, all                deb, this host's)
#                   that its Debian has            DEBIAN=NAME  another Debian release,
#                                                               in a root of its own
#   BTF=y or n      type information for BPF       TOOLS=y      the command alone
#   DBG=y           with the debuggers' package    V=1          shows the commands
#   SIGN_KEY=FILE   signs for Secure Boot, with    O=DIR        build directory
#   SIGN_CERT=FILE  its certificate

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

export V BTF DBG TOOLS KERNEL TEST_LINES FLAVOUR O DIST SIGN_KEY SIGN_CERT
# Absolute by now: what the command line said shall not override that below.
MAKEOVERRIDES :=

.PHONY: help deps tools kernel deb install-kernel source repo install demo shell prune clean distclean
.PHONY: check check-deps check-long check-mutants lint patches bench
.DEFAULT_GOAL := help

help: ## show this list
	@echo 'Targets (see README.md):'
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

check: check-deps ## run the tests, on this host's line (KERNEL=all: all of its Debian's)
	$(Q)tests/check

check-long: check-deps ## run those that take longer (KERNEL=all, unless it says another)
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

endif

prune: ## remove all but the two newest kernels from build/ and dist/
	$(Q)debian/prune $(O) $(DIST)

clean: ## remove what was built, but not dist/
	$(call remove,$(O))

distclean: clean ## remove dist/ too
	$(call remove,$(DIST))
