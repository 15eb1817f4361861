# tamalloc: every task is one target; bare make prints what there is.
#
#   KERNEL=6.1      line of Debian's kernel        FLAVOUR=vm   its flavour
#   BTF=y           with type information for BPF  TOOLS=y      the command alone
#   V=1             shows the commands             O=DIR        build directory

KERNEL  ?= 6.1
FLAVOUR ?= vm
O       ?= build
DIST    ?= dist
prefix  ?= /usr/local

ifneq ($(words $(CURDIR) $(O) $(DIST)),3)
$(error a path with spaces in it: neither make nor the kernel's build can take that)
endif
override O    := $(abspath $(O))
override DIST := $(abspath $(DIST))
Q       := $(if $(V),,@)
# The packages' build profile; deps takes what checks need besides.
PROFILE := $(or $(if $(TOOLS),pkg.tamalloc.tools),$(if $(BTF),pkg.tamalloc.btf))
comma   := ,
SUDO    := $(if $(filter 0,$(shell id -u)),,sudo)
KMAKE    = $(MAKE) --no-print-directory -C kernel O=$(O) KERNEL=$(KERNEL) FLAVOUR=$(FLAVOUR)

export V BTF TOOLS KERNEL FLAVOUR O DIST
# Absolute by now: what the command line said shall not override that below.
MAKEOVERRIDES :=

.PHONY: help deps tools kernel deb install check demo shell clean distclean
.DEFAULT_GOAL := help

help: ## show this list
	@echo 'Targets (see README.md):'
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12 | sed 's/^/  /'
	@sed -n '3,/^$$/s/^# */  /p' $(MAKEFILE_LIST)

deps: ## install the packages that the other targets need (with sudo)
	$(Q)$(SUDO) apt-get -qq update
	$(Q)$(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends \
		-P $(PROFILE)$(if $(TOOLS),,$(if $(BTF),$(comma))pkg.tamalloc.check) build-dep ./

tools: ## build the command, in seconds
	$(Q)$(MAKE) --no-print-directory -C cli O=$(O)

kernel: ## build the kernel, in minutes
	$(Q)$(KMAKE) build

# In a copy, so that what is generated doesn't land in the checkout.
COPY := $(O)/packaging/tamalloc
LOG  := $(O)/packaging/log
deb: $(if $(TOOLS),,kernel) ## build the packages into dist/ (TOOLS=y: the command's alone)
	$(Q)rm -rf $(O)/packaging && mkdir -p $(COPY) $(DIST)
	$(Q)cp -a $(filter-out $(notdir $(O) $(DIST)) build dist,$(wildcard *)) $(COPY)/
	$(Q)$(if $(TOOLS),,$(COPY)/debian/gencontrol $(KERNEL) $(FLAVOUR))
	@echo '  PACKAGE  $(DIST)'
	$(Q)cd $(COPY) && dpkg-buildpackage -b -us -uc -P'$(PROFILE)' \
		$(if $(V),,>$(LOG) 2>&1 || { tail -n 40 $(LOG) >&2; exit 1; })
	$(Q)mv $(O)/packaging/*_* $(DIST)/

install: ## install the command and its pages ($(DESTDIR)$(prefix))
	$(Q)$(MAKE) --no-print-directory -C cli O=$(O) prefix=$(prefix) install

check: deps ## run every test
	$(Q)tests/check

demo: ## install what it takes, build, boot and show it
	$(Q)$(MAKE) deps
	$(Q)tests/vm/demo

shell: ## a root shell in the machine that demo made
	$(Q)tests/vm/run --interactive --snapshot --disk $(O)/vm/$(KERNEL)-$(FLAVOUR).qcow2

clean: ## remove what was built, but not dist/
	$(Q)rm -rf $(O)

distclean: clean ## remove dist/ too
	$(Q)rm -rf $(DIST)
