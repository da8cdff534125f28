// SPDX-License-Identifier: MIT
// Base address registers of functions built by hand: a BAR's size, and
// whether it can be mapped. PCI Local Bus 3.0, 6.2.5.1; PCI-to-PCI Bridge 1.2,
// 3.2.5.
#include "platform/pci/pci.h"

#include "unit/platform/pci_bus.h"

enum {
    COMMAND = 4,
    IO = 1,
    MEMORY = 2,
    WIDE = 4,
    PREFETCHABLE = 8,
};

static struct fake_pci_function *function;

static int setup(void **state)
{
    setup_bus(state);
    function = fake_pci_plug(0, 3, 0);
    return 0;
}

// --- Base address registers --------------------------------------------------

static struct pci_bar check_bar(unsigned bar)
{
    struct pci_bar found;

    assert_int_equal(pci_bar_read(function->at, bar, &found), OK);
    return found;
}

static void check_no_bar(enum error error, unsigned bar)
{
    struct pci_bar found;

    assert_int_equal(pci_bar_read(function->at, bar, &found), error);
}

static void check_found(struct pci_bar found, enum io_space space,
                        uint64_t address, uint64_t bytes)
{
    assert_int_equal(found.space, space);
    assert_int_equal(found.address, address);
    assert_int_equal(found.bytes, bytes);
}

static void every_kind_of_register_is_sized(void **state)
{
    fake_pci_put_bar(function, 0, IO, 0xc040, 0x40);
    fake_pci_put_bar(function, 1, 0, 0xfebfe000, 0x1000);
    fake_pci_put_bar(function, 2, PREFETCHABLE, 0xfeb00000, 0x10);
    fake_pci_put_bar(function, 4, WIDE | PREFETCHABLE, 0x8000004000, 0x4000);
    check_found(check_bar(0), IO_PORTS, 0xc040, 0x40);
    check_found(check_bar(1), IO_MEMORY, 0xfebfe000, 0x1000);
    check_found(check_bar(2), IO_MEMORY, 0xfeb00000, 0x10);
    check_found(check_bar(4), IO_MEMORY, 0x8000004000, 0x4000);
    assert_false(check_bar(1).wide);
    assert_false(check_bar(1).prefetchable);
    assert_false(check_bar(2).wide);
    assert_true(check_bar(2).prefetchable);
    assert_true(check_bar(4).wide);
    assert_true(check_bar(4).prefetchable);
}

static void windows_of_extreme_sizes_are_sized(void **state)
{
    fake_pci_put_bar(function, 0, WIDE, 1ull << 40, 1ull << 40);
    check_found(check_bar(0), IO_MEMORY, 1ull << 40, 1ull << 40);
    fake_pci_put_bar(function, 0, WIDE, 1ull << 63, 1ull << 63);
    check_found(check_bar(0), IO_MEMORY, 1ull << 63, 1ull << 63);
    fake_pci_put_bar(function, 0, WIDE, 0x100000000, 0x10);
    check_found(check_bar(0), IO_MEMORY, 0x100000000, 0x10);
    fake_pci_put_bar(function, 0, 0, 0x80000000, 0x80000000);
    check_found(check_bar(0), IO_MEMORY, 0x80000000, 0x80000000);
    fake_pci_put_bar(function, 0, IO, 0xfffc, 4);
    check_found(check_bar(0), IO_PORTS, 0xfffc, 4);
}

static void an_io_registers_upper_half_may_be_hard_wired(void **state)
{
    fake_pci_put_bar(function, 0, IO, 0xc040, 0x40);
    function->writable[0x12] = 0;
    function->writable[0x13] = 0;
    check_found(check_bar(0), IO_PORTS, 0xc040, 0x40);
}

static void an_address_that_nobody_gave_is_zero(void **state)
{
    fake_pci_put_bar(function, 4, WIDE, 0, 0x4000);
    check_found(check_bar(4), IO_MEMORY, 0, 0x4000);
}

static void sizing_leaves_everything_as_it_was(void **state)
{
    struct fake_pci_function before;

    fake_pci_put(function, COMMAND, 0x0507, 2);
    fake_pci_put_bar(function, 0, IO, 0xc040, 0x40);
    fake_pci_put_bar(function, 4, WIDE, 0x8000004000, 0x4000);
    before = *function;
    check_bar(0);
    check_bar(4);
    assert_memory_equal(function->bytes, before.bytes, 256);
}

static void registers_that_are_none_are_told_so(void **state)
{
    fake_pci_put_bar(function, 0, WIDE, 0x80000000, 0x1000);
    check_no_bar(ERR_EMPTY, 1);
    check_no_bar(ERR_EMPTY, 2);
    check_no_bar(ERR_RANGE, 6);
    check_no_bar(ERR_RANGE, UINT32_MAX);
}

// Its value looks like that of a 64-bit register, but it is the upper half of
// one.
static void an_upper_half_is_not_taken_for_a_register(void **state)
{
    fake_pci_put_bar(function, 0, WIDE, 0x500000000, 0x1000);
    fake_pci_put_bar(function, 2, 0, 0x80000000, 0x1000);
    check_no_bar(ERR_EMPTY, 1);
    check_found(check_bar(2), IO_MEMORY, 0x80000000, 0x1000);
}

static void a_bridge_has_two_registers(void **state)
{
    function = fake_pci_plug_bridge(0, 4, 0, 1);
    fake_pci_put_bar(function, 0, WIDE, 0x80000000, 0x1000);
    check_found(check_bar(0), IO_MEMORY, 0x80000000, 0x1000);
    check_no_bar(ERR_RANGE, 2);
    fake_pci_put_bar(function, 1, WIDE, 0x80000000, 0x1000);
    fake_pci_put_bar(function, 0, 0, 0, 0x1000);
    check_no_bar(ERR_RANGE, 1);
    assert_int_equal(pci_bar_count(function->at), 2);
}

static void reserved_kinds_are_refused(void **state)
{
    fake_pci_put_bar(function, 0, 2, 0x80000000, 0x1000); // below 1 MiB
    check_no_bar(ERR_INVALID, 0);
    fake_pci_put_bar(function, 0, 6, 0x80000000, 0x1000);
    check_no_bar(ERR_INVALID, 0);
}

static void a_64_bit_register_past_the_last_is_refused(void **state)
{
    fake_pci_put_bar(function, 5, WIDE, 0x80000000, 0x1000);
    check_no_bar(ERR_RANGE, 5);
}

static void a_size_that_is_no_power_of_two_is_refused(void **state)
{
    fake_pci_put_bar(function, 0, 0, 0x80000000, 0x1000);
    function->writable[0x12] = 0x5a;
    check_no_bar(ERR_INVALID, 0);
    fake_pci_put_bar(function, 0, WIDE, 0x80000000, 0x1000);
    function->writable[0x17] = 0x7f;
    check_no_bar(ERR_INVALID, 0);
}

static void an_absent_function_has_no_registers(void **state)
{
    fake_pci_unplug(function);
    check_no_bar(ERR_RANGE, 0);
}

// --- Windows -----------------------------------------------------------------

static enum error open_part(unsigned bar, uint64_t offset, uint32_t bytes,
                            struct io_region *region)
{
    struct pci_bar found = check_bar(bar);

    return pci_bar_open(function->at, &found, offset, bytes, region);
}

static void check_opened(unsigned bar, uint64_t offset, uint32_t bytes,
                         uint64_t handle)
{
    struct io_region region;

    assert_int_equal(open_part(bar, offset, bytes, &region), OK);
    assert_int_equal(region.handle, handle);
    assert_int_equal(region.bytes, bytes);
    assert_int_equal(region.space, check_bar(bar).space);
}

static void check_not_opened(enum error error, unsigned bar, uint64_t offset,
                             uint32_t bytes)
{
    struct io_region region;
    uint32_t command = fake_pci_get(function, COMMAND, 2);

    assert_int_equal(open_part(bar, offset, bytes, &region), error);
    assert_int_equal(fake_pci_get(function, COMMAND, 2), command);
}

static void a_part_is_opened_and_decoded(void **state)
{
    fake_pci_put_bar(function, 0, IO, 0xc040, 0x40);
    fake_pci_put_bar(function, 4, WIDE, 0x8000004000, 0x4000);
    fake_pci_put(function, COMMAND, 0x400, 2);
    check_opened(4, 0x1000, 0x3000, 0x8000005000);
    assert_int_equal(fake_pci_get(function, COMMAND, 2), 0x400 | MEMORY);
    check_opened(0, 0x3f, 1, 0xc07f);
    assert_int_equal(fake_pci_get(function, COMMAND, 2), 0x400 | MEMORY | IO);
}

static void what_is_decoded_already_is_not_written_again(void **state)
{
    struct pci_bar found;
    struct io_region region;
    unsigned writes;

    fake_pci_put_bar(function, 0, 0, 0x80000000, 0x1000);
    fake_pci_put(function, COMMAND, MEMORY, 2);
    found = check_bar(0);
    writes = function->writes;
    assert_int_equal(pci_bar_open(function->at, &found, 0, 16, &region), OK);
    assert_int_equal(function->writes, writes);
}

static void a_window_without_an_address_is_not_opened(void **state)
{
    fake_pci_put_bar(function, 0, 0, 0, 0x1000);
    check_not_opened(ERR_INVALID, 0, 0, 1);
    fake_pci_put_bar(function, 0, IO, 0, 0x20);
    check_not_opened(ERR_INVALID, 0, 0, 1);
}

static void ports_beyond_the_last_are_not_opened(void **state)
{
    fake_pci_put_bar(function, 0, IO, 0x10000, 0x20);
    check_not_opened(ERR_INVALID, 0, 0, 1);
    fake_pci_put_bar(function, 0, IO, 0xffe0, 0x20);
    check_opened(0, 0x1f, 1, 0xffff);
}

static void a_window_that_wraps_is_not_opened(void **state)
{
    struct pci_bar bar = {IO_MEMORY, UINT64_MAX - 0xfff, 0x2000, true, false};
    struct io_region region;

    assert_int_equal(pci_bar_open(function->at, &bar, 0, 1, &region),
                     ERR_INVALID);
    bar.bytes = 0x1000;
    assert_int_equal(pci_bar_open(function->at, &bar, 0xfff, 1, &region), OK);
    bar.wide = false;
    assert_int_equal(pci_bar_open(function->at, &bar, 0, 1, &region),
                     ERR_INVALID);
    bar.address = 0xfffff000;
    assert_int_equal(pci_bar_open(function->at, &bar, 0, 1, &region), OK);
    bar.bytes = 0x2000;
    assert_int_equal(pci_bar_open(function->at, &bar, 0, 1, &region),
                     ERR_INVALID);
}

static void a_part_outside_the_window_is_not_opened(void **state)
{
    fake_pci_put_bar(function, 0, 0, 0x80000000, 0x1000);
    check_opened(0, 0xfff, 1, 0x80000fff);
    check_not_opened(ERR_RANGE, 0, 0x1000, 1);
    check_not_opened(ERR_RANGE, 0, 0xfff, 2);
    check_not_opened(ERR_RANGE, 0, 0, 0x1001);
    check_not_opened(ERR_RANGE, 0, UINT64_MAX, 1);
    check_not_opened(ERR_RANGE, 0, 1, UINT32_MAX);
}

// --- Windows behind bridges --------------------------------------------------

enum {
    IO_BASE = 0x1c,
    IO_LIMIT = 0x1d,
    MEMORY_BASE = 0x20,
    MEMORY_LIMIT = 0x22,
    PREFETCHABLE_BASE = 0x24,
    PREFETCHABLE_LIMIT = 0x26,
    PREFETCHABLE_BASE_UPPER = 0x28,
    PREFETCHABLE_LIMIT_UPPER = 0x2c,
};

// Forwards 0xfea00000 to 0xfebfffff, 0xc000 to 0xcfff, and 0x8000000000 to
// 0x80000fffff.
static struct fake_pci_function *plug_bridge(uint8_t bus, uint8_t secondary)
{
    struct fake_pci_function *bridge =
        fake_pci_plug_bridge(bus, 1, 0, secondary);

    fake_pci_put(bridge, COMMAND, MEMORY | IO, 2);
    fake_pci_put(bridge, IO_BASE, 0xc1, 1);
    fake_pci_put(bridge, IO_LIMIT, 0xc1, 1);
    fake_pci_put(bridge, MEMORY_BASE, 0xfea0, 2);
    fake_pci_put(bridge, MEMORY_LIMIT, 0xfeb0, 2);
    fake_pci_put(bridge, PREFETCHABLE_BASE, 0x0001, 2);
    fake_pci_put(bridge, PREFETCHABLE_LIMIT, 0x0001, 2);
    fake_pci_put(bridge, PREFETCHABLE_BASE_UPPER, 0x80, 4);
    fake_pci_put(bridge, PREFETCHABLE_LIMIT_UPPER, 0x80, 4);
    function = fake_pci_plug(secondary, 0, 0);
    return bridge;
}

static void what_a_bridge_passes_on_is_opened(void **state)
{
    plug_bridge(0, 1);
    fake_pci_put_bar(function, 0, IO, 0xcfc0, 0x40);
    fake_pci_put_bar(function, 1, 0, 0xfea00000, 0x200000);
    fake_pci_put_bar(function, 4, WIDE | PREFETCHABLE, 0x8000000000, 0x100000);
    check_opened(0, 0, 0x40, 0xcfc0);
    check_opened(1, 0, 0x200000, 0xfea00000);
    check_opened(4, 0, 0x100000, 0x8000000000);
}

static void what_a_bridge_keeps_back_is_not_opened(void **state)
{
    plug_bridge(0, 1);
    fake_pci_put_bar(function, 0, IO, 0xd000, 0x40);
    fake_pci_put_bar(function, 1, 0, 0xfe900000, 0x100000);
    fake_pci_put_bar(function, 2, 0, 0xc000, 0x1000); // I/O port addresses
    fake_pci_put_bar(function, 4, WIDE, 0x8000000000, 0x200000);
    check_not_opened(ERR_RANGE, 0, 0, 1);
    check_not_opened(ERR_RANGE, 1, 0xfffff, 1);
    check_not_opened(ERR_RANGE, 2, 0, 1);
    check_opened(4, 0xffffc, 4, 0x80000ffffc);
    check_not_opened(ERR_RANGE, 4, 0xffffc, 8);
}

static void every_bridge_on_the_way_must_pass_it_on(void **state)
{
    struct fake_pci_function *first = plug_bridge(0, 1);
    struct fake_pci_function *second = plug_bridge(1, 2);

    fake_pci_put_bar(function, 0, 0, 0xfea00000, 0x1000);
    check_opened(0, 0, 0x1000, 0xfea00000);
    fake_pci_put(first, COMMAND, IO, 2);
    check_not_opened(ERR_RANGE, 0, 0, 1);
    fake_pci_put(first, COMMAND, MEMORY, 2);
    fake_pci_put(second, MEMORY_BASE, 0xfeb0, 2);
    check_not_opened(ERR_RANGE, 0, 0, 1);
}

static void a_subtractive_bridge_passes_everything_on(void **state)
{
    plug_bridge(0, 1)->bytes[9] = 1;
    fake_pci_put_bar(function, 0, 0, 0x1000, 0x1000);
    check_opened(0, 0, 0x1000, 0x1000);
}

static void without_a_bridge_nothing_is_passed_on(void **state)
{
    function = fake_pci_plug(1, 0, 0);
    fake_pci_put_bar(function, 0, 0, 0xfea00000, 0x1000);
    check_not_opened(ERR_RANGE, 0, 0, 1);
}

static void a_part_of_nothing_is_our_mistake(void **state)
{
    struct pci_bar bar = {.address = 0x80000000, .bytes = 0x1000};
    struct io_region region;

    expect_assert_failure(
        (void)!pci_bar_open(function->at, &bar, 0, 0, &region));
}

#define claim(name) cmocka_unit_test_setup_teardown(name, setup, teardown_bus)

int main(void)
{
    const struct CMUnitTest tests[] = {
        claim(every_kind_of_register_is_sized),
        claim(windows_of_extreme_sizes_are_sized),
        claim(an_io_registers_upper_half_may_be_hard_wired),
        claim(an_address_that_nobody_gave_is_zero),
        claim(sizing_leaves_everything_as_it_was),
        claim(registers_that_are_none_are_told_so),
        claim(an_upper_half_is_not_taken_for_a_register),
        claim(a_bridge_has_two_registers),
        claim(reserved_kinds_are_refused),
        claim(a_64_bit_register_past_the_last_is_refused),
        claim(a_size_that_is_no_power_of_two_is_refused),
        claim(an_absent_function_has_no_registers),
        claim(a_part_is_opened_and_decoded),
        claim(what_is_decoded_already_is_not_written_again),
        claim(a_window_without_an_address_is_not_opened),
        claim(ports_beyond_the_last_are_not_opened),
        claim(a_window_that_wraps_is_not_opened),
        claim(a_part_outside_the_window_is_not_opened),
        claim(what_a_bridge_passes_on_is_opened),
        claim(what_a_bridge_keeps_back_is_not_opened),
        claim(every_bridge_on_the_way_must_pass_it_on),
        claim(a_subtractive_bridge_passes_everything_on),
        claim(without_a_bridge_nothing_is_passed_on),
        claim(a_part_of_nothing_is_our_mistake),
    };

    return cmocka_run_group_tests_name("platform_pci_bar", tests, NULL, NULL);
}
