# casewire. `make help` lists what can be made; docs/testing.md explains the tests.
#
# Nobody edits this file to add a source: every folder is read by wildcard. What changes from one build to
# another (folder, compiler, sanitizer) is a variable, so a variant is this file run again with BUILD= and SAN=.

.DELETE_ON_ERROR:
.SUFFIXES:
.SECONDARY:
.SECONDEXPANSION:
MAKEFLAGS += --no-builtin-rules --no-builtin-variables --no-print-directory

SHELL  := /bin/bash
BUILD  ?= build
SAN    ?=
ifneq ($(filter default undefined,$(origin CC)),)
  CC   := gcc
endif
ifneq ($(filter default undefined,$(origin AR)),)
  AR   := ar
endif
ifneq ($(filter default undefined,$(origin CXX)),)
  CXX  := $(if $(findstring clang,$(CC)),clang++,g++)
endif
CLANG  ?= clang
# Debian's own interpreter: only it sees python3-nacl, and another python3 may come first in PATH.
PYTHON ?= /usr/bin/python3
JOBS   ?= 2
V      ?= 0

ifeq ($(V),1)
  Q   :=
  say := @:
else
  Q   := @
  say := @printf '  %-8s %s\n'
endif

.PHONY: all
all: ## build the daemon, the tool and both client libraries (the default)

# ------------------------------------------------------------------------------------------------ packages

DEPS := pkg-config gcc g++ make libc6-dev binutils libzmq3-dev libprotobuf-c-dev protobuf-c-compiler \
        protobuf-compiler liblmdb-dev libsodium-dev check libconfuse-dev libjansson-dev uthash-dev \
        libutf8proc-dev libseccomp-dev libsystemd-dev libzstd-dev python3 python3-nacl iproute2 procps patch \
        util-linux scdoc python3-jsonschema zsh fish libnats-dev libpq-dev
DEPS_BARE := mmdebstrap
DEPS_SYSTEM := nats-server postgresql
DEPS_SYSTEMD := systemd-container systemd-sysv dbus curl
DEPS_DEB := debhelper dh-python lintian
DEPS_PEERS := redis-server nats-server postgresql slapd ldap-utils
DEPS_LINT := clang clang-format clang-tidy cppcheck libclang-rt-14-dev llvm gcovr shellcheck mandoc git mypy pyflakes3 systemd

DEPS_STAMP      := build/.deps
DEPS_LINT_STAMP := build/.deps-lint

.PHONY: deps deps-lint deps-ci
deps-ci: ## install what .ci/run needs beside these: services and a bare tree to test in, what builds Debian packages
	$(Q)tests/tools/deps $(DEPS_SYSTEM) $(DEPS_SYSTEMD) $(DEPS_DEB) $(DEPS_BARE)
deps: $(DEPS_STAMP) ## install the Debian packages the build needs, when some are missing
deps-lint: $(DEPS_LINT_STAMP) ## install the packages that lint, fuzz and coverage need

$(DEPS_STAMP): Makefile tests/tools/deps
	$(Q)mkdir -p $(@D) && tests/tools/deps $(DEPS) && touch $@

$(DEPS_LINT_STAMP): Makefile tests/tools/deps
	$(Q)mkdir -p $(@D) && tests/tools/deps $(DEPS_LINT) && touch $@

# Asked of pkg-config once, and only when the first recipe needs it: the packages may arrive in this very run.
PKGS     := libprotobuf-c libsodium libutf8proc lmdb libzmq libseccomp libsystemd libzstd libconfuse jansson
PKGS_SIM := libprotobuf-c libsodium libutf8proc
PKGS_CLI := libprotobuf-c libsodium libutf8proc libzmq libzstd jansson
ask_once  = $(eval $1 := $$(shell pkg-config $2))$($1)
PKG_CFLAGS    = $(call ask_once,PKG_CFLAGS,--cflags $(PKGS))
PKG_LIBS      = $(call ask_once,PKG_LIBS,--libs $(PKGS)) -lm
PKG_LIBS_SIM  = $(call ask_once,PKG_LIBS_SIM,--libs $(PKGS_SIM)) -lm
PKG_JSON      = $(call ask_once,PKG_JSON,--libs jansson)
PKG_LIBS_CLI  = $(call ask_once,PKG_LIBS_CLI,--libs $(PKGS_CLI)) -lm
CHECK_CFLAGS  = $(call ask_once,CHECK_CFLAGS,--cflags check)
CHECK_LIBS    = $(call ask_once,CHECK_LIBS,--libs check) -pthread

# --------------------------------------------------------------------------------------------------- flags

INCLUDES := -Iinclude -I. -Idaemon -Iclient -I$(BUILD)/gen

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
        -Wold-style-definition -Wvla -Wwrite-strings -Wformat=2 -Wundef -Wcast-qual -Wpointer-arith \
        -Wswitch -Wdouble-promotion -Werror
ifeq ($(findstring clang,$(CC)),)
  WARN += -Wlogical-op -Wduplicated-cond -Wduplicated-branches -Wnull-dereference
endif

BASE  := -std=c11 -D_GNU_SOURCE -g -fno-common -ffile-prefix-map=$(CURDIR)=.
PROTECT := -fstack-protector-strong -fstack-clash-protection
ifneq ($(filter x86_64 i686,$(shell uname -m)),)
  PROTECT += -fcf-protection
endif
FORTIFY := -D_FORTIFY_SOURCE=2

# A variant: what it adds to compiling and linking, and how its tests are started.
OPT     := -O2
SAN_C   :=
SAN_L   :=
RUN     :=
ifeq ($(SAN),)
  SAN_C := $(FORTIFY)
else ifeq ($(SAN),address)
  OPT   := -O1
  SAN_C := -fsanitize=address -fno-omit-frame-pointer
  SAN_L := -fsanitize=address
else ifeq ($(SAN),undefined)
  OPT   := -O1
  SAN_C := -fsanitize=undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
  SAN_L := -fsanitize=undefined
else ifeq ($(SAN),thread)
  OPT   := -O1
  SAN_C := -fsanitize=thread -fno-omit-frame-pointer
  SAN_L := -fsanitize=thread
  # The thread sanitizer of gcc 12 cannot place its shadow when the kernel randomises with many bits.
  RUN   := setarch -R
else ifeq ($(SAN),fuzzer)
  OPT   := -O1
  SAN_C := -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined \
           -fno-omit-frame-pointer -DCW_FUZZING=1
  SAN_L := -fsanitize=fuzzer,address,undefined
else ifeq ($(SAN),cover)
  OPT   := -O0
  SAN_C := --coverage -DCW_COVERAGE=1
  SAN_L := --coverage
else
  $(error SAN=$(SAN) is not one of address, undefined, thread, fuzzer, cover)
endif
ifneq ($(SAN),)
  # The instrumented code confuses gcc's flow analysis into warnings that the plain build does not have.
  WARN += -Wno-error=maybe-uninitialized -Wno-error=null-dereference
  ifneq ($(findstring clang,$(CC)),)
    WARN := $(filter-out -Wno-error=maybe-uninitialized,$(WARN))
  endif
endif

ALL_CFLAGS  = $(BASE) $(OPT) $(SAN_C) $(PROTECT) $(INCLUDES) $(PKG_CFLAGS) $(CFLAGS)
OUR_CFLAGS  = $(ALL_CFLAGS) $(WARN) $(if $(BANNED),-include $(BANNED))
GEN_CFLAGS  = $(ALL_CFLAGS) -w
# A suite function is called from a generated list, so it has no prototype of its own.
TEST_CFLAGS = $(OUR_CFLAGS) $(CHECK_CFLAGS) -Wno-missing-prototypes
PIC_CFLAGS := -fPIC -fvisibility=hidden
LINK_FLAGS := $(SAN_L) -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--as-needed

BANNED := $(wildcard proto/banned.h)

# An object appears under its name only when it is complete, so two makes may run in one build folder.
compile = $(CC) $1 -MMD -MP -MF $(@:.o=.d) -MT $@ -c $< -o $@.$$$$ && mv -f $@.$$$$ $@
archive = rm -f $@.$$$$ && $(AR) rcs $@.$$$$ $(filter %.o,$^) && mv -f $@.$$$$ $@
link    = $(CC) -pie $(LINK_FLAGS) -o $@.$$$$ $(filter %.o,$^) $(filter %.a,$^) $1 $(LDFLAGS) && mv -f $@.$$$$ $@

# Touched only when compiler or flags differ from the last build here; everything compiled depends on it.
FLAGS_STAMP := $(BUILD)/.flags
$(FLAGS_STAMP): FORCE | $(DEPS_STAMP)
	@mkdir -p $(@D); flags='$(CC) $(subst ','"'"',$(OUR_CFLAGS)) $(LINK_FLAGS) $(LDFLAGS)'; \
	[ "$$flags" = "$$(cat $@ 2>/dev/null)" ] || printf '%s\n' "$$flags" > $@
.PHONY: FORCE
FORCE:

# ----------------------------------------------------------------------------------------------- generated

PROTOS := $(sort $(wildcard proto/*.proto))
GEN_H  := $(PROTOS:%.proto=$(BUILD)/gen/%.pb-c.h)
GEN_O  := $(PROTOS:%.proto=$(BUILD)/gen/%.pb-c.o)

$(BUILD)/gen/%.pb-c.c $(BUILD)/gen/%.pb-c.h &: %.proto | $(DEPS_STAMP)
	$(say) PROTOC $<
	$(Q)mkdir -p $(@D) && tmp=$$(mktemp -d $(BUILD)/gen/.tmp.XXXXXX) && trap 'rm -rf "$$tmp"' EXIT && \
	protoc-c --c_out="$$tmp" -I. $< && mv -f "$$tmp"/$*.pb-c.c "$$tmp"/$*.pb-c.h $(@D)/

$(BUILD)/gen/%.pb-c.o: $(BUILD)/gen/%.pb-c.c $(FLAGS_STAMP) | $(GEN_H)
	$(say) CC $*.pb-c.c
	$(Q)$(call compile,$(GEN_CFLAGS) -fPIE)

$(BUILD)/pic/gen/%.pb-c.o: $(BUILD)/gen/%.pb-c.c $(FLAGS_STAMP) | $(GEN_H)
	$(say) CC "$*.pb-c.c (pic)"
	$(Q)mkdir -p $(@D) && $(call compile,$(GEN_CFLAGS) $(PIC_CFLAGS))

# -------------------------------------------------------------------------------------------------- floors

# A folder and its rooms: direct sub-folders.
sources = $(sort $(wildcard $1/*.c $1/*/*.c))
objects = $(patsubst %.c,$(BUILD)/obj/%.o,$1)

FLOORS := proto core cases vault store net host conf node
folder_proto := proto
$(foreach f,$(filter-out proto,$(FLOORS)),$(eval folder_$f := daemon/$f))

# What a floor stands on, itself first: what its unit tests link, and nothing else.
below_proto := proto
below_core  := core proto
below_cases := cases proto
below_vault := vault proto
below_store := store host proto
below_net   := net proto
below_host  := host proto
below_conf  := conf host proto
below_node  := node vault cases core proto
below_sim   := $(below_node)
below_all   := node conf host net store vault cases core proto

lib = $(BUILD)/libcw-$1.a
libs = $(foreach f,$1,$(call lib,$f))

$(BUILD)/obj/%.o: %.c $(FLAGS_STAMP) | $(GEN_H)
	$(say) CC $<
	$(Q)mkdir -p $(@D) && $(call compile,$(OUR_CFLAGS) -fPIE)

$(BUILD)/obj/tests/%.o: tests/%.c $(FLAGS_STAMP) | $(GEN_H)
	$(say) CC $<
	$(Q)mkdir -p $(@D) && $(call compile,$(TEST_CFLAGS) -fPIE)

$(BUILD)/pic/%.o: %.c $(FLAGS_STAMP) | $(GEN_H)
	$(say) CC "$< (pic)"
	$(Q)mkdir -p $(@D) && $(call compile,$(OUR_CFLAGS) $(PIC_CFLAGS))

# The folders themselves are prerequisites: a source that was deleted leaves the archive too.
define floor_rules
src_$1 := $$(call sources,$$(folder_$1))
obj_$1 := $$(call objects,$$(src_$1))
$$(call lib,$1): $$(obj_$1) $(if $(filter proto,$1),$$(GEN_O)) $$(wildcard $$(folder_$1) $$(folder_$1)/*/)
	$$(say) AR $$@
	$$(Q)mkdir -p $$(@D) && $$(archive)
endef
$(foreach f,$(FLOORS),$(eval $(call floor_rules,$f)))

.PHONY: floors $(FLOORS:%=floor-%)
floors: $(FLOORS:%=floor-%) ## build the library of every floor (floor-proto, floor-core, ... for one)
$(FLOORS:%=floor-%): floor-%: $$(call lib,%)

# ------------------------------------------------------------------------------------------------ programs

# Until a program has its main file, its place is said to be empty rather than taken for built.
# STRICT=1 makes that a failure: for the day when nothing is missing any more.
STRICT ?= 1
not_yet = RESULTS=$(RESULTS) STRICT=$(STRICT) tests/tools/not-there-yet

ifneq ($(wildcard daemon/main.c),)
all: $(BUILD)/casewired
else
all: ; @$(not_yet) casewired daemon/main.c
endif
ifneq ($(wildcard client/tool/main.c),)
all: $(BUILD)/casewire
endif
ifneq ($(call sources,client/lib),)
all: $(BUILD)/libcasewire.a $(BUILD)/libcasewire.so.0
endif

.PHONY: casewired casewire libcasewire
casewired: $(BUILD)/casewired ## build the daemon
casewire: $(BUILD)/casewire ## build the tool
libcasewire: $(BUILD)/libcasewire.a $(BUILD)/libcasewire.so.0 ## build the client library, static and shared

# Not a floor: main.c and its rooms stand on all of them, and nothing stands on these.
src_main := daemon/main.c $(call sources,daemon/main)

$(BUILD)/casewired: $(call objects,$(src_main)) $(call libs,$(below_all)) $(wildcard daemon/main)
	$(say) LINK $@
	$(Q)$(call link,$(PKG_LIBS) -pthread)

src_lib  := $(call sources,client/lib)
src_tool := $(filter-out client/tool/main.c,$(call sources,client/tool))
obj_lib  := $(patsubst %.c,$(BUILD)/pic/%.o,$(src_lib) $(src_proto)) $(PROTOS:%.proto=$(BUILD)/pic/gen/%.pb-c.o)
LIB_MAP  := $(wildcard client/lib/libcasewire.map)

$(BUILD)/libcasewire.a: $(obj_lib) $(wildcard client/lib client/lib/*/)
	$(say) AR $@
	$(Q)mkdir -p $(@D) && $(archive)

$(BUILD)/libcasewire.so.0: $(obj_lib) $(LIB_MAP) $(wildcard client/lib client/lib/*/)
	$(say) LINK $@
	$(Q)mkdir -p $(@D) && $(CC) -shared $(LINK_FLAGS) $(if $(SAN),,-Wl,-z,defs) -Wl,-soname,libcasewire.so.0 \
	$(LIB_MAP:%=-Wl,--version-script=%) -o $@.$$$$ $(filter %.o,$^) $(PKG_LIBS_CLI) $(LDFLAGS) && \
	mv -f $@.$$$$ $@ && ln -sf libcasewire.so.0 $(BUILD)/libcasewire.so

$(BUILD)/libcw-tool.a: $(call objects,$(src_tool)) $(wildcard client/tool client/tool/*/)
	$(say) AR $@
	$(Q)mkdir -p $(@D) && $(archive)

$(BUILD)/casewire: $(BUILD)/obj/client/tool/main.o $(BUILD)/libcw-tool.a $(BUILD)/libcasewire.a
	$(say) LINK $@
	$(Q)$(call link,$(PKG_LIBS_CLI) -pthread)

# The archive as others get it: one object in which only what the headers declare can be seen. Ours keeps its rooms
# apart, because tool and tests link what is inside.
$(BUILD)/static/libcasewire.a: $(BUILD)/libcasewire.a
	$(say) AR $@
	$(Q)mkdir -p $(@D) && $(LD) -r --whole-archive -o $(@D)/casewire.o $< && \
	$(OBJCOPY) --localize-hidden $(@D)/casewire.o && rm -f $@ && $(AR) rcs $@ $(@D)/casewire.o

# ------------------------------------------------------------------------------------------------- install

PREFIX     ?= /usr/local
LIBDIR     ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
MANDIR     ?= $(PREFIX)/share/man
# Where Debian's own interpreter looks: below /usr/local it has a folder for each version.
PYTHONDIR  ?= $(if $(filter /usr,$(PREFIX)),/usr/lib/python3/dist-packages,$(PREFIX)/lib/python3.11/dist-packages)
LD         := ld
OBJCOPY    ?= objcopy
INSTALL    ?= install
VERSION    := $(shell sed -n 's/^\#define CW_VERSION_TEXT "\(.*\)"$$/\1/p' include/casewire/casewire.h)
PUBLIC_H   := $(sort $(wildcard include/casewire/*.h))
COMPLETIONS := $(BUILD)/completions/casewire.bash $(BUILD)/completions/_casewire $(BUILD)/completions/casewire.fish

$(BUILD)/casewire.pc: client/lib/casewire.pc.in include/casewire/casewire.h FORCE
	$(Q)mkdir -p $(@D) && sed -e 's,@PREFIX@,$(PREFIX),' -e 's,@LIBDIR@,$(LIBDIR),' -e 's,@INCLUDEDIR@,$(INCLUDEDIR),' \
	-e 's,@VERSION@,$(VERSION),' $< > $@.$$$$ && mv -f $@.$$$$ $@

.PHONY: install uninstall install-lib uninstall-lib install-python uninstall-python install-man uninstall-man install-daemon \
        uninstall-daemon install-tool uninstall-tool
install: install-daemon install-tool install-lib install-python install-man ## install everything: daemon, units, tool, library, Python package, manual pages (PREFIX=, LIBDIR=, DESTDIR=)
uninstall: uninstall-daemon uninstall-tool uninstall-lib uninstall-python uninstall-man ## remove what install put there

# Units know where the programs are, and are looked for in one place whatever the prefix is.
BINDIR     ?= $(PREFIX)/bin
SYSCONFDIR ?= /etc
UNITDIR    ?= $(if $(filter /usr,$(PREFIX)),/usr/lib/systemd/system,$(SYSCONFDIR)/systemd/system)
SYSUSERS   ?= $(if $(filter /usr,$(PREFIX)),/usr/lib/sysusers.d,$(SYSCONFDIR)/sysusers.d)
TMPFILES   ?= $(if $(filter /usr,$(PREFIX)),/usr/lib/tmpfiles.d,$(SYSCONFDIR)/tmpfiles.d)

# journalctl --update-catalog looks here and below /usr/local only.
CATALOGDIR ?= $(if $(filter /usr,$(PREFIX)),/usr,/usr/local)/lib/systemd/catalog

$(BUILD)/systemd/%: systemd/%.in FORCE
	$(Q)mkdir -p $(@D) && sed -e 's,@BINDIR@,$(BINDIR),g' -e 's,@ETC@,$(SYSCONFDIR)/casewire,g' $< > $@.$$$$ && mv -f $@.$$$$ $@

UNITS_OURS := $(BUILD)/systemd/casewired@.service $(BUILD)/systemd/casewire-alert@.service

install-daemon: $(BUILD)/casewired $(UNITS_OURS)
	$(Q)$(INSTALL) -D -m 755 $(BUILD)/casewired $(DESTDIR)$(BINDIR)/casewired
	$(Q)$(INSTALL) -D -m 644 $(BUILD)/systemd/casewired@.service $(DESTDIR)$(UNITDIR)/casewired@.service
	$(Q)$(INSTALL) -D -m 644 systemd/casewired@.socket $(DESTDIR)$(UNITDIR)/casewired@.socket
	$(Q)$(INSTALL) -D -m 644 $(BUILD)/systemd/casewire-alert@.service $(DESTDIR)$(UNITDIR)/casewire-alert@.service
	$(Q)$(INSTALL) -D -m 644 systemd/casewire.target $(DESTDIR)$(UNITDIR)/casewire.target
	$(Q)$(INSTALL) -D -m 644 systemd/casewire.sysusers $(DESTDIR)$(SYSUSERS)/casewire.conf
	$(Q)$(INSTALL) -D -m 644 systemd/casewire.tmpfiles $(DESTDIR)$(TMPFILES)/casewire.conf
	$(Q)$(INSTALL) -D -m 644 systemd/casewire.catalog $(DESTDIR)$(CATALOGDIR)/casewire.catalog
	$(Q)$(INSTALL) -D -m 644 systemd/casewire.rules.yml $(DESTDIR)$(PREFIX)/share/casewire/casewire.rules.yml

uninstall-daemon:
	$(Q)rm -f $(DESTDIR)$(BINDIR)/casewired $(DESTDIR)$(UNITDIR)/casewired@.service $(DESTDIR)$(UNITDIR)/casewire.target \
	$(DESTDIR)$(UNITDIR)/casewired@.socket \
	$(DESTDIR)$(SYSUSERS)/casewire.conf $(DESTDIR)$(TMPFILES)/casewire.conf $(DESTDIR)$(CATALOGDIR)/casewire.catalog \
	$(DESTDIR)$(UNITDIR)/casewire-alert@.service $(DESTDIR)$(PREFIX)/share/casewire/casewire.rules.yml

completion_dirs := $(PREFIX)/share/bash-completion/completions/casewire $(PREFIX)/share/zsh/vendor-completions/_casewire \
                   $(PREFIX)/share/fish/vendor_completions.d/casewire.fish

install-tool: $(BUILD)/casewire $(COMPLETIONS)
	$(Q)$(INSTALL) -D -m 755 $(BUILD)/casewire $(DESTDIR)$(BINDIR)/casewire
	$(Q)$(INSTALL) -D -m 644 $(BUILD)/completions/casewire.bash $(DESTDIR)$(word 1,$(completion_dirs))
	$(Q)$(INSTALL) -D -m 644 $(BUILD)/completions/_casewire $(DESTDIR)$(word 2,$(completion_dirs))
	$(Q)$(INSTALL) -D -m 644 $(BUILD)/completions/casewire.fish $(DESTDIR)$(word 3,$(completion_dirs))

uninstall-tool:
	$(Q)rm -f $(addprefix $(DESTDIR),$(BINDIR)/casewire $(completion_dirs))

install-lib: $(BUILD)/libcasewire.so.0 $(BUILD)/static/libcasewire.a $(BUILD)/casewire.pc
	$(Q)$(INSTALL) -d $(DESTDIR)$(LIBDIR)/pkgconfig $(DESTDIR)$(INCLUDEDIR)/casewire
	$(Q)$(INSTALL) -m 644 $(BUILD)/libcasewire.so.0 $(DESTDIR)$(LIBDIR)/libcasewire.so.$(VERSION)
	$(Q)ln -sf libcasewire.so.$(VERSION) $(DESTDIR)$(LIBDIR)/libcasewire.so.0
	$(Q)ln -sf libcasewire.so.0 $(DESTDIR)$(LIBDIR)/libcasewire.so
	$(Q)$(INSTALL) -m 644 $(BUILD)/static/libcasewire.a $(DESTDIR)$(LIBDIR)
	$(Q)$(INSTALL) -m 644 $(BUILD)/casewire.pc $(DESTDIR)$(LIBDIR)/pkgconfig
	$(Q)$(INSTALL) -m 644 $(PUBLIC_H) $(DESTDIR)$(INCLUDEDIR)/casewire

uninstall-lib:
	$(Q)rm -f $(DESTDIR)$(LIBDIR)/libcasewire.so $(DESTDIR)$(LIBDIR)/libcasewire.so.0 $(DESTDIR)$(LIBDIR)/libcasewire.a \
	$(DESTDIR)$(LIBDIR)/libcasewire.so.$(VERSION) $(DESTDIR)$(LIBDIR)/pkgconfig/casewire.pc
	$(Q)rm -rf $(DESTDIR)$(INCLUDEDIR)/casewire

install-python:
	$(Q)$(INSTALL) -d $(DESTDIR)$(PYTHONDIR)/casewire
	$(Q)$(INSTALL) -m 644 client/python/casewire/*.py client/python/casewire/py.typed $(DESTDIR)$(PYTHONDIR)/casewire

uninstall-python:
	$(Q)rm -rf $(DESTDIR)$(PYTHONDIR)/casewire

# ------------------------------------------------------------------------------------- bridges and examples

# On the shared library, as programs elsewhere are: what it does not export, they cannot use.
on_library = -L$(BUILD) -lcasewire -Wl,-rpath,'$$ORIGIN/..'
src_bridge := $(sort $(wildcard client/bridges/bridge_*.c))
BRIDGES := $(patsubst client/bridges/%.c,$(BUILD)/bridges/%,$(sort $(wildcard client/bridges/casewire-to-*.c)))

$(BUILD)/bridges/casewire-to-%: $(BUILD)/obj/client/bridges/casewire-to-%.o $(call objects,$(src_bridge)) \
                                $(BUILD)/libcasewire.so.0
	$(say) LINK $@
	$(Q)mkdir -p $(@D) && $(call link,$(on_library) $(libs_$*) -ljansson -pthread)

$(BUILD)/libcw-bridges.a: $(call objects,$(src_bridge) $(wildcard client/bridges/postgres_*.c))
	$(say) AR $@
	$(Q)mkdir -p $(@D) && $(archive)

libs_nats     := -lnats
libs_postgres := -lpq
bridge_parts   = $(call objects,$(sort $(wildcard client/bridges/$1_*.c)))
$(BUILD)/bridges/casewire-to-nats: $(call bridge_parts,nats)
$(BUILD)/bridges/casewire-to-postgres: $(call bridge_parts,postgres)

# Examples see the public headers only, and no flags of ours but warnings.
EXAMPLES := $(patsubst client/examples/%.c,$(BUILD)/examples/%,$(sort $(wildcard client/examples/*.c))) \
            $(patsubst client/examples/%.cpp,$(BUILD)/examples/%-cpp,$(sort $(wildcard client/examples/*.cpp)))

$(BUILD)/examples/%: client/examples/%.c $(BUILD)/libcasewire.so.0 $(FLAGS_STAMP)
	$(say) CC $<
	$(Q)mkdir -p $(@D) && $(CC) -std=c11 -D_POSIX_C_SOURCE=200809L -Wall -Wextra -Wpedantic -Werror $(SAN_L) -Iinclude -o $@.$$$$ $< $(on_library) && mv -f $@.$$$$ $@
$(BUILD)/examples/%-cpp: client/examples/%.cpp $(BUILD)/libcasewire.so.0 $(FLAGS_STAMP)
	$(say) CXX $<
	$(Q)mkdir -p $(@D) && $(CXX) -std=c++17 -Wall -Wextra -Wpedantic -Werror $(SAN_L) -Iinclude -o $@.$$$$ $< $(on_library) && mv -f $@.$$$$ $@

.PHONY: bridges examples
bridges: $(BRIDGES) ## build casewire-to-nats and casewire-to-postgres
examples: $(EXAMPLES) ## build the example programs of client/examples

# --------------------------------------------------------------------------------- manual pages, completion

# A page's source is scdoc; lines like @commands@ stand for what the tool's own tables say.
MAN := $(patsubst docs/man/%.scd,$(BUILD)/man/%,$(sort $(wildcard docs/man/*.scd)))

$(BUILD)/man/libcasewire.3: docs/man/reference $(PUBLIC_H) proto/client.proto proto/op.proto
PRINTERS := $(addprefix $(BUILD)/tests/tools/,settings_print metrics_print events_print)
$(BUILD)/man/%: docs/man/%.scd docs/man/expand docs/man/tidy $(BUILD)/casewire $(PRINTERS) | $(DEPS_STAMP)
	$(say) SCDOC $@
	$(Q)set -o pipefail && mkdir -p $(@D) && docs/man/expand $(BUILD)/casewire $(BUILD)/tests/tools $< > $@.scd && scdoc < $@.scd | docs/man/tidy > $@.$$$$ && mv -f $@.$$$$ $@

$(BUILD)/completions/casewire.bash: for_shell = bash
$(BUILD)/completions/_casewire: for_shell = zsh
$(BUILD)/completions/casewire.fish: for_shell = fish
$(COMPLETIONS): $(BUILD)/casewire
	$(Q)mkdir -p $(@D) && $< completion $(for_shell) > $@.$$$$ && mv -f $@.$$$$ $@

install-man: $(MAN)
	$(Q)for page in $(MAN); do $(INSTALL) -D -m 644 $$page $(DESTDIR)$(MANDIR)/man$${page##*.}/$${page##*/} || exit; done

uninstall-man:
	$(Q)for page in $(MAN); do rm -f $(DESTDIR)$(MANDIR)/man$${page##*.}/$${page##*/}; done

.PHONY: man completions json-schema json-schema-check docs-agree
man: $(MAN) ## make the manual pages in build/man: casewire(1), casewire-protocol(7), libcasewire(3)
completions: $(COMPLETIONS) ## make the shells' completion scripts in build/completions
json-schema: $(BUILD)/casewire ## print docs/casewire-json.v1.schema.json anew from the command tables
	$(Q)$< tables json-schema > $(BUILD)/json-schema && mv -f $(BUILD)/json-schema docs/casewire-json.v1.schema.json
json-schema-check: $(BUILD)/casewire ## guard: the schema of --json says what the tables say
	@$(step) json-schema-check bash -c 'cmp <($< tables json-schema) docs/casewire-json.v1.schema.json'
docs-agree: $(BUILD)/casewire $(BUILD)/casewired $(MAN) ## guard: help, manual page and user guide agree
	@$(step) --counts docs-agree $(PYTHON) tests/tools/docs-agree $(BUILD)

# --------------------------------------------------------------------------------------------------- tests

RESULTS := $(BUILD)/results
step     = RESULTS=$(RESULTS) tests/tools/step
TEST_ENV := CK_DEFAULT_TIMEOUT=60 CK_TIMEOUT_MULTIPLIER=$(if $(SAN),4,2) \
            ASAN_OPTIONS=detect_leaks=1:abort_on_error=0:strict_string_checks=1 \
            UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1 \
            TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1:atexit_sleep_ms=0

# The list of suites is written from the file names: test_frontier.c must define Suite *suite_frontier(void).
suite_files = $(filter $(addprefix %/,$(notdir $(wildcard $1/test_*.c $1/*/test_*.c))),$(call sources,$1))
suite_names = $(patsubst test_%,%,$(basename $(notdir $(call suite_files,$1))))

# Written anew only when a test file came or went.
$(BUILD)/tests/%-list.c: FORCE
	@mkdir -p $(@D); names='$(call suite_names,$(list_folder))'; \
	{ echo '#include "tests/unit/runner.h"'; \
	for n in $$names; do echo "Suite *suite_$$n(void);"; done; \
	echo 'const struct unit_suite unit_suites[] = {'; \
	for n in $$names; do echo "    { \"$$n\", suite_$$n },"; done; \
	echo '    { 0, 0 },'; echo '};'; } > $@.$$$$; \
	if cmp -s $@.$$$$ $@; then rm -f $@.$$$$; else mv -f $@.$$$$ $@; fi

$(BUILD)/tests/%-list.o: $(BUILD)/tests/%-list.c $(FLAGS_STAMP)
	$(Q)$(call compile,$(TEST_CFLAGS) -fPIE)

# An archive: a helper is linked only where a test calls it, so it may stand on what other floors have not.
SUPPORT := $(BUILD)/tests/libsupport.a
$(SUPPORT): $(call objects,$(call sources,tests/unit/support)) $(wildcard tests/unit/support)
	$(say) AR $@
	$(Q)mkdir -p $(@D) && $(archive)

runner_obj  := $(BUILD)/obj/tests/unit/runner.o

UNITS := $(FLOORS) client bridges
unit_libs = $(call libs,$(below_$1))
unit_marks = -Wl,--wrap=_mark_point# tests/unit/runner.c writes down fewer

# $1 floor, $2 archives its tests link
define unit_rules
$(BUILD)/tests/unit-$1-list.c: list_folder = tests/unit/$1
$(BUILD)/tests/unit-$1: $(call objects,$(call sources,tests/unit/$1)) $(BUILD)/tests/unit-$1-list.o \
                        $$(runner_obj) $$(SUPPORT) $2
	$$(say) LINK $$@
	$$(Q)$$(call link,$$(unit_marks) $$(CHECK_LIBS) $$(PKG_LIBS))

.PHONY: unit-$1 build-unit-$1
ifneq ($(call suite_names,tests/unit/$1),)
build-unit-$1: $(BUILD)/tests/unit-$1
unit-$1: $(BUILD)/tests/unit-$1
	@$$(step) --counts unit-$1 env $$(TEST_ENV) $$(RUN) $$< $$(SUITE)
else
build-unit-$1:
unit-$1: ; @$$(not_yet) unit-$1 'tests/unit/$1/test_*.c'
endif
endef
$(foreach f,$(FLOORS),$(eval $(call unit_rules,$f,$(call libs,$(below_$f)))))
$(eval $(call unit_rules,client,$(BUILD)/libcw-tool.a $(BUILD)/libcasewire.a))
$(eval $(call unit_rules,bridges,$(BUILD)/libcw-bridges.a $(BUILD)/libcasewire.a))
$(BUILD)/tests/unit-bridges: LDFLAGS += -lpq

.PHONY: unit
unit: $(UNITS:%=unit-%) ## run all unit tests (unit-proto, unit-core, ... for one floor; SUITE=name for one suite)

# -------------------------------------------------------------------------------------------------- the sim

SEEDS ?= 200
SEED  ?= 1
SIM   := $(BUILD)/tests/sim

$(BUILD)/tests/sim-list.c: list_folder = tests/sim
$(SIM): $(call objects,$(call sources,tests/sim)) $(BUILD)/tests/sim-list.o $(SUPPORT) $(call libs,$(below_sim))
	$(say) LINK $@
	$(Q)$(call link,$(CHECK_LIBS) $(PKG_LIBS_SIM))

.PHONY: sim sim-seed mutants mutants-fit sim-pure
ifneq ($(wildcard tests/sim/main.c),)
sim: $(SIM) ## run the simulator: its scenarios, the kept seeds, then SEEDS=200 drawn worlds
	@$(step) --counts sim env $(TEST_ENV) $(RUN) $(SIM) --seeds $(SEEDS)
sim-seed: $(SIM) ## run one world, SEED=n, and tell its story
	$(Q)$(TEST_ENV) $(RUN) $(SIM) --seed $(SEED) --verbose
sim-pure: $(SIM) ## guard: the simulator links neither LMDB nor ZeroMQ
	@$(step) sim-pure tests/tools/sim-pure $(SIM)
else
sim sim-seed sim-pure: ; @$(not_yet) $@ tests/sim/main.c
endif

ifneq ($(wildcard tests/sim/mutants/run),)
mutants-fit: ## guard: the patches that plant the known bugs still fit the sources
	@$(step) --counts mutants-fit tests/sim/mutants/run --fit
mutants: ## plant every known bug in turn and see that the simulator finds it
	@$(step) --counts mutants tests/sim/mutants/run
else
mutants mutants-fit: ; @$(not_yet) $@ tests/sim/mutants/run
endif

# ------------------------------------------------------------------------------------------------- fuzzing

FUZZ_SECONDS ?= 60
FUZZ_JOBS    ?= 1
FUZZ_TOTAL   ?= 0
FUZZ         ?= $(patsubst tests/fuzz/fuzz_%.c,%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
fuzz_bins    := $(patsubst tests/fuzz/%.c,$(BUILD)/%,$(wildcard tests/fuzz/fuzz_*.c))
fuzz_common  := $(filter-out tests/fuzz/fuzz_%.c,$(call sources,tests/fuzz))
variant       = $(MAKE) $(parallel) BUILD=build/$1
# -j only when nobody gave one: a second -j would take us out of the caller's job count.
parallel      = $(if $(findstring -j,$(MAKEFLAGS)),,-j$(JOBS))

# Made in the fuzzer variant: `make BUILD=build/fuzz SAN=fuzzer CC=clang build-fuzz`.
$(BUILD)/fuzz_%: $(BUILD)/obj/tests/fuzz/fuzz_%.o $(call objects,$(fuzz_common)) $(BUILD)/libcw-tool.a \
                 $(call libs,$(below_all)) $(BUILD)/libcasewire.a
	$(say) LINK $@
	$(Q)$(call link,$(PKG_LIBS) -pthread)

.PHONY: build-fuzz fuzz fuzz-smoke
build-fuzz: $(fuzz_bins)

ifneq ($(fuzz_bins),)
fuzz: | $(DEPS_STAMP) $(DEPS_LINT_STAMP) ## fuzz each target for FUZZ_SECONDS=60 more, or until it had FUZZ_TOTAL s of processor time (FUZZ="op seen" for some)
	$(Q)$(call variant,fuzz) SAN=fuzzer CC=$(CLANG) build-fuzz
	@$(step) --counts fuzz tests/tools/fuzz --seconds $(FUZZ_SECONDS) --jobs $(FUZZ_JOBS) --total $(FUZZ_TOTAL) $(FUZZ)
fuzz-smoke: ## replay the corpora and fuzz each target for a few seconds
	$(Q)$(MAKE) fuzz FUZZ_SECONDS=5 FUZZ_JOBS=$(JOBS)
else
fuzz fuzz-smoke: ; @$(not_yet) $@ 'tests/fuzz/fuzz_*.c'
endif

# ------------------------------------------------------------------------------ system, demo, bench, vectors

.PHONY: deb deb-check sbom sbom-check
deb: | $(DEPS_STAMP) ## build the Debian packages of the last commit into build/deb: casewired, casewire, libcasewire0, libcasewire-dev, python3-casewire
	$(Q)tests/tools/deps $(DEPS_DEB)
	$(Q)systemd/make-deb build/deb

# Made once for all who want them. What takes long is quiet, unless it fails.
made_deb  = mkdir -p build && { systemd/make-deb build/$1 $2 > build/$1.log 2>&1 || { tail -40 build/$1.log; exit 1; }; }
made_tree = tests/systemd/tree build/deb build/tree
deb-check: | $(DEPS_STAMP) ## build them twice and compare, lintian's opinion; install, use, upgrade, remove and purge them in a bare Debian under systemd (root)
	$(Q)tests/tools/deps $(DEPS_DEB) $(DEPS_SYSTEMD) $(DEPS_BARE)
	@$(step) deb-check bash -euc '$(call made_deb,deb,--unless-made); $(call made_deb,deb-2); \
	    for p in build/deb/*.deb; do cmp $$p build/deb-2/$$(basename $$p); done; lintian --fail-on error,warning --tag-display-limit 0 build/deb/*.changes'
	$(Q)$(made_tree)
	@$(step) --counts packages env BUILD=$(BUILD) TREE=build/tree PACKAGES=build/deb tests/systemd/boot $(PYTHON) /root/tests/packages.py
sbom: | $(DEPS_STAMP) ## say what the packages ship and link, with versions, as SPDX 2.3: build/casewire.spdx.json
	$(Q)tests/tools/deps $(DEPS_DEB)
	$(Q)$(call made_deb,deb,--unless-made) && $(PYTHON) systemd/sbom build/deb > build/casewire.spdx.json.new && mv -f build/casewire.spdx.json.new build/casewire.spdx.json
	@echo build/casewire.spdx.json
sbom-check: sbom ## guard: it is made the same again, fits what SPDX asks for, and has every library that readelf finds
	@$(step) --counts sbom-check $(PYTHON) tests/tools/sbom-agree build/deb build/casewire.spdx.json

.PHONY: systemd two-hosts units
systemd: all $(MAN) $(COMPLETIONS) $(BUILD)/libcasewire.so.0 $(BUILD)/static/libcasewire.a ## boot a real systemd in a container, run a division as its unit, follow docs/operations.md (root)
	$(Q)tests/tools/deps $(DEPS_SYSTEMD)
	@$(step) --counts systemd env BUILD=$(BUILD) tests/systemd/boot $(PYTHON) /root/tests/story.py
	@$(step) --counts operations env BUILD=$(BUILD) tests/systemd/boot $(PYTHON) /root/tests/manual.py source
two-hosts: | $(DEPS_STAMP) ## follow docs/operations.md on two bare machines with the Debian packages, and on a third that a division moves to (root)
	$(Q)tests/tools/deps $(DEPS_DEB) $(DEPS_SYSTEMD) $(DEPS_BARE)
	$(Q)$(call made_deb,deb,--unless-made) && $(made_tree)
	@$(step) --counts two-hosts env BUILD=$(BUILD) tests/systemd/two-hosts build/deb build/tree

# 1.1: what is left is the network itself. The programs need not be there for this.
units: $(UNITS_OURS) | $(DEPS_LINT_STAMP) ## guard: what the units say, what systemd says of them, and how far they are shut in
	@$(step) units tests/systemd/units $(UNITS_OURS) systemd/casewire.target
	@$(step) --counts unit-texts $(PYTHON) tests/systemd/texts.py $(BUILD)

# Out of Debian's package, which is not installed: that would start a server.
PROMTOOL := $(BUILD)/tools/promtool
$(PROMTOOL):
	$(Q)mkdir -p $(@D) && cd $(@D) && rm -f prometheus_*.deb && { apt-get download -qq prometheus 2> /dev/null || \
	    { apt-get update -qq && apt-get download -qq prometheus; }; } && \
	    dpkg-deb --fsys-tarfile prometheus_*.deb | tar -x --strip-components=3 ./usr/bin/promtool && rm -f prometheus_*.deb && touch promtool

.PHONY: rules
rules: $(PROMTOOL) ## guard: Prometheus reads the example rules, and each tells what it should of invented numbers
	@$(step) rules bash -euc '$< check rules systemd/casewire.rules.yml; $< test rules tests/systemd/rules.test.yml'

.PHONY: system system-smoke demo bench bench-smoke bench-peers vectors vectors-write verify-py verify-mutants verify-agree
ifneq ($(wildcard tests/system/run),)
system: all bridges examples $(MAN) $(PRINTERS) ## run real daemons as real processes, in network namespaces
	$(Q)tests/tools/deps $(DEPS_SYSTEM)
	@$(step) --counts system env BUILD=$(BUILD) tests/system/run
system-smoke: all bridges examples $(MAN) $(PRINTERS) ## the short part of `make system`
	@$(step) --counts system-smoke env BUILD=$(BUILD) tests/system/run --smoke
else
system system-smoke: ; @$(not_yet) $@ tests/system/run
endif

ifneq ($(wildcard tests/tools/demo),)
demo: all ## three divisions, two published operations, one cut, one kill, one night offline, one feed that was down: told and checked
	$(Q)BUILD=$(BUILD) PYTHON=$(PYTHON) tests/tools/demo
else
demo: ; @$(not_yet) $@ tests/tools/demo
endif

bench_bins := $(patsubst tests/bench/%.c,$(BUILD)/bench/%,$(wildcard tests/bench/bench_*.c))
bench_common := $(filter-out tests/bench/bench_%.c,$(call sources,tests/bench))
$(BUILD)/bench/%: $(BUILD)/obj/tests/bench/%.o $(call objects,$(bench_common)) $(BUILD)/libcasewire.a \
                  $(call libs,$(below_all))
	$(say) LINK $@
	$(Q)mkdir -p $(@D) && $(call link,$(PKG_LIBS) -pthread)

ifneq ($(wildcard tests/bench/run),)
bench: all bridges $(bench_bins) ## measure this machine's limits and casewire beside them (ONLY="submit_*" for some)
	$(Q)tests/tools/deps $(DEPS_SYSTEM) $(DEPS_SYSTEMD)
	$(Q)BUILD=$(BUILD) $(PYTHON) tests/bench/run
bench-smoke: all bridges $(bench_bins) ## see with tiny counts that every program of `make bench` works
	$(Q)tests/tools/deps $(DEPS_SYSTEM) $(DEPS_SYSTEMD)
	@$(step) --counts bench-smoke env BUILD=$(BUILD) SMOKE=1 $(PYTHON) tests/bench/run
bench-peers: all $(bench_bins) ## Redis, NATS, PostgreSQL and OpenLDAP with the same load beside us; installs what is missing
	$(Q)tests/tools/deps $(DEPS_PEERS)
	$(Q)BUILD=$(BUILD) $(PYTHON) tests/bench/run-peers
else
bench bench-smoke bench-peers: ; @$(not_yet) $@ tests/bench/run
endif

# The program that writes the vectors; with --check it makes them in memory and compares byte by byte.
$(BUILD)/tests/vectors: $(call objects,$(call sources,tests/vectors)) $(call libs,$(below_vault))
	$(say) LINK $@
	$(Q)$(call link,$(PKG_LIBS_SIM))

ifneq ($(call sources,tests/vectors),)
vectors: $(BUILD)/tests/vectors ## check that the signed objects' bytes are still those of tests/vectors
	@$(step) --counts vectors $(BUILD)/tests/vectors --check tests/vectors
vectors-write: $(BUILD)/tests/vectors ## write tests/vectors anew (a format changed, on purpose)
	$(Q)$(BUILD)/tests/vectors --write tests/vectors
else
vectors vectors-write: ; @$(not_yet) $@ 'tests/vectors/*.c'
endif

ifneq ($(wildcard tests/tools/verify.py),)
verify-py: | $(DEPS_STAMP) ## the independent verifier (Python, from docs/protocol.md only) on the vectors
	@$(step) --counts verify-py $(PYTHON) tests/tools/verify.py --vectors tests/vectors
verify-mutants: | $(DEPS_STAMP) ## take the Python verifier's checks away one at a time and see a vector fail
	@$(step) --counts verify-mutants $(PYTHON) tests/tools/verify-mutants
verify-agree: $(BUILD)/casewire | $(DEPS_STAMP) ## both verifiers on some hundred changed histories: the same findings at the same places
	@$(step) --counts verify-agree $(PYTHON) tests/tools/verify-agree $(BUILD)/casewire
else
verify-py verify-mutants verify-agree: ; @$(not_yet) $@ tests/tools/verify.py
endif

$(BUILD)/tests/tools/settings_print: $(BUILD)/obj/tests/tools/settings_print.o $(call libs,$(below_conf))
	$(say) LINK $@
	$(Q)mkdir -p $(@D) && $(call link,$(PKG_LIBS))

$(BUILD)/tests/tools/metrics_print $(BUILD)/tests/tools/events_print: $(BUILD)/tests/tools/%: $(BUILD)/obj/tests/tools/%.o $(call libs,$(below_host))
	$(say) LINK $@
	$(Q)mkdir -p $(@D) && $(call link,$(PKG_LIBS))

# Programs that print tables or fold histories for other programs: one source each in tests/tools.
$(BUILD)/tests/tools/%: $(BUILD)/obj/tests/tools/%.o $(call libs,$(below_cases))
	$(say) LINK $@
	$(Q)mkdir -p $(@D) && $(call link,$(PKG_LIBS_SIM) $(PKG_JSON))

$(BUILD)/schema.json: $(BUILD)/tests/tools/schema_print
	$(Q)$< json > $@.$$$$ && mv -f $@.$$$$ $@

.PHONY: catalog catalog-check watch-agree
watch-agree: $(BUILD)/tests/tools/metrics_print ## guard: example rules, table of metrics and docs/operations.md agree
	@$(step) --counts watch-agree $(PYTHON) tests/tools/watch-agree $<
catalog: $(BUILD)/tests/tools/events_print ## print systemd/casewire.catalog anew from the table of events
	$(Q)$< catalog > $(BUILD)/catalog && mv -f $(BUILD)/catalog systemd/casewire.catalog
catalog-check: $(BUILD)/tests/tools/events_print ## guard: the catalogue says what the table says, and every event is in it
	@$(step) --counts catalog-check $(PYTHON) tests/tools/events-agree $<

.PHONY: fields fields-check fold-compare
fields: $(BUILD)/tests/tools/schema_print ## print docs/fields.md anew from the field table
	$(Q)$< markdown > $(BUILD)/fields.md && mv -f $(BUILD)/fields.md docs/fields.md
fields-check: $(BUILD)/tests/tools/schema_print ## guard: docs/fields.md says what the field table says
	@$(step) fields-check bash -c 'cmp <($< markdown) docs/fields.md'

HISTORIES ?= 1500
COMPARE_JOBS ?= 1
fold-compare: $(BUILD)/tests/tools/fold_dump $(BUILD)/schema.json ## fold HISTORIES=1500 random cases here and in the Python reference, in COMPARE_JOBS=1 processes
	@$(step) --counts fold-compare $(PYTHON) tests/tools/reference/compare.py --dump $< --schema $(BUILD)/schema.json \
	--histories $(HISTORIES) --seed $(SEED) --jobs $(COMPARE_JOBS) --keep $(BUILD)/fold-differs.json

# -------------------------------------------------------------------------------------------------- guards

.PHONY: layers core-pure
layers: ## guard: every #include goes the way docs/architecture.md allows
	@$(step) layers $(PYTHON) tests/tools/layers

core-pure: $(call libs,core cases proto) ## guard: core and cases need no heap, no clock, no I/O
	@$(step) core-pure $(PYTHON) tests/tools/core-pure $(call libs,core cases proto)

# What a program of somebody else's relies on.
.PHONY: headers-alone abi abi-write installed
headers-alone: ## guard: each public header compiles alone, as C11 and as C++17
	@$(step) --counts headers-alone tests/tools/headers-alone $(CC) $(CXX)
abi: $(BUILD)/libcasewire.so.0 ## guard: symbols, structs and enums of the client library are as tests/abi records them
	@$(step) --counts abi $(PYTHON) tests/tools/abi $< --compiler $(CC) --cxx $(CXX)
abi-write: $(BUILD)/libcasewire.so.0 ## record what is new in the client library's ABI (BREAK=1: what went or changed, too)
	$(Q)$(PYTHON) tests/tools/abi $< --compiler $(CC) --cxx $(CXX) --write $(if $(BREAK),--break)
.PHONY: python python-fields python-types
python: $(BUILD)/libcasewire.so.0 $(BUILD)/casewire ## the Python package against the library, without a daemon
	@$(step) --counts python env BUILD=$(BUILD) $(PYTHON) -X dev -W error tests/python/run
python-fields: ## print client/python/casewire/_fields.py anew from proto/*.proto
	$(Q)mkdir -p $(BUILD) && tests/tools/python-fields > $(BUILD)/_fields.py && mv -f $(BUILD)/_fields.py client/python/casewire/_fields.py
python-types: | $(DEPS_LINT_STAMP) ## mypy's opinion of the Python package, and pyflakes' of everything in Python
	$(Q)mypy --strict --cache-dir $(BUILD)/mypy client/python/casewire
	$(Q){ find client docs systemd tests -name '*.py'; grep -rlI '^#!.*python3' client docs systemd tests; } | sort -u | xargs pyflakes3
installed: $(BUILD)/libcasewire.so.0 $(BUILD)/static/libcasewire.a ## see that programs build with what `make install` installs
	@$(step) --counts installed tests/tools/installed $(BUILD) $(CC)

# --------------------------------------------------------------------------------------------------- check

.PHONY: build-tests check clean help
build-tests: all $(UNITS:%=build-unit-%) ## build everything that `make check` runs
ifneq ($(wildcard tests/sim/main.c),)
build-tests: $(SIM)
endif

# Real daemons wait for each other in real time: nothing else runs beside them.
ALONE  := system-smoke
# Tests run beside each other, one a core, each one's output in one piece.
beside  = -k -j$(JOBS) --output-sync=target
CHECKS := layers core-pure headers-alone abi installed python fields-check catalog-check watch-agree json-schema-check docs-agree $(UNITS:%=unit-%) fold-compare sim sim-pure mutants-fit vectors verify-py verify-mutants verify-agree \
          system-smoke
check: | $(DEPS_STAMP) ## build, unit tests, short sim, system smoke, guards, vectors: before every push
	$(Q)rm -rf $(RESULTS)
	$(Q)$(MAKE) $(parallel) build-tests
	@failed=0; $(MAKE) $(beside) $(filter-out $(ALONE),$(CHECKS)) || failed=1; $(MAKE) -k -j1 $(ALONE) || failed=1; \
	tests/tools/tally $(RESULTS) $(CHECKS) || failed=1; exit $$failed

# ------------------------------------------------------------------------------------------------ variants

SAN_SEEDS ?= 30

# $1 folder below build, $2 sanitizer, $3 what is built, $4 what is run
define run_variant
	$(Q)rm -rf build/$1/results
	$(Q)$(MAKE) BUILD=build/$1 SAN=$2 $(parallel) $3
	@failed=0; $(MAKE) BUILD=build/$1 SAN=$2 $(beside) SEEDS=$(SAN_SEEDS) $4 || failed=1; \
	tests/tools/tally build/$1/results $4 || failed=1; exit $$failed
endef

# The floors that start threads, or whose tests do: where there is one thread only, there is no race. The client's tests meet libzmq
# in one process, which is not built for the thread sanitizer, so that each of its queues between threads would be taken for one.
THREADED = $(foreach u,$(filter-out client,$(UNITS)),$(if $(shell grep -rl pthread_create daemon/$u tests/unit/$u 2>/dev/null),$u))

.PHONY: asan ubsan tsan clang cover
asan: ## unit tests and a short sim under the address and leak sanitizers
	$(call run_variant,asan,address,build-tests,$(UNITS:%=unit-%) sim)
ubsan: ## the same under the undefined behaviour sanitizer
	$(call run_variant,ubsan,undefined,build-tests,$(UNITS:%=unit-%) sim)
tsan: ## unit tests of the floors that start threads, under the thread sanitizer
	$(call run_variant,tsan,thread,$(THREADED:%=build-unit-%),$(THREADED:%=unit-%))
clang: | $(DEPS_LINT_STAMP) ## build everything with clang and its warnings
	$(Q)$(MAKE) BUILD=build/clang CC=$(CLANG) $(parallel) build-tests
	$(Q)$(MAKE) BUILD=build/clang CC=$(CLANG) headers-alone

cover: | $(DEPS_LINT_STAMP) ## line and branch coverage of unit tests and sim, in build/cover/report
	$(Q)find build/cover -name '*.gcda' -delete 2>/dev/null || true
	$(call run_variant,cover,cover,build-tests,$(UNITS:%=unit-%) sim)
	$(Q)mkdir -p build/cover/report && gcovr --root . --object-directory build/cover \
	    --filter 'proto/' --filter 'daemon/' --filter 'client/' --exclude '.*\.pb-c\.' \
	    --html-details build/cover/report/index.html --print-summary --txt build/cover/report/summary.txt
	$(Q)cat build/cover/report/summary.txt

# ---------------------------------------------------------------------------------------------------- lint

OUR_FOLDERS := include proto daemon client tests
OUR_C := $(sort $(foreach d,$(OUR_FOLDERS),$(shell find $(d) -name '*.c' 2>/dev/null)))
OUR_H := $(sort $(foreach d,$(OUR_FOLDERS),$(shell find $(d) -name '*.h' 2>/dev/null)))
FILES ?= $(OUR_C) $(OUR_H)
# Tables of rows, laid out by hand: clang-format would take them for nested calls.
BY_HAND := proto/schema_%.h
FORMATTED = $(filter-out $(BY_HAND),$(FILES))

.PHONY: tidy cppcheck format format-check shellcheck man-lint lint
tidy: $(patsubst %.c,$(BUILD)/tidy/%.ok,$(filter %.c,$(FILES))) ## clang-tidy, on what changed since it last passed

# After the object: it is made anew whenever the source or a header of it changes.
$(BUILD)/tidy/%.ok: $(BUILD)/obj/%.o .clang-tidy | $(DEPS_LINT_STAMP)
	$(say) TIDY $*.c
	$(Q)mkdir -p $(@D) && clang-tidy --quiet --warnings-as-errors='*' $*.c -- \
	    $(BASE) $(INCLUDES) $(PKG_CFLAGS) $(CHECK_CFLAGS) $(if $(BANNED),-include $(BANNED)) 2>$@.err \
	    || { cat $@.err; exit 1; }; touch $@

# Given sys/queue.h, whose macros it would otherwise take for syntax errors.
cppcheck: $(GEN_H) | $(DEPS_LINT_STAMP) ## cppcheck, remembering unchanged files
	$(Q)mkdir -p $(BUILD)/cppcheck && cppcheck --quiet --std=c11 --library=posix --library=gnu -j $(JOBS) \
	    --enable=warning,performance,portability --inline-suppr --error-exitcode=1 \
	    --suppressions-list=tests/tools/cppcheck.suppress --cppcheck-build-dir=$(BUILD)/cppcheck \
	    --include=/usr/include/$$($(CC) -print-multiarch)/sys/queue.h \
	    -D_GNU_SOURCE $(INCLUDES) $(filter %.c,$(FILES))

format: | $(DEPS_LINT_STAMP) ## lay out the C sources (FILES="a.c b.h" for some)
	$(Q)$(if $(FORMATTED),clang-format -i $(FORMATTED),:)
format-check: | $(DEPS_LINT_STAMP) ## fail when `make format` would change something
	$(Q)$(if $(FORMATTED),clang-format --dry-run --Werror $(FORMATTED),:)

SCRIPTS := $(shell grep -lIE '^\#!/bin/(ba)?sh|^\#!/usr/bin/env bash' -r .ci tests systemd 2>/dev/null)
shellcheck: | $(DEPS_LINT_STAMP) ## shellcheck on our scripts
	$(Q)$(if $(SCRIPTS),shellcheck -x $(SCRIPTS),:)

man-lint: $(MAN) | $(DEPS_LINT_STAMP) ## mandoc's opinion of the manual pages
	$(Q)$(if $(MAN),mandoc -T lint -W warning $(MAN),:)

lint: tidy cppcheck format-check shellcheck man-lint python-types units rules ## all of the above

# --------------------------------------------------------------------------------------------------- other

.PHONY: ci bare-tree
ci: ## everything, as .ci/run does it (root, under 40 minutes)
	$(Q).ci/run

bare-tree: ## see that a bare Debian 12 builds, demonstrates and checks us (root; COMMANDS="'make check'" for some)
	$(Q)tests/tools/deps $(DEPS_BARE) && tests/tools/bare-tree $(COMMANDS)

clean: ## remove build/, keeping what fuzzing learned
	$(Q)find build -mindepth 1 -maxdepth 1 ! -name 'fuzz-*' -exec rm -rf {} + 2>/dev/null || true

help: ## this list
	@awk -F ':.*## ' '/^[a-z][a-z-]*:.*## / { printf "  %-15s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo '  Variables: V=1 shows commands, BUILD= another folder, CC= another compiler, SAN= address, undefined,'
	@echo '  thread or cover, CFLAGS= and LDFLAGS= are added to ours.'

-include $(shell find $(BUILD)/obj $(BUILD)/pic $(BUILD)/gen $(BUILD)/tests -name '*.d' 2>/dev/null)
