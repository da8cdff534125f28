// SPDX-License-Identifier: MIT
// The walk over buses built by hand: the functions found, their order, and its
// end for any bridges. PCI-to-PCI Bridge 1.2, 3.2.5.
#include "platform/pci/walk.h"

#include <stdio.h>

#include "unit/platform/pci_bus.h"

static struct fake_pci_function *multi(struct fake_pci_function *function)
{
    function->bytes[0x0e] |= 0x80;
    return function;
}

// The functions in the walk's order, as "BB:DD.F BB:DD.F".
static const char *walked(void)
{
    static char text[4096];
    struct pci_walk walk;
    struct pci_address at;
    size_t length = 0;
    unsigned count = 0;

    text[0] = 0;
    pci_walk_begin(&walk);
    while (pci_walk_next(&walk, &at)) {
        length += (size_t)snprintf(text + length, sizeof text - length,
                                   "%s%02x:%02x.%x", length ? " " : "", at.bus,
                                   at.device, at.function);
        count++;
        assert_true(count <= 64);
    }
    assert_false(pci_walk_next(&walk, &at));
    assert_int_equal(walk.functions, count);
    return text;
}

static void without_pci_nothing_is_found(void **state)
{
    assert_string_equal(walked(), "");
}

static void a_vendor_that_nobody_has_is_no_function(void **state)
{
    fake_pci_put(fake_pci_plug(0, 1, 0), 0, 0, 2);
    fake_pci_put(fake_pci_plug(0, 2, 0), 0, 0xffff, 2);
    fake_pci_put(fake_pci_plug(0, 3, 0), 0, 0x8086, 2);
    assert_string_equal(walked(), "00:03.0");
}

static void devices_of_bus_0_come_in_ascending_order(void **state)
{
    fake_pci_plug(0, 31, 0);
    fake_pci_plug(0, 2, 0);
    fake_pci_plug(0, 0, 0);
    assert_string_equal(walked(), "00:00.0 00:02.0 00:1f.0");
}

static void functions_are_looked_for_where_the_first_says_so(void **state)
{
    multi(fake_pci_plug(0, 1, 0));
    fake_pci_plug(0, 1, 3);
    fake_pci_plug(0, 1, 7);
    fake_pci_plug(0, 2, 0);
    fake_pci_plug(0, 2, 1); // an alias of function 0
    assert_string_equal(walked(), "00:01.0 00:01.3 00:01.7 00:02.0");
}

static void functions_without_a_first_one_are_no_device(void **state)
{
    multi(fake_pci_plug(0, 1, 0));
    fake_pci_plug(0, 2, 1);
    assert_string_equal(walked(), "00:01.0");
}

static void a_later_function_does_not_say_how_many_there_are(void **state)
{
    multi(fake_pci_plug(0, 1, 0));
    fake_pci_plug(0, 1, 1);
    fake_pci_plug(0, 1, 2);
    assert_string_equal(walked(), "00:01.0 00:01.1 00:01.2");
}

static void buses_behind_bridges_follow_in_ascending_order(void **state)
{
    fake_pci_plug_bridge(0, 1, 0, 5);
    fake_pci_plug_bridge(0, 2, 0, 1);
    fake_pci_plug(0, 3, 0);
    fake_pci_plug_bridge(1, 0, 0, 2);
    fake_pci_plug(2, 31, 0);
    fake_pci_plug(5, 0, 0);
    fake_pci_plug(3, 0, 0); // no bridge leads to it
    assert_string_equal(walked(), "00:01.0 00:02.0 00:03.0 01:00.0 02:1f.0 "
                                  "05:00.0");
}

static void bridges_of_a_multi_function_device_are_followed(void **state)
{
    multi(fake_pci_plug_bridge(0, 1, 0, 1));
    fake_pci_plug_bridge(0, 1, 1, 2);
    fake_pci_plug(1, 0, 0);
    fake_pci_plug(2, 0, 0);
    assert_string_equal(walked(), "00:01.0 00:01.1 01:00.0 02:00.0");
}

static void the_highest_bus_is_walked(void **state)
{
    fake_pci_plug_bridge(0, 1, 0, 254);
    fake_pci_plug_bridge(254, 31, 0, 255);
    fake_pci_plug_bridge(255, 31, 0, 255);
    assert_string_equal(walked(), "00:01.0 fe:1f.0 ff:1f.0");
}

static void a_bridge_without_a_number_is_passed_over(void **state)
{
    fake_pci_plug_bridge(0, 1, 0, 0);
    fake_pci_plug(0, 2, 0);
    assert_string_equal(walked(), "00:01.0 00:02.0");
    assert_int_equal(
        fake_log_count("pci bridge at=00:01.0 secondary=0 followed=no"), 1);
}

static void a_bridge_back_or_to_itself_is_not_followed(void **state)
{
    fake_pci_plug_bridge(0, 1, 0, 2);
    fake_pci_plug_bridge(2, 1, 0, 1);
    fake_pci_plug_bridge(2, 2, 0, 2);
    fake_pci_plug(1, 0, 0);
    assert_string_equal(walked(), "00:01.0 02:01.0 02:02.0");
    assert_int_equal(fake_log_count("followed=no"), 2);
}

static void two_bridges_to_one_bus_lead_there_once(void **state)
{
    fake_pci_plug_bridge(0, 1, 0, 1);
    fake_pci_plug_bridge(0, 2, 0, 1);
    fake_pci_plug(1, 0, 0);
    assert_string_equal(walked(), "00:01.0 00:02.0 01:00.0");
    assert_int_equal(
        fake_log_count("pci bridge at=00:02.0 secondary=1 followed=no"), 1);
}

static void other_kinds_of_header_are_no_bridge(void **state)
{
    fake_pci_plug_bridge(0, 1, 0, 1)->bytes[0x0e] = 2; // CardBus
    fake_pci_plug(0, 2, 0)->bytes[0x19] = 1;
    fake_pci_plug(1, 0, 0);
    assert_string_equal(walked(), "00:01.0 00:02.0");
}

static void the_bridge_above_a_bus_is_found(void **state)
{
    struct pci_address bridge;

    fake_pci_plug_bridge(0, 1, 0, 1);
    fake_pci_plug_bridge(1, 4, 0, 2);
    fake_pci_plug(2, 0, 0);
    assert_int_equal(pci_bridge_above(2, &bridge), OK);
    assert_int_equal(bridge.bus, 1);
    assert_int_equal(bridge.device, 4);
    assert_int_equal(pci_bridge_above(1, &bridge), OK);
    assert_int_equal(bridge.bus, 0);
    assert_int_equal(pci_bridge_above(0, &bridge), ERR_EMPTY);
    assert_int_equal(pci_bridge_above(3, &bridge), ERR_EMPTY);
}

// An unnumbered bridge has secondary bus 0, but leads to no bus.
static void no_bridge_is_above_bus_0(void **state)
{
    struct pci_address bridge;

    fake_pci_plug_bridge(0, 1, 0, 0);
    assert_int_equal(pci_bridge_above(0, &bridge), ERR_EMPTY);
}

// A bridge that the walk skips is not an ancestor.
static void a_bridge_back_is_above_no_bus(void **state)
{
    struct pci_address bridge;

    fake_pci_plug_bridge(0, 1, 0, 3);
    fake_pci_plug_bridge(3, 0, 0, 2);
    assert_int_equal(pci_bridge_above(2, &bridge), ERR_EMPTY);
}

#define claim(name)                                                            \
    cmocka_unit_test_setup_teardown(name, setup_bus, teardown_bus)

int main(void)
{
    const struct CMUnitTest tests[] = {
        claim(without_pci_nothing_is_found),
        claim(a_vendor_that_nobody_has_is_no_function),
        claim(devices_of_bus_0_come_in_ascending_order),
        claim(functions_are_looked_for_where_the_first_says_so),
        claim(functions_without_a_first_one_are_no_device),
        claim(a_later_function_does_not_say_how_many_there_are),
        claim(buses_behind_bridges_follow_in_ascending_order),
        claim(bridges_of_a_multi_function_device_are_followed),
        claim(the_highest_bus_is_walked),
        claim(a_bridge_without_a_number_is_passed_over),
        claim(a_bridge_back_or_to_itself_is_not_followed),
        claim(two_bridges_to_one_bus_lead_there_once),
        claim(other_kinds_of_header_are_no_bridge),
        claim(the_bridge_above_a_bus_is_found),
        claim(no_bridge_is_above_bus_0),
        claim(a_bridge_back_is_above_no_bus),
    };

    return cmocka_run_group_tests_name("platform_pci_walk", tests, NULL, NULL);
}
