// SPDX-License-Identifier: MIT
// The places searched for a device, their order, and the log lines. The
// transports are this file's fakes: a slot or a function has a type, and is
// valid or not. VIRTIO 1.4, 4.1.2, 4.2.1.
#include "virtio/probe.h"

#include <stdio.h>

#include "fakes/fake_pci_bus.h"
#include "fakes/fake_report.h"
#include "platform/irq.h"
#include "platform/pci/assign.h"
#include "platform/pci/interrupt.h"
#include "unit/checks.h"
#include "virtio/mmio/mmio.h"
#include "virtio/pci/pci.h"
#include "virtio/transport.h"

// --- What is in slots and functions ------------------------------------------

enum {
    BALLOON = 5,
    OTHER = 4,
    SLOTS = 4,
    SLOT_BASE = 0x1000, // then 0x1000 each
    GSI = 40,
    TYPE = 0x2e, // of a function: its subsystem id, as on legacy devices
};

static const struct virtio_transport transport = {.name = "by-test"};

static uint32_t slot_types[SLOTS];
static enum error function_error; // of virtio_pci_probe
static uint32_t probed_type;      // result of the probe
static enum error connect_error;  // of either kind
static uint32_t connected_gsi;    // of a slot
static bool pin;                  // of a function: otherwise messages
static char places[256];          // probed places, in order

static void say(const char *what, unsigned number)
{
    const size_t length = strlen(places);

    (void)snprintf(places + length, sizeof places - length, "%s%s%u",
                   length ? " " : "", what, number);
}

enum error virtio_mmio_probe(struct virtio_device *device,
                             struct io_region region)
{
    const unsigned slot = (unsigned)(region.handle / SLOT_BASE - 1);

    say("slot", slot);
    assert_int_equal(region.bytes, 0x200);
    if (slot_types[slot] == 0) {
        return ERR_EMPTY;
    }
    *device = (struct virtio_device){.transport = &transport,
                                     .device_id = slot_types[slot]};
    return OK;
}

enum error irq_connect(const struct irq_line *line, irq_handler *handler,
                       void *context)
{
    assert_non_null(handler);
    assert_non_null(context);
    assert_false(line->edge);
    assert_false(line->low);
    connected_gsi = line->gsi;
    return connect_error;
}

uint32_t virtio_pci_type(struct pci_address at)
{
    say("function", at.device);
    return pci_read16(at, TYPE);
}

enum error pci_assign(struct pci_address at)
{
    say("assign", at.device);
    return ERR_FULL; // the caller ignores it
}

enum error virtio_pci_probe(struct virtio_device *device, struct pci_address at)
{
    say("probe", at.device);
    *device = (struct virtio_device){.transport = &transport,
                                     .device_id = probed_type};
    return function_error;
}

enum error virtio_pci_connect(struct virtio_device *device)
{
    assert_ptr_equal(device->transport, &transport);
    return connect_error;
}

enum error pci_pin_gsi(struct pci_address at, uint32_t *gsi)
{
    *gsi = at.device;
    return pin ? OK : ERR_EMPTY;
}

void virtio_pci_disconnect(struct virtio_device *device)
{
    assert_non_null(device);
    say("disconnected", 0);
}

// --- A machine with four slots -----------------------------------------------

static struct machine machine;
static struct virtio_device device;
static struct virtio_search search;

static int setup(void **state)
{
    fake_report_clear();
    fake_pci_bus_clear();
    memset(slot_types, 0, sizeof slot_types);
    machine.slot_count = SLOTS;
    for (unsigned i = 0; i < SLOTS; i++) {
        machine.slots[i] = (struct machine_slot){paddr_of(SLOT_BASE * (i + 1)),
                                                 0x200, GSI + i};
    }
    function_error = connect_error = OK;
    probed_type = BALLOON;
    connected_gsi = 0;
    pin = false;
    places[0] = 0;
    return 0;
}

static void put_function(uint8_t bus, uint8_t number, uint16_t type)
{
    fake_pci_put(fake_pci_plug(bus, number, 0), TYPE, type, 2);
}

static void check_probe(enum error error)
{
    assert_int_equal(virtio_probe(&machine, BALLOON, &device, &search), error);
}

// --- Claims ------------------------------------------------------------------

static void the_last_slot_is_looked_at_first(void **state)
{
    slot_types[3] = slot_types[2] = BALLOON;
    put_function(0, 1, BALLOON);
    check_probe(OK);
    assert_string_equal(places, "slot3");
    assert_int_equal(connected_gsi, GSI + 3);
    assert_int_equal(search.slots, 1);
    assert_int_equal(search.functions, 0);
    assert_int_equal(fake_pci_accesses(), 0);
    check_contains(fake_log(), "virtio found id=5 transport=by-test "
                               "address=0x4000 gsi=43");
}

static void slots_of_other_types_are_passed_over(void **state)
{
    slot_types[3] = OTHER;
    slot_types[0] = BALLOON;
    check_probe(OK);
    assert_string_equal(places, "slot3 slot2 slot1 slot0");
    assert_int_equal(connected_gsi, GSI);
}

static void functions_are_looked_at_when_no_slot_has_it(void **state)
{
    slot_types[3] = OTHER;
    put_function(0, 1, 0);
    put_function(0, 2, OTHER);
    put_function(0, 3, BALLOON);
    put_function(0, 4, BALLOON);
    check_probe(OK);
    assert_string_equal(places, "slot3 slot2 slot1 slot0 function1 function2 "
                                "function3 assign3 probe3");
    assert_int_equal(search.slots, 4);
    assert_int_equal(search.functions, 3);
    assert_int_equal(fake_log_count("pci function at=00:02.0 id=1234:5678"), 1);
    assert_int_equal(fake_log_count("pci function at=00:04.0"), 0);
    check_contains(fake_log(), "virtio found id=5 transport=by-test "
                               "pci=00:03.0 irq=msix");
}

static void a_function_that_changes_its_type_is_refused(void **state)
{
    put_function(0, 3, BALLOON);
    probed_type = OTHER;
    check_probe(ERR_DEVICE);
    assert_string_equal(search.what, "PCI function can't be used");
    assert_int_equal(fake_log_count("virtio found"), 0);
}

static void a_function_behind_a_bridge_is_found(void **state)
{
    fake_pci_plug_bridge(0, 1, 0, 6);
    put_function(6, 9, BALLOON);
    pin = true;
    check_probe(OK);
    check_contains(fake_log(), "virtio found id=5 transport=by-test "
                               "pci=06:09.0 gsi=9");
}

static void what_was_looked_at_is_counted(void **state)
{
    slot_types[1] = OTHER;
    fake_pci_plug_bridge(0, 1, 0, 6);
    put_function(6, 9, OTHER);
    check_probe(ERR_EMPTY);
    assert_int_equal(search.slots, SLOTS);
    assert_int_equal(search.functions, 2);
    machine.slot_count = 0;
    fake_pci_bus_clear();
    check_probe(ERR_EMPTY);
    assert_int_equal(search.slots, 0);
    assert_int_equal(search.functions, 0);
}

static void a_slot_that_can_not_interrupt_ends_the_search(void **state)
{
    slot_types[1] = slot_types[0] = BALLOON;
    connect_error = ERR_RANGE;
    check_probe(ERR_RANGE);
    assert_string_equal(places, "slot3 slot2 slot1");
    assert_string_equal(search.what, "slot's interrupt has no route");
    assert_int_equal(fake_log_count("virtio found"), 0);
}

// For any error: it is not reported as "no device".
static void a_function_that_can_not_be_used_ends_the_search(void **state)
{
    static const struct {
        enum error given, expected;
    } errors[] = {{ERR_INVALID, ERR_INVALID},
                  {ERR_UNSUPPORTED, ERR_UNSUPPORTED},
                  {ERR_EMPTY, ERR_UNSUPPORTED}};

    put_function(0, 1, BALLOON);
    put_function(0, 2, BALLOON);
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        function_error = errors[i].given;
        check_probe(errors[i].expected);
        assert_string_equal(search.what, "PCI function can't be used");
        assert_int_equal(search.functions, 1);
    }
}

static void a_function_that_can_not_interrupt_ends_the_search(void **state)
{
    static const struct {
        enum error given, expected;
    } errors[] = {{ERR_RANGE, ERR_RANGE}, {ERR_EMPTY, ERR_UNSUPPORTED}};

    put_function(0, 1, BALLOON);
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        connect_error = errors[i].given;
        check_probe(errors[i].expected);
        assert_string_equal(search.what,
                            "PCI function's interrupt has no route");
    }
    assert_int_equal(fake_log_count("virtio found"), 0);
}

static enum error next(void)
{
    return virtio_probe_next(&machine, BALLOON, &device, &search);
}

// Slots 3 and 0, functions 1 and 4, and one between them that is no use.
static void every_device_of_a_type_is_found_by_repeated_calls(void **state)
{
    search = (struct virtio_search){.quiet = true};
    slot_types[3] = slot_types[0] = BALLOON;
    slot_types[1] = OTHER;
    put_function(0, 1, BALLOON);
    put_function(0, 2, OTHER);
    put_function(0, 3, BALLOON);
    put_function(0, 4, BALLOON);
    assert_int_equal(next(), OK);
    assert_int_equal(connected_gsi, GSI + 3);
    assert_int_equal(next(), OK);
    assert_int_equal(connected_gsi, GSI);
    assert_int_equal(next(), OK);
    function_error = ERR_INVALID;
    assert_int_equal(next(), ERR_INVALID);
    assert_string_equal(search.what, "PCI function can't be used");
    function_error = OK;
    assert_int_equal(next(), OK);
    assert_int_equal(next(), ERR_EMPTY);
    assert_int_equal(next(), ERR_EMPTY);
    assert_string_equal(places, "slot3 slot2 slot1 slot0 function1 assign1 "
                                "probe1 function2 function3 assign3 probe3 "
                                "function4 assign4 probe4");
    assert_int_equal(search.slots, SLOTS);
    assert_int_equal(search.functions, 4);
    assert_int_equal(fake_log_count("pci function"), 0);
}

// A slot that can't be used does not hide the ones behind it.
static void a_search_goes_on_behind_a_slot_that_can_not_interrupt(void **state)
{
    search = (struct virtio_search){.quiet = true};
    slot_types[3] = slot_types[1] = BALLOON;
    connect_error = ERR_RANGE;
    assert_int_equal(next(), ERR_RANGE);
    connect_error = OK;
    assert_int_equal(next(), OK);
    assert_int_equal(connected_gsi, GSI + 1);
}

static void a_quiet_search_names_no_function(void **state)
{
    struct virtio_search quiet = {.quiet = true};

    put_function(0, 1, OTHER);
    assert_int_equal(virtio_probe_pci(BALLOON, &device, &quiet), ERR_EMPTY);
    assert_int_equal(quiet.functions, 1);
    assert_string_equal(fake_log(), "");
}

#define claim(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        claim(the_last_slot_is_looked_at_first),
        claim(slots_of_other_types_are_passed_over),
        claim(functions_are_looked_at_when_no_slot_has_it),
        claim(a_function_that_changes_its_type_is_refused),
        claim(a_function_behind_a_bridge_is_found),
        claim(what_was_looked_at_is_counted),
        claim(a_slot_that_can_not_interrupt_ends_the_search),
        claim(a_function_that_can_not_be_used_ends_the_search),
        claim(a_function_that_can_not_interrupt_ends_the_search),
        claim(a_quiet_search_names_no_function),
        claim(every_device_of_a_type_is_found_by_repeated_calls),
        claim(a_search_goes_on_behind_a_slot_that_can_not_interrupt),
    };

    return cmocka_run_group_tests_name("virtio_probe", tests, NULL, NULL);
}
