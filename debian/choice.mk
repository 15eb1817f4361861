# Which Debian, line and flavour make is about: what isn't said is as on this host.
# Included by the top Makefile.

# What needs to know the line; all else needs no more than a compiler.
NEEDS_LINE := $(if $(TOOLS),,$(filter-out help tools install repo verify install-follow clean distclean \
	$(if $(KERNELS),follow),$(MAKECMDGOALS)))

# DEBIAN names a release that isn't this host's: what is made in a root of that.
HOST_DEBIAN := $(shell DEBIAN= kernel/line release 2>/dev/null)
ELSEWHERE   := $(if $(filter-out $(HOST_DEBIAN),$(DEBIAN)),$(filter-out \
	help repo verify follow install-follow clean distclean,$(MAKECMDGOALS)))

ifneq ($(NEEDS_LINE)$(ELSEWHERE),)
LINE := DEBIAN=$(if $(ELSEWHERE),$(DEBIAN)) kernel/line
ifneq ($(filter-out all,$(KERNEL)),)
UNSUPPORTED := $(shell $(LINE) $(KERNEL) gcc 2>&1 >/dev/null)
else
DEFAULT_LINE := $(shell $(LINE) default 2>&1)
UNSUPPORTED := $(if $(filter-out 0,$(.SHELLSTATUS)),$(DEFAULT_LINE))
endif
ifneq ($(UNSUPPORTED),)
$(error $(UNSUPPORTED))
endif

# Packages are for a machine, this one by default; all else is for virtual ones.
FOR_MACHINE := $(filter deps deb source install-kernel follow,$(NEEDS_LINE))
ifneq ($(if $(and $(KERNEL),$(FLAVOUR)),,$(FOR_MACHINE)),)
HOST    := $(shell debian/host-kernel $(if $(FLAVOUR),2>/dev/null))
FLAVOUR := $(or $(FLAVOUR),$(lastword $(HOST)),$(if $(filter-out deps,$(FOR_MACHINE)),$(error \
	say which kernel: FLAVOUR= one of amd64, cloud-amd64, rt-amd64, vm)),vm)
KERNEL  := $(or $(KERNEL),$(if $(ELSEWHERE),,$(firstword $(HOST))),$(DEFAULT_LINE))
$(info Packages for KERNEL=$(KERNEL) FLAVOUR=$(FLAVOUR): what isn't said is as on this host)
endif
KERNEL := $(or $(KERNEL),$(if $(filter check-long,$(MAKECMDGOALS)),all),$(DEFAULT_LINE))
ifeq ($(ELSEWHERE),)
# The lines to test, and the one that all else is about.
override TEST_LINES := $(if $(filter all,$(KERNEL)),$(shell kernel/line lines),$(KERNEL))
override KERNEL     := $(if $(filter all,$(KERNEL)),$(DEFAULT_LINE),$(KERNEL))
endif
endif
FLAVOUR := $(or $(FLAVOUR),vm)
