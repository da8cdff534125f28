// SPDX-License-Identifier: MIT
// Capability lists and base address registers of functions made by hand: what
// is found, what is refused. PCI Local Bus 3.0, 6.7, 6.2.5.1.
#include "platform/pci.h"

#include "fakes/fake_pci_bus.h"
#include "fakes/fake_report.h"
#include "unit/checks.h"

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
    (void)state;
    fake_report_clear();
    fake_pci_bus_clear();
    function = fake_pci_plug(0, 3, 0);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    assert_string_equal(fake_violations(), "");
    return 0;
}

// --- Capabilities -----------------------------------------------------------

static uint8_t check_capability(uint8_t id, uint8_t after)
{
    uint8_t offset = 0;

    assert_int_equal(pci_next_capability(function->at, id, after, &offset), OK);
    return offset;
}

static void check_no_capability(enum error error, uint8_t id, uint8_t after)
{
    uint8_t offset;

    assert_int_equal(pci_next_capability(function->at, id, after, &offset),
                     error);
}

static void no_list_is_empty_whatever_the_pointer_says(void **state)
{
    (void)state;
    fake_pci_put_capability(function, 0x40, 9, 0);
    function->bytes[0x34] = 0x40;
    check_no_capability(ERR_EMPTY, 9, 0);
}

static void an_absent_function_has_no_capability(void **state)
{
    (void)state;
    fake_pci_unplug(function);
    check_no_capability(ERR_EMPTY, 9, 0);
}

static void capabilities_come_in_the_lists_order(void **state)
{
    (void)state;
    fake_pci_put_list(function, 0xf0);
    fake_pci_put_capability(function, 0xf0, 9, 0x50);
    fake_pci_put_capability(function, 0x50, 0x11, 0x40);
    fake_pci_put_capability(function, 0x40, 9, 0xfc);
    fake_pci_put_capability(function, 0xfc, 9, 0);
    assert_int_equal(check_capability(9, 0), 0xf0);
    assert_int_equal(check_capability(9, 0xf0), 0x40);
    assert_int_equal(check_capability(9, 0x40), 0xfc);
    check_no_capability(ERR_EMPTY, 9, 0xfc);
    assert_int_equal(check_capability(0x11, 0), 0x50);
    check_no_capability(ERR_EMPTY, 0x11, 0x50);
    check_no_capability(ERR_EMPTY, 5, 0);
}

static void a_bridge_has_capabilities_too(void **state)
{
    (void)state;
    function->bytes[0x0e] = 0x81;
    fake_pci_put_list(function, 0x40);
    fake_pci_put_capability(function, 0x40, 0x10, 0);
    assert_int_equal(check_capability(0x10, 0), 0x40);
    function->bytes[0x0e] = 2; // CardBus: another layout
    check_no_capability(ERR_EMPTY, 0x10, 0);
}

static void a_pointers_reserved_bits_are_ignored(void **state)
{
    (void)state;
    fake_pci_put_list(function, 0x43);
    fake_pci_put_capability(function, 0x40, 1, 0x46);
    fake_pci_put_capability(function, 0x44, 9, 3);
    assert_int_equal(check_capability(9, 0), 0x44);
    check_no_capability(ERR_EMPTY, 9, 0x44);
}

static void a_pointer_into_the_header_is_invalid(void **state)
{
    (void)state;
    fake_pci_put_list(function, 0x3c);
    check_no_capability(ERR_INVALID, 9, 0);
    fake_pci_put_list(function, 0x40);
    fake_pci_put_capability(function, 0x40, 1, 0x04);
    check_no_capability(ERR_INVALID, 9, 0);
}

static void a_circle_without_the_id_is_invalid(void **state)
{
    (void)state;
    fake_pci_put_list(function, 0x40);
    fake_pci_put_capability(function, 0x40, 1, 0x44);
    fake_pci_put_capability(function, 0x44, 2, 0x40);
    check_no_capability(ERR_INVALID, 9, 0);
    fake_pci_put_capability(function, 0x40, 1, 0x40);
    check_no_capability(ERR_INVALID, 9, 0);
}

// Each single step of it looks all right.
static void a_circle_of_the_wanted_id_ends(void **state)
{
    uint8_t after = 0;
    unsigned found = 0;

    (void)state;
    fake_pci_put_list(function, 0x40);
    fake_pci_put_capability(function, 0x40, 9, 0x44);
    fake_pci_put_capability(function, 0x44, 9, 0x48);
    fake_pci_put_capability(function, 0x48, 9, 0x44);
    while (found < 10 &&
           pci_next_capability(function->at, 9, after, &after) == OK) {
        found++;
    }
    assert_int_equal(found, 3);
    check_no_capability(ERR_INVALID, 9, after);
}

static void the_longest_list_is_walked_to_its_end(void **state)
{
    (void)state;
    fake_pci_put_list(function, 0x40);
    for (unsigned at = 0x40; at < 0x100; at += 4) {
        fake_pci_put_capability(function, at, at == 0xfc ? 9 : 1,
                                (uint8_t)(at + 4)); // the last one: 0
    }
    assert_int_equal(check_capability(9, 0), 0xfc);
}

static void a_capability_that_left_the_list_is_invalid(void **state)
{
    (void)state;
    fake_pci_put_list(function, 0x40);
    fake_pci_put_capability(function, 0x40, 9, 0);
    check_no_capability(ERR_INVALID, 9, 0x50);
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
    (void)state;
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
    (void)state;
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
    (void)state;
    fake_pci_put_bar(function, 0, IO, 0xc040, 0x40);
    function->writable[0x12] = 0;
    function->writable[0x13] = 0;
    check_found(check_bar(0), IO_PORTS, 0xc040, 0x40);
}

static void an_address_that_nobody_gave_is_zero(void **state)
{
    (void)state;
    fake_pci_put_bar(function, 4, WIDE, 0, 0x4000);
    check_found(check_bar(4), IO_MEMORY, 0, 0x4000);
}

static void sizing_leaves_everything_as_it_was(void **state)
{
    struct fake_pci_function before;

    (void)state;
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
    (void)state;
    fake_pci_put_bar(function, 0, WIDE, 0x80000000, 0x1000);
    check_no_bar(ERR_EMPTY, 1);
    check_no_bar(ERR_EMPTY, 2);
    check_no_bar(ERR_RANGE, 6);
    check_no_bar(ERR_RANGE, UINT32_MAX);
}

// Its value looks like a 64-bit register's, but it is half of another.
static void an_upper_half_is_not_taken_for_a_register(void **state)
{
    (void)state;
    fake_pci_put_bar(function, 0, WIDE, 0x500000000, 0x1000);
    fake_pci_put_bar(function, 2, 0, 0x80000000, 0x1000);
    check_no_bar(ERR_EMPTY, 1);
    check_found(check_bar(2), IO_MEMORY, 0x80000000, 0x1000);
}

static void a_bridge_has_two_registers(void **state)
{
    (void)state;
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
    (void)state;
    fake_pci_put_bar(function, 0, 2, 0x80000000, 0x1000); // below 1 MiB
    check_no_bar(ERR_INVALID, 0);
    fake_pci_put_bar(function, 0, 6, 0x80000000, 0x1000);
    check_no_bar(ERR_INVALID, 0);
}

static void a_64_bit_register_past_the_last_is_refused(void **state)
{
    (void)state;
    fake_pci_put_bar(function, 5, WIDE, 0x80000000, 0x1000);
    check_no_bar(ERR_RANGE, 5);
}

static void a_size_that_is_no_power_of_two_is_refused(void **state)
{
    (void)state;
    fake_pci_put_bar(function, 0, 0, 0x80000000, 0x1000);
    function->writable[0x12] = 0x5a;
    check_no_bar(ERR_INVALID, 0);
    fake_pci_put_bar(function, 0, WIDE, 0x80000000, 0x1000);
    function->writable[0x17] = 0x7f;
    check_no_bar(ERR_INVALID, 0);
}

static void an_absent_function_has_no_registers(void **state)
{
    (void)state;
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
    (void)state;
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

    (void)state;
    fake_pci_put_bar(function, 0, 0, 0x80000000, 0x1000);
    fake_pci_put(function, COMMAND, MEMORY, 2);
    found = check_bar(0);
    writes = function->writes;
    assert_int_equal(pci_bar_open(function->at, &found, 0, 16, &region), OK);
    assert_int_equal(function->writes, writes);
}

static void a_window_without_an_address_is_not_opened(void **state)
{
    (void)state;
    fake_pci_put_bar(function, 0, 0, 0, 0x1000);
    check_not_opened(ERR_INVALID, 0, 0, 1);
    fake_pci_put_bar(function, 0, IO, 0, 0x20);
    check_not_opened(ERR_INVALID, 0, 0, 1);
}

static void ports_beyond_the_last_are_not_opened(void **state)
{
    (void)state;
    fake_pci_put_bar(function, 0, IO, 0x10000, 0x20);
    check_not_opened(ERR_INVALID, 0, 0, 1);
    fake_pci_put_bar(function, 0, IO, 0xffe0, 0x20);
    check_opened(0, 0x1f, 1, 0xffff);
}

static void a_window_that_wraps_is_not_opened(void **state)
{
    struct pci_bar bar = {IO_MEMORY, UINT64_MAX - 0xfff, 0x2000, true, false};
    struct io_region region;

    (void)state;
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
    (void)state;
    fake_pci_put_bar(function, 0, 0, 0x80000000, 0x1000);
    check_opened(0, 0xfff, 1, 0x80000fff);
    check_not_opened(ERR_RANGE, 0, 0x1000, 1);
    check_not_opened(ERR_RANGE, 0, 0xfff, 2);
    check_not_opened(ERR_RANGE, 0, 0, 0x1001);
    check_not_opened(ERR_RANGE, 0, UINT64_MAX, 1);
    check_not_opened(ERR_RANGE, 0, 1, UINT32_MAX);
}

static void a_part_of_nothing_is_our_mistake(void **state)
{
    struct pci_bar bar = {.address = 0x80000000, .bytes = 0x1000};
    struct io_region region;

    (void)state;
    expect_assert_failure(
        (void)!pci_bar_open(function->at, &bar, 0, 0, &region));
}

#define claim(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        claim(no_list_is_empty_whatever_the_pointer_says),
        claim(an_absent_function_has_no_capability),
        claim(capabilities_come_in_the_lists_order),
        claim(a_bridge_has_capabilities_too),
        claim(a_pointers_reserved_bits_are_ignored),
        claim(a_pointer_into_the_header_is_invalid),
        claim(a_circle_without_the_id_is_invalid),
        claim(a_circle_of_the_wanted_id_ends),
        claim(the_longest_list_is_walked_to_its_end),
        claim(a_capability_that_left_the_list_is_invalid),
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
        claim(a_part_of_nothing_is_our_mistake),
    };

    return cmocka_run_group_tests_name("platform_pci", tests, NULL, NULL);
}
