// SPDX-License-Identifier: MIT
// From a function's pin to an interrupt request, through bridges built by hand.
// PCI Local Bus 3.0, 6.2.4; PCI-to-PCI Bridge 1.2, 9.1.
#include "platform/pci/pin.h"

#include "unit/platform/pci_bus.h"

enum {
    LINE = 0x3c,
    PIN = 0x3d,
    INTA = 1,
    INTB,
    INTC,
    INTD,
};

static struct fake_pci_function *with_pin(struct fake_pci_function *function,
                                          uint8_t pin, uint8_t line)
{
    function->bytes[PIN] = pin;
    function->bytes[LINE] = line;
    return function;
}

static void check_request(const struct fake_pci_function *function,
                          uint8_t expected)
{
    uint8_t request = 0xaa;

    assert_int_equal(pci_pin_request(function->at, &request), OK);
    assert_int_equal(request, expected);
}

static void check_no_request(const struct fake_pci_function *function,
                             enum error error)
{
    uint8_t request;

    assert_int_equal(pci_pin_request(function->at, &request), error);
}

static void check_root(const struct fake_pci_function *function,
                       const struct fake_pci_function *expected, uint8_t pin)
{
    struct pci_address at = function->at;
    uint8_t found;

    assert_int_equal(pci_root_pin(&at, &found), OK);
    assert_int_equal(at.bus, 0);
    assert_int_equal(at.device, expected->at.device);
    assert_int_equal(found, pin);
}

static void on_the_root_bus_the_pin_is_the_functions_own(void **state)
{
    struct fake_pci_function *function = with_pin(fake_pci_plug(0, 7, 0), 3, 9);

    check_root(function, function, INTC);
}

// Bridge 1.2, table 9-1: device 0 keeps its pins, device 1 moves each by one,
// ...
static void a_bridge_moves_pins_on_by_the_device_number(void **state)
{
    static const uint8_t expected[5][4] = {
        {INTA, INTB, INTC, INTD}, {INTB, INTC, INTD, INTA},
        {INTC, INTD, INTA, INTB}, {INTD, INTA, INTB, INTC},
        {INTA, INTB, INTC, INTD},
    };

    for (uint8_t device = 0; device < 5; device++) {
        for (uint8_t pin = INTA; pin <= INTD; pin++) {
            struct fake_pci_function *bridge;

            fake_pci_bus_clear();
            bridge = fake_pci_plug_bridge(0, 9, 0, 1);
            check_root(with_pin(fake_pci_plug(1, device, 0), pin, 0), bridge,
                       expected[device][pin - 1]);
        }
    }
}

static void every_bridge_on_the_way_moves_the_pin(void **state)
{
    struct fake_pci_function *top = fake_pci_plug_bridge(0, 30, 0, 1);

    fake_pci_plug_bridge(1, 3, 0, 2);
    // A by device 2 to C, C by device 3 to B.
    check_root(with_pin(fake_pci_plug(2, 2, 0), INTA, 0), top, INTB);
}

static void the_line_that_firmware_wrote_is_the_request(void **state)
{
    check_request(with_pin(fake_pci_plug(0, 1, 0), INTA, 10), 10);
    check_request(with_pin(fake_pci_plug(0, 2, 0), INTD, 15), 15);
    check_request(with_pin(fake_pci_plug(0, 3, 0), INTB, 1), 1);
}

static void behind_a_bridge_its_own_line_counts(void **state)
{
    with_pin(fake_pci_plug_bridge(0, 1, 0, 1), INTA, 10);
    check_request(with_pin(fake_pci_plug(1, 0, 0), INTA, 11), 11);
}

static void without_a_pin_there_is_no_request(void **state)
{
    check_no_request(with_pin(fake_pci_plug(0, 1, 0), 0, 10), ERR_EMPTY);
}

static void a_pin_that_can_not_be_is_refused(void **state)
{
    check_no_request(with_pin(fake_pci_plug(0, 1, 0), 5, 10), ERR_RANGE);
    check_no_request(with_pin(fake_pci_plug(0, 2, 0), 0xff, 10), ERR_RANGE);
}

static void a_line_that_nobody_wrote_is_refused(void **state)
{
    static const uint8_t lines[] = {0, 16, 254, 255};

    for (size_t i = 0; i < sizeof lines; i++) {
        fake_pci_bus_clear();
        check_no_request(with_pin(fake_pci_plug(0, 1, 0), INTA, lines[i]),
                         ERR_RANGE);
    }
}

static void a_function_plugged_in_later_takes_its_bridges_line(void **state)
{
    static const uint8_t lines[] = {0, 0xff};

    for (size_t i = 0; i < sizeof lines; i++) {
        fake_pci_bus_clear();
        with_pin(fake_pci_plug_bridge(0, 1, 0, 1), INTA, 10);
        check_request(with_pin(fake_pci_plug(1, 0, 0), INTA, lines[i]), 10);
    }
}

static void it_takes_the_line_of_the_bridge_on_the_root_bus(void **state)
{
    with_pin(fake_pci_plug_bridge(0, 1, 0, 1), INTA, 10);
    with_pin(fake_pci_plug_bridge(1, 0, 0, 2), INTA, 11);
    check_request(with_pin(fake_pci_plug(2, 0, 0), INTA, 0), 10);
}

static void a_bridge_of_another_pin_says_nothing(void **state)
{
    with_pin(fake_pci_plug_bridge(0, 1, 0, 1), INTA, 10);
    check_no_request(with_pin(fake_pci_plug(1, 1, 0), INTA, 0), ERR_RANGE);
    check_request(with_pin(fake_pci_plug(1, 3, 0), INTB, 0), 10);
}

static void a_bridge_without_a_line_says_nothing(void **state)
{
    with_pin(fake_pci_plug_bridge(0, 1, 0, 1), INTA, 255);
    check_no_request(with_pin(fake_pci_plug(1, 0, 0), INTA, 0), ERR_RANGE);
}

static void a_bus_that_no_bridge_leads_to_is_refused(void **state)
{
    check_no_request(with_pin(fake_pci_plug(4, 0, 0), INTA, 10), ERR_RANGE);
}

#define claim(name)                                                            \
    cmocka_unit_test_setup_teardown(name, setup_bus, teardown_bus)

int main(void)
{
    const struct CMUnitTest tests[] = {
        claim(on_the_root_bus_the_pin_is_the_functions_own),
        claim(a_bridge_moves_pins_on_by_the_device_number),
        claim(every_bridge_on_the_way_moves_the_pin),
        claim(the_line_that_firmware_wrote_is_the_request),
        claim(behind_a_bridge_its_own_line_counts),
        claim(without_a_pin_there_is_no_request),
        claim(a_pin_that_can_not_be_is_refused),
        claim(a_line_that_nobody_wrote_is_refused),
        claim(a_function_plugged_in_later_takes_its_bridges_line),
        claim(it_takes_the_line_of_the_bridge_on_the_root_bus),
        claim(a_bridge_of_another_pin_says_nothing),
        claim(a_bridge_without_a_line_says_nothing),
        claim(a_bus_that_no_bridge_leads_to_is_refused),
    };

    return cmocka_run_group_tests_name("platform_pci_pin", tests, NULL, NULL);
}
