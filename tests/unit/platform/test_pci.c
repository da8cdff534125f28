// SPDX-License-Identifier: MIT
// Capability lists of functions built by hand: results and refusals.
// PCI Local Bus 3.0, 6.7.
#include "platform/pci/pci.h"

#include "unit/platform/pci_bus.h"

static struct fake_pci_function *function;

static int setup(void **state)
{
    setup_bus(state);
    function = fake_pci_plug(0, 3, 0);
    return 0;
}

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
    fake_pci_put_capability(function, 0x40, 9, 0);
    function->bytes[0x34] = 0x40;
    check_no_capability(ERR_EMPTY, 9, 0);
}

static void an_absent_function_has_no_capability(void **state)
{
    fake_pci_unplug(function);
    check_no_capability(ERR_EMPTY, 9, 0);
}

static void capabilities_come_in_the_lists_order(void **state)
{
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
    function->bytes[0x0e] = 0x81;
    fake_pci_put_list(function, 0x40);
    fake_pci_put_capability(function, 0x40, 0x10, 0);
    assert_int_equal(check_capability(0x10, 0), 0x40);
    function->bytes[0x0e] = 2; // CardBus: another layout
    check_no_capability(ERR_EMPTY, 0x10, 0);
}

static void a_pointers_reserved_bits_are_ignored(void **state)
{
    fake_pci_put_list(function, 0x43);
    fake_pci_put_capability(function, 0x40, 1, 0x46);
    fake_pci_put_capability(function, 0x44, 9, 3);
    assert_int_equal(check_capability(9, 0), 0x44);
    check_no_capability(ERR_EMPTY, 9, 0x44);
}

static void a_pointer_into_the_header_is_invalid(void **state)
{
    fake_pci_put_list(function, 0x3c);
    check_no_capability(ERR_INVALID, 9, 0);
    fake_pci_put_list(function, 0x40);
    fake_pci_put_capability(function, 0x40, 1, 0x04);
    check_no_capability(ERR_INVALID, 9, 0);
}

static void a_circle_without_the_id_is_invalid(void **state)
{
    fake_pci_put_list(function, 0x40);
    fake_pci_put_capability(function, 0x40, 1, 0x44);
    fake_pci_put_capability(function, 0x44, 2, 0x40);
    check_no_capability(ERR_INVALID, 9, 0);
    fake_pci_put_capability(function, 0x40, 1, 0x40);
    check_no_capability(ERR_INVALID, 9, 0);
}

// Each single step of it looks valid.
static void a_circle_of_the_wanted_id_ends(void **state)
{
    uint8_t after = 0;
    unsigned found = 0;

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
    fake_pci_put_list(function, 0x40);
    for (unsigned at = 0x40; at < 0x100; at += 4) {
        fake_pci_put_capability(function, at, at == 0xfc ? 9 : 1,
                                (uint8_t)(at + 4)); // the last one: 0
    }
    assert_int_equal(check_capability(9, 0), 0xfc);
}

static void a_capability_that_left_the_list_is_invalid(void **state)
{
    fake_pci_put_list(function, 0x40);
    fake_pci_put_capability(function, 0x40, 9, 0);
    check_no_capability(ERR_INVALID, 9, 0x50);
}

#define claim(name) cmocka_unit_test_setup_teardown(name, setup, teardown_bus)

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
    };

    return cmocka_run_group_tests_name("platform_pci", tests, NULL, NULL);
}
