# SPDX-License-Identifier: MIT
# Builds the guest and the host tool, runs them, tests them. Packages are
# installed by scripts/setup only, which the targets for users call.
#
# Sources are found by folder; there is no list of them to maintain.

# Variables for the command line or the environment. `make help` shows the lines
# that begin with "#:"; the first word above a variable is an example of a value.

#: N make run: samples to take (3; 0 until Ctrl-C)
SAMPLES ?= 3
#: PATH the QEMU to use (qemu-system-x86_64)
QEMU ?=
#: TYPE make run: the machine (microvm), as q35 or pc
MACHINE ?=
#: HOW make run: pvh (the default), uefi or esp
BOOT ?=
#: NAME make run: mmio-legacy, mmio, pci, pci-transitional
#: or pci-legacy (the default depends on the machine)
TRANSPORT ?=
#: FORMAT make run: split (the default) or packed
RING ?=
#: WORDS make run: passed on to build/aerostat run
RUN_ARGS ?=
#: WORDS make verify: passed on to build/aerostat verify
VERIFY_ARGS ?=
#: WORDS make test: passed on to tests/run
TEST_ARGS ?=
#: WORDS make matrix: passed on to tests/matrix
MATRIX_ARGS ?=
#: WORDS make bench: passed on to scripts/bench
BENCH_ARGS ?=
#: 1 show commands; make run: also the QMP traffic
V ?= 0
ifeq ($(origin CC),default)
#: clang compile with clang
CC := gcc
endif
#: DIR build there instead of in build/
BUILD ?= build
export BUILD QEMU
# The same order of files, and the same messages, everywhere.
export LC_ALL := C.UTF-8

# As many jobs as there are cores, unless -j was given.
ifeq ($(MAKELEVEL),0)
ifeq ($(filter -j%,$(MAKEFLAGS)),)
MAKEFLAGS += -j$(shell nproc)
endif
endif

.DELETE_ON_ERROR:
.SUFFIXES:
.DEFAULT_GOAL := all

Q := $(if $(filter 1,$(V)),,@)
# $(call say,WHAT,FILE): the one line for a step of a quiet build.
say = @printf '  %-8s %s\n' $(1) $(2)

# --- Targets for users -------------------------------------------------------

.PHONY: all guest tool unit-tests esp run test bench bench-linux \
    bench-memory check clean distclean
.PHONY: setup help flags FORCE matrix verify verify-all document

help:
	@awk ' \
	    sub(/^#: /, "") { text = text (text ? "\n" blanks : "") $$0; next } \
	    match($$0, /^[a-z-]+:/) && text { \
	        name = "make " substr($$0, 1, RLENGTH - 1); \
	        targets = targets sprintf("%-17s %s\n", name, text) } \
	    match($$0, /^[A-Z_]+ /) && text { \
	        match(text, /^[^ ]+/); \
	        name = $$1 "=" substr(text, 1, RLENGTH); \
	        text = substr(text, RLENGTH + 2); \
	        variables = variables sprintf("%-17s %s\n", name, text) } \
	    { text = "" } \
	    BEGIN { blanks = sprintf("%18s", "") } \
	    END { printf "%s\n%s", targets, variables }' \
	    $(firstword $(MAKEFILE_LIST))

#: set up, build, boot the guest, verify its statistics
run:
	$(Q)scripts/setup $(if $(filter uefi esp,$(BOOT)),esp,build)
	$(Q)$(MAKE) --no-print-directory all \
	    $(if $(filter esp,$(BOOT)),$(BUILD)/aerostat.img)
	$(Q)$(BUILD)/aerostat run --samples $(SAMPLES) \
	    $(if $(QEMU),--qemu $(QEMU)) $(if $(filter 1,$(V)),--verbose) \
	    $(if $(MACHINE),--machine $(MACHINE)) $(if $(BOOT),--boot $(BOOT)) \
	    $(if $(TRANSPORT),--transport $(TRANSPORT)) \
	    $(if $(RING),--ring $(RING)) $(RUN_ARGS)

#: set up, build, run every test
test:
	$(Q)scripts/setup test
	$(Q)$(MAKE) --no-print-directory all unit-tests $(BUILD)/aerostat.img \
	    $(BUILD)/tests/efi/launcher.efi $(BUILD)/tests/e2e/hollow.elf
	$(Q)tests/run $(TEST_ARGS)

#: every machine, boot, transport, ring on three QEMUs
matrix:
	$(Q)scripts/setup test
	$(Q)$(MAKE) --no-print-directory all $(BUILD)/aerostat.img
	$(Q)for version in $(later); do scripts/fetch-qemu $$version || :; done
	$(Q)tests/matrix $(MATRIX_ARGS)

# Every claim on every QEMU that Debian has: its own, and the later ones
# fetched into build/.
later := 10.0 11.1
all_qemus = --qemu $(or $(QEMU),qemu-system-x86_64) \
    $(foreach v,$(later),--qemu build/qemu-$(v)/qemu-system-x86_64)

#: set up, build, every claim about guest-stats on QEMU
verify:
	$(Q)scripts/setup build
	$(Q)$(MAKE) --no-print-directory all
	$(Q)$(BUILD)/aerostat verify $(if $(QEMU),--qemu $(QEMU)) $(VERIFY_ARGS)

#: the same on QEMU 7.2, 10.0 and 11.1, fetching those
verify-all:
#: the same, and writes docs/guest-stats.md
document:
verify-all document:
	$(Q)scripts/setup build
	$(Q)$(MAKE) --no-print-directory all
	$(Q)for version in $(later); do scripts/fetch-qemu $$version; done
	$(Q)$(BUILD)/aerostat verify $(all_qemus) $(VERIFY_ARGS) \
	    $(if $(filter document,$@),--document docs/guest-stats.md)

#: set up, every static check, both compilers
check:
	$(Q)scripts/setup check
	$(Q)scripts/check

#: set up, build, print the figures
bench:
	$(Q)scripts/setup bench
	$(Q)$(MAKE) --no-print-directory all \
	    $(BUILD)/bench/nothing.elf $(BUILD)/bench/nothing.efi
	$(Q)scripts/bench $(BENCH_ARGS)

#: the balloon next to Debian's Linux, which it fetches
bench-linux:
	$(Q)scripts/setup bench
	$(Q)$(MAKE) --no-print-directory all
	$(Q)scripts/fetch-linux
	$(Q)scripts/bench-linux $(BENCH_ARGS)

#: the memory manager's figures, with Linux 6.12, which it fetches
bench-memory:
	$(Q)scripts/setup bench
	$(Q)$(MAKE) --no-print-directory all \
	    $(BUILD)/bench/disk_read.elf $(BUILD)/bench/linux_swap
	$(Q)scripts/fetch-linux 6.12 || :
	$(Q)scripts/bench-memory $(BENCH_ARGS)

#: build the guest and the host tool; make alone does it
all: guest tool
guest: $(addprefix $(BUILD)/aerostat.,elf debug.elf lst efi)
tool: $(BUILD)/aerostat

#: set up, build, a disk image that UEFI firmware boots
esp:
	$(Q)scripts/setup esp
	$(Q)$(MAKE) --no-print-directory $(BUILD)/aerostat.img
	@echo '$(BUILD)/aerostat.img: docs/guest.md says how to boot it'

#: install what the build needs, and nothing else
setup:
	$(Q)scripts/setup build

#: remove what was built, but keep newlib and fetched QEMUs
clean:
	$(Q)if [ -d $(BUILD) ]; then \
	    find $(BUILD) -mindepth 1 -maxdepth 1 ! -name newlib ! -name 'linux*' ! -name 'qemu-*' \
	        -exec rm -rf {} +; fi

#: remove these too
distclean:
	$(Q)rm -rf $(BUILD)

# --- Flags -------------------------------------------------------------------

warnings := -std=c11 -Wall -Wextra -Wshadow -Wpedantic -Wmissing-prototypes \
    -Werror

# The compiler's own headers (stddef.h and such) and newlib's, never the host C
# library's. Recursive, so that make help needs no compiler.
compiler_headers = $(shell $(CC) -print-file-name=include)
guest_includes = -I guest -nostdinc -isystem $(NEWLIB)/include \
    -isystem $(compiler_headers)
# No red zone and no SSE: traps use the interrupted code's stack and save the
# general registers only. Frame pointers and no tail calls: the trap's trace
# then has every caller. memcpy and such are builtins, so that short ones can
# be a few moves.
guest_flags = $(warnings) -O2 -g -ffreestanding -fbuiltin -mcmodel=kernel \
    -mno-red-zone -mgeneral-regs-only -fno-pic -fno-stack-protector \
    -fno-omit-frame-pointer -fno-optimize-sibling-calls \
    -ffunction-sections -fdata-sections -Wa,--fatal-warnings \
    $(guest_includes)
guest_link_flags := -static -nostdlib --gc-sections --fatal-warnings \
    --orphan-handling=error \
    --build-id=none -z max-page-size=4096 -z noexecstack -T linker/guest.ld

tool_flags := $(warnings) -O2 -g -D_GNU_SOURCE -D_FORTIFY_SOURCE=2 \
    -fstack-protector-strong -fPIE -I host-tools
tool_link_flags := -pie -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack

sanitize := -fsanitize=address,undefined -fno-sanitize-recover=all
# cmocka passes a state to each test, which most do not use.
test_flags := $(warnings) -Wno-unused-parameter -O1 -g -D_GNU_SOURCE \
    -fno-omit-frame-pointer $(sanitize)

# Objects depend on these files, whose time changes only when a flag or the
# compiler changes.
$(BUILD)/flags-guest: flags = $(CC) $(guest_flags)
$(BUILD)/flags-tool: flags = $(CC) $(tool_flags)
$(BUILD)/flags-test: flags = $(CC) $(test_flags)
$(BUILD)/flags-%: FORCE
	@mkdir -p $(@D)
	@echo '$(flags)' | cmp -s - $@ || echo '$(flags)' >$@

flags: $(addprefix $(BUILD)/flags-,guest efi tool)

# --- newlib: the guest's C library -------------------------------------------

# Built once, with gcc, and shared by all compilers and build directories.
NEWLIB := build/newlib

# The script always runs; the stamp's time changes only with the library.
$(NEWLIB)/stamp: FORCE
	@scripts/build-newlib $(NEWLIB)

# --- The guest ---------------------------------------------------------------

guest_sources := $(shell find guest -name '*.[cS]' ! -path 'guest/boot/uefi*' \
    | sort)
guest_objects := $(guest_sources:%=$(BUILD)/%.o)

$(BUILD)/guest/%.o: guest/% $(BUILD)/flags-guest $(NEWLIB)/stamp
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(guest_flags) -MMD -MP -c -o $@ $<

# Linked twice. The first image has an empty symbol table, and its symbols make
# the table of the second image. The table follows all executable sections, so
# no function moves between the two links; the rule checks that, since otherwise
# a trap's trace would show wrong names.
first_image := $(BUILD)/symbols/first.elf

$(BUILD)/symbols/first.c: scripts/make-symbols
	@mkdir -p $(@D)
	$(Q)scripts/make-symbols >$@

$(BUILD)/symbols/table.c: $(first_image) scripts/make-symbols
	$(call say,SYMBOLS,$@)
	$(Q)scripts/make-symbols $(first_image) >$@

$(BUILD)/symbols/%.o: $(BUILD)/symbols/%.c $(BUILD)/flags-guest \
    guest/base/symbols.h
	$(Q)$(CC) $(guest_flags) -c -o $@ $<

# $(call link_guest,OBJECTS,MAP)
link_guest = $(LD) $(guest_link_flags) -Map=$(2) -o $@ $(1) \
    --start-group $(NEWLIB)/lib/libc.a \
    $(shell $(CC) -print-libgcc-file-name) --end-group

$(first_image): $(BUILD)/symbols/first.o $(guest_objects) linker/guest.ld
	$(call say,LINK,$@)
	$(Q)$(call link_guest,$(filter %.o,$^),$(BUILD)/symbols/first.map)

$(BUILD)/aerostat.debug.elf: $(BUILD)/symbols/table.o $(guest_objects) \
    linker/guest.ld $(first_image)
	$(call say,LINK,$@)
	$(Q)$(call link_guest,$(filter %.o,$^),$(BUILD)/aerostat.map)
	$(Q)nm -n $(first_image) | grep ' [tTwW] ' >$(BUILD)/symbols/first.txt
	$(Q)nm -n $@ | grep ' [tTwW] ' >$(BUILD)/symbols/second.txt
	$(Q)cmp $(BUILD)/symbols/first.txt $(BUILD)/symbols/second.txt || \
	    { echo 'functions moved between the two links' >&2; exit 1; }

$(BUILD)/aerostat.elf: $(BUILD)/aerostat.debug.elf
	$(call say,STRIP,$@)
	$(Q)strip -o $@ $<

$(BUILD)/aerostat.lst: $(BUILD)/aerostat.debug.elf
	$(call say,OBJDUMP,$@)
	$(Q)objdump -dS $< >$@

# The guest that only ends, as scripts/bench's baseline, and the guest that
# prints a driver's lines without having one, for the tests.
$(BUILD)/efi/bench/nothing.so: $(BUILD)/efi/tests/bench/nothing_efi.c.o

$(BUILD)/bench/nothing.elf: tests/bench/nothing.S
$(BUILD)/tests/e2e/hollow.elf: tests/e2e/hollow.S
$(BUILD)/bench/nothing.elf $(BUILD)/tests/e2e/hollow.elf:
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) -c -o $(@:.elf=.o) $<
	$(Q)$(LD) -static -Ttext=0x100000 -e $(basename $(@F)) -o $@ $(@:.elf=.o)

# The guest of scripts/bench-memory, which also reads a disk without a fault;
# without the names of functions. And Linux's only program.
$(BUILD)/bench/tests/%.o: tests/% $(BUILD)/flags-guest $(NEWLIB)/stamp
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(guest_flags) -MMD -MP -c -o $@ $<

$(BUILD)/bench/disk_read.elf: $(BUILD)/bench/tests/bench/disk_read.c.o \
    $(BUILD)/symbols/first.o $(guest_objects) linker/guest.ld
	$(call say,LINK,$@)
	$(Q)$(call link_guest,--wrap=work_walk $(filter %.o,$^),$(@:.elf=.map))

$(BUILD)/bench/linux_swap: tests/bench/linux_swap.c
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(warnings) -std=c11 -O2 -D_GNU_SOURCE -static -o $@ $<

# --- The UEFI application: a loader that carries the guest -------------------

# Position-independent, since the firmware loads it anywhere and gnu-efi's
# start code relocates it. gnu-efi's prototypes bring the firmware's calling
# convention.
efi_lib := /usr/lib
efi_flags = $(warnings) -O2 -g -ffreestanding -fpic -fvisibility=hidden \
    -fshort-wchar -mno-red-zone -mgeneral-regs-only -fno-stack-protector \
    -fno-asynchronous-unwind-tables -DGNU_EFI_USE_MS_ABI $(guest_includes) \
    -isystem /usr/include/efi -isystem /usr/include/efi/x86_64
efi_link_flags := -nostdlib -znocombreloc -shared -Bsymbolic --fatal-warnings \
    --build-id=none --no-undefined --no-warn-rwx-segments -z noexecstack \
    -T $(efi_lib)/elf_x86_64_efi.lds $(efi_lib)/crt0-efi-x86_64.o
efi_sections := .text .data .dynamic .dynsym .rela .reloc

$(BUILD)/flags-efi: flags = $(CC) $(efi_flags)

# $(call compile_efi,WHAT IT CARRIES)
define compile_efi
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(efi_flags) -DEMBEDDED_IMAGE='"$(1)"' -MMD -MP -c -o $@ $<
endef

$(BUILD)/efi/%.o: % $(BUILD)/flags-efi $(NEWLIB)/stamp
	$(call compile_efi,$(BUILD)/aerostat.elf)

$(BUILD)/efi/guest/boot/uefi_image.S.o: $(BUILD)/aerostat.elf
$(BUILD)/efi/aerostat.so: $(patsubst %,$(BUILD)/efi/%.o,\
    $(wildcard guest/boot/uefi*.[cS]))

# The tests' application, which carries the guest's application.
launcher := $(BUILD)/efi/tests/efi/launcher
$(launcher).embedded.o: guest/boot/uefi_image.S $(BUILD)/aerostat.efi
	$(call compile_efi,$(BUILD)/aerostat.efi)
$(launcher).so: $(launcher).c.o $(launcher).embedded.o

# newlib's memcpy and such are position-independent; other code fails to link.
$(BUILD)/efi/%.so:
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(LD) $(efi_link_flags) -o $@ $^ $(efi_lib)/libgnuefi.a \
	    $(NEWLIB)/lib/libc.a

$(BUILD)/%.efi: $(BUILD)/efi/%.so
	$(call say,OBJCOPY,$@)
	@mkdir -p $(@D)
	$(Q)objcopy $(efi_sections:%=-j %) --target efi-app-x86_64 $< $@

$(BUILD)/aerostat.img: $(BUILD)/aerostat.efi scripts/make-esp
	$(call say,ESP,$@)
	$(Q)scripts/make-esp $< $@

# --- The host tool -----------------------------------------------------------

tool_sources := $(shell find host-tools -name '*.c' | sort)
tool_objects := $(tool_sources:%=$(BUILD)/%.o)

$(BUILD)/host-tools/%.o: host-tools/% $(BUILD)/flags-tool
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(tool_flags) -MMD -MP -c -o $@ $<

$(BUILD)/aerostat: $(tool_objects)
	$(call say,LINK,$@)
	$(Q)$(CC) $(tool_link_flags) -o $@ $^ -ljson-c

# --- Unit tests: the same sources, for the host, under sanitizers ------------

pure_sources := $(sort $(wildcard $(shell grep -v '^\#' guest/PURE)))
checked_tool_sources := $(filter-out host-tools/cli/main.c,$(tool_sources))
fake_sources := $(wildcard tests/fakes/*.c)
unit_programs := $(patsubst tests/%.c,$(BUILD)/tests/%,\
    $(shell find tests/unit -name 'test_*.c' | sort))
# Archives: a test links only the objects that it needs.
test_archives := $(addprefix $(BUILD)/tests/lib,fakes.a guest.a host.a)

# A file belongs to the guest's side or to the tool's, never to both.
tool_side := $(BUILD)/tests/unit/host/% $(BUILD)/tests/host-tools/%
side = $(if $(filter $(tool_side),$@),host-tools,guest)

unit-tests: $(unit_programs)

define compile_test
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(test_flags) -I $(side) -I tests -MMD -MP -c -o $@ $<
endef

$(BUILD)/tests/guest/%.o: guest/% $(BUILD)/flags-test
	$(compile_test)
$(BUILD)/tests/host-tools/%.o: host-tools/% $(BUILD)/flags-test
	$(compile_test)
$(BUILD)/tests/unit/%.o: tests/unit/% $(BUILD)/flags-test
	$(compile_test)
$(BUILD)/tests/fakes/%.o: tests/fakes/% $(BUILD)/flags-test
	$(compile_test)

# In tests panic comes from the fakes, regardless of the archives' order.
$(BUILD)/tests/libguest.a: $(patsubst %,$(BUILD)/tests/%.o,\
    $(filter-out guest/base/panic.c,$(pure_sources)))
$(BUILD)/tests/libhost.a: $(checked_tool_sources:%=$(BUILD)/tests/%.o)
$(BUILD)/tests/libfakes.a: $(fake_sources:%=$(BUILD)/%.o)
$(test_archives):
	@mkdir -p $(@D)
	$(Q)rm -f $@
	$(Q)ar qcs $@ $^

# The functions of mm/balloon.h are a rig's in tests of the driver. Tests with
# guest/vm link mm's own ones, which so come first.
$(filter $(BUILD)/tests/unit/vm/% %/model/test_guest,$(unit_programs)): \
    first := -Wl,-u,mm_inflate_pick $(BUILD)/tests/libguest.a

$(unit_programs): $(BUILD)/%: $(BUILD)/%.c.o $(test_archives)
	$(call say,LINK,$@)
	$(Q)$(CC) $(sanitize) -o $@ $< $(first) -Wl,--start-group $(test_archives) \
	    -Wl,--end-group -lcmocka -ljson-c

# -----------------------------------------------------------------------------

-include $(shell find $(BUILD) -path $(NEWLIB) -prune -o -name 'qemu-*' -prune \
    -o -type f -name '*.d' -print \
    2>/dev/null)
