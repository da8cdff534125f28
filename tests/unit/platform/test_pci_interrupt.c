// SPDX-License-Identifier: MIT
// MSI-X tables and pins of functions built by hand; a fake of the interrupt
// routing in this file records the requests.
// PCI Local Bus 3.0, 6.8.2.
#include "platform/pci/interrupt.h"

#include "arch/x86_64/apic.h"
#include "fakes/fake_io.h"
#include "fakes/fake_pci_bus.h"
#include "fakes/fake_report.h"
#include "platform/irq.h"
#include "unit/checks.h"

// --- Routing, as the code under test sees it ---------------------------------

enum {
    APIC_ID = 0x5a,
    FIRST_VECTOR = 0x70,
    VECTORS = 8,
};

static struct {
    bool taken[VECTORS];
    unsigned free; // number of vectors still available
    struct pci_message messages[VECTORS];
    unsigned lines; // connected
    struct irq_line line;
    irq_handler *handler;
    void *context;
    enum error connect_error;
} irq;

uint8_t lapic_id(void)
{
    return APIC_ID;
}

enum error irq_vector_alloc(irq_handler *handler, void *context,
                            uint8_t *vector)
{
    for (uint8_t i = 0; i < VECTORS && irq.free > 0; i++) {
        if (!irq.taken[i]) {
            irq.taken[i] = true;
            irq.free--;
            irq.messages[i] = (struct pci_message){handler, context};
            *vector = FIRST_VECTOR + i;
            return OK;
        }
    }
    return ERR_FULL;
}

void irq_vector_free(uint8_t vector)
{
    assert_true(irq.taken[vector - FIRST_VECTOR]);
    irq.taken[vector - FIRST_VECTOR] = false;
    irq.free++;
}

struct irq_line irq_shared_line(uint8_t request)
{
    return (struct irq_line){.gsi = 100u + request, .low = true};
}

enum error irq_connect(const struct irq_line *line, irq_handler *handler,
                       void *context)
{
    if (irq.connect_error == OK) {
        irq.lines++;
        irq.line = *line;
        irq.handler = handler;
        irq.context = context;
    }
    return irq.connect_error;
}

void irq_disconnect(uint32_t gsi, irq_handler *handler, void *context)
{
    assert_int_equal(gsi, irq.line.gsi);
    assert_ptr_equal(handler, irq.handler);
    assert_ptr_equal(context, irq.context);
    irq.lines--;
}

// --- The function, with a table in BAR 1 -------------------------------------

enum {
    COMMAND = 0x04,
    INTX_DISABLE = 0x400,
    LINE = 0x3c,
    PIN = 0x3d,
    CAPABILITY = 0x98,
    CONTROL = CAPABILITY + 2,
    TABLE = CAPABILITY + 4,
    ENABLE = 0x8000,
    MASK_ALL = 0x4000,
    ENTRIES = 4,
    TABLE_OFFSET = 0x800,
};

#define BAR 0xfebfe000u

static struct fake_pci_function *function;
static uint32_t table[ENTRIES][4];
static unsigned unmasked_while_live; // entries changed while unmasked

static uint32_t read_table(void *device, uint32_t offset, unsigned width)
{
    (void)device;
    assert_int_equal(width, 4);
    return table[offset / 16][offset / 4 % 4];
}

static void write_table(void *device, uint32_t offset, unsigned width,
                        uint32_t value)
{
    const unsigned field = offset / 4 % 4;
    const uint32_t control = fake_pci_get(function, CONTROL, 2);

    (void)device;
    assert_int_equal(width, 4);
    if (field != 3 && !(table[offset / 16][3] & 1)) {
        unmasked_while_live++;
    }
    if (field == 3 && !(value & 1) && !(control & MASK_ALL)) {
        unmasked_while_live++;
    }
    table[offset / 16][field] = value;
}

static void put_msix(unsigned entries, uint32_t where)
{
    fake_pci_put_list(function, CAPABILITY);
    fake_pci_put_capability(function, CAPABILITY, 0x11, 0);
    fake_pci_put(function, CONTROL, entries - 1, 2);
    function->writable[CONTROL + 1] = 0xc0;
    fake_pci_put(function, TABLE, where, 4);
    fake_pci_put(function, TABLE + 4, 0xc01, 4);
    fake_pci_put_bar(function, 1, 0, BAR, 0x1000);
}

static int setup(void **state)
{
    fake_report_clear();
    fake_pci_bus_clear();
    fake_io_disclaim(table);
    fake_io_claim(&(struct fake_io_region){.first = BAR + TABLE_OFFSET,
                                           .bytes = sizeof table,
                                           .device = table,
                                           .read = read_table,
                                           .write = write_table});
    memset(table, 0, sizeof table);
    for (unsigned i = 0; i < ENTRIES; i++) {
        table[i][3] = 1; // as after a reset
    }
    memset(&irq, 0, sizeof irq);
    irq.free = VECTORS;
    unmasked_while_live = 0;
    function = fake_pci_plug(0, 3, 0);
    function->bytes[PIN] = 1;
    function->bytes[LINE] = 11;
    put_msix(ENTRIES, TABLE_OFFSET | 1);
    return 0;
}

// After any test, stopping returns every resource.
static int teardown(void **state)
{
    pci_interrupts_stop(function->at);
    assert_int_equal(irq.free, irq.connect_error == OK ? VECTORS : irq.free);
    assert_int_equal(irq.lines, 0);
    assert_string_equal(fake_violations(), "");
    return 0;
}

static bool on_first(void *context)
{
    (void)context;
    return true;
}

static bool on_second(void *context)
{
    (void)context;
    return true;
}

static int contexts[2];
static const struct pci_message messages[] = {{on_first, &contexts[0]},
                                              {on_second, &contexts[1]}};

static void check_started(void)
{
    assert_int_equal(pci_msix_start(function->at, messages, 2), OK);
}

static uint32_t control(void)
{
    return fake_pci_get(function, CONTROL, 2);
}

static uint32_t command(void)
{
    return fake_pci_get(function, COMMAND, 2);
}

// The start fails, and changes nothing.
static void check_not_started(enum error error)
{
    const uint32_t before = control();
    const unsigned free = irq.free;

    assert_int_equal(pci_msix_start(function->at, messages, 2), error);
    assert_int_equal(control(), before);
    assert_int_equal(irq.free, free);
    assert_int_equal(command() & INTX_DISABLE, 0);
    assert_int_equal(table[0][0], 0);
}

// --- Messages ----------------------------------------------------------------

static void each_entry_names_the_cpu_and_its_vector(void **state)
{
    check_started();
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(table[i][0], 0xfee00000 | APIC_ID << 12);
        assert_int_equal(table[i][1], 0);
        assert_int_equal(table[i][2], FIRST_VECTOR + i);
        assert_int_equal(table[i][3], 0);
        assert_ptr_equal(irq.messages[i].handler, messages[i].handler);
        assert_ptr_equal(irq.messages[i].context, messages[i].context);
    }
}

static void messages_are_on_and_the_pin_is_off(void **state)
{
    check_started();
    assert_int_equal(control(), ENABLE | (ENTRIES - 1));
    assert_int_equal(command(), INTX_DISABLE | 2);
}

static void no_entry_is_live_before_all_are_written(void **state)
{
    check_started();
    assert_int_equal(unmasked_while_live, 0);
}

static void entries_that_nobody_asked_for_are_masked(void **state)
{
    for (unsigned i = 0; i < ENTRIES; i++) {
        table[i][3] = 0; // as firmware may leave them
    }
    check_started();
    assert_int_equal(table[2][3], 1);
    assert_int_equal(table[3][3], 1);
    assert_int_equal(table[0][3], 0);
    assert_int_equal(unmasked_while_live, 0);
}

static void a_function_without_messages_is_told_so(void **state)
{
    fake_pci_put_capability(function, CAPABILITY, 5, 0);
    check_not_started(ERR_EMPTY);
}

static void too_few_entries_are_none(void **state)
{
    put_msix(1, TABLE_OFFSET | 1);
    check_not_started(ERR_EMPTY);
    put_msix(2, TABLE_OFFSET | 1);
    check_started();
}

static void a_capability_cut_off_by_the_end_is_refused(void **state)
{
    fake_pci_put_list(function, 0xf8);
    fake_pci_put_capability(function, 0xf8, 0x11, 0);
    check_not_started(ERR_INVALID);
}

static void a_broken_list_is_refused(void **state)
{
    fake_pci_put_capability(function, CAPABILITY, 5, CAPABILITY);
    check_not_started(ERR_INVALID);
}

static void a_table_in_no_memory_window_is_refused(void **state)
{
    fake_pci_put_bar(function, 0, 1, 0xc000, 0x1000);
    fake_pci_put(function, TABLE, TABLE_OFFSET | 0, 4); // ports
    check_not_started(ERR_INVALID);
    for (unsigned bar = 2; bar < 8; bar++) { // not there, or reserved
        fake_pci_put(function, TABLE, TABLE_OFFSET | bar, 4);
        check_not_started(ERR_INVALID);
    }
}

static void a_table_beyond_its_window_is_refused(void **state)
{
    put_msix(ENTRIES, (0x1000 - 16 * ENTRIES + 8) | 1);
    check_not_started(ERR_RANGE);
    put_msix(ENTRIES, 0x1000 | 1);
    check_not_started(ERR_RANGE);
    put_msix(ENTRIES, 0xfffffff8 | 1);
    check_not_started(ERR_RANGE);
    put_msix(2048, TABLE_OFFSET | 1);
    check_not_started(ERR_RANGE);
}

static void a_window_without_an_address_is_refused(void **state)
{
    fake_pci_put_bar(function, 1, 0, 0, 0x1000);
    check_not_started(ERR_INVALID);
}

static void without_a_vector_for_each_none_is_kept(void **state)
{
    irq.free = 1;
    check_not_started(ERR_FULL);
    irq.free = VECTORS;
}

static void stopping_gives_the_vectors_back(void **state)
{
    check_started();
    assert_int_equal(irq.free, VECTORS - 2);
    pci_interrupts_stop(function->at);
    assert_int_equal(irq.free, VECTORS);
    assert_int_equal(control(), ENTRIES - 1);
    assert_int_equal(command() & INTX_DISABLE, INTX_DISABLE);
}

static void it_can_be_started_again_and_again(void **state)
{
    for (unsigned i = 0; i < 20; i++) {
        check_started();
        pci_interrupts_stop(function->at);
    }
}

static void two_functions_have_vectors_of_their_own(void **state)
{
    struct fake_pci_function *first = function;

    check_started();
    function = fake_pci_plug(0, 4, 0);
    put_msix(ENTRIES, TABLE_OFFSET | 1);
    check_started();
    assert_int_equal(table[0][2], FIRST_VECTOR + 2);
    pci_interrupts_stop(first->at);
    assert_int_equal(irq.free, VECTORS - 2);
    assert_int_equal(control() & ENABLE, ENABLE);
}

static void a_function_that_is_gone_is_forgotten(void **state)
{
    const struct pci_address at = function->at;
    unsigned writes;

    check_started();
    writes = function->writes;
    fake_pci_unplug(function);
    pci_interrupts_stop(at);
    assert_int_equal(irq.free, VECTORS);
    assert_int_equal(function->writes, writes);
}

static void what_firmware_left_on_is_stopped_too(void **state)
{
    fake_pci_put(function, CONTROL, ENABLE | MASK_ALL | (ENTRIES - 1), 2);
    pci_interrupts_stop(function->at);
    assert_int_equal(control(), ENTRIES - 1);
    assert_int_equal(command(), INTX_DISABLE);
}

// A function that claims to be a bridge with a slot, and a balloon: the second
// driver is refused, for messages and for the pin.
static void a_function_that_is_two_things_interrupts_for_the_first(void **state)
{
    check_started();
    assert_int_equal(pci_msix_start(function->at, messages, 2), ERR_INVALID);
    assert_int_equal(pci_pin_connect(function->at, on_first, NULL),
                     ERR_INVALID);
    assert_int_equal(control(), ENABLE | (ENTRIES - 1));
}

// --- Pins --------------------------------------------------------------------

static void check_connected(void)
{
    assert_int_equal(pci_pin_connect(function->at, on_first, contexts), OK);
}

static void a_pin_goes_where_the_platform_says(void **state)
{
    uint32_t gsi = 0;

    check_connected();
    assert_int_equal(irq.lines, 1);
    assert_int_equal(irq.line.gsi, 111);
    assert_true(irq.line.low);
    assert_ptr_equal(irq.context, contexts);
    assert_int_equal(pci_pin_gsi(function->at, &gsi), OK);
    assert_int_equal(gsi, 111);
}

static void stopping_disconnects_the_pin(void **state)
{
    uint32_t gsi;

    check_connected();
    pci_interrupts_stop(function->at);
    assert_int_equal(irq.lines, 0);
    assert_int_equal(command(), INTX_DISABLE);
    assert_int_equal(pci_pin_gsi(function->at, &gsi), ERR_EMPTY);
}

static void messages_are_no_pin(void **state)
{
    uint32_t gsi;

    assert_int_equal(pci_pin_gsi(function->at, &gsi), ERR_EMPTY);
    check_started();
    assert_int_equal(pci_pin_gsi(function->at, &gsi), ERR_EMPTY);
}

static void a_pin_without_a_line_is_logged_with_its_registers(void **state)
{
    function->bytes[LINE] = 0xff;
    assert_int_equal(pci_pin_connect(function->at, on_first, contexts),
                     ERR_RANGE);
    assert_int_equal(fake_log_count("pci=00:03.0 pin=1 line=255"), 1);
    function->bytes[PIN] = 0;
    assert_int_equal(pci_pin_connect(function->at, on_first, contexts),
                     ERR_EMPTY);
}

static void a_line_that_can_not_be_connected_is_not_kept(void **state)
{
    uint32_t gsi;

    irq.connect_error = ERR_FULL;
    assert_int_equal(pci_pin_connect(function->at, on_first, contexts),
                     ERR_FULL);
    assert_int_equal(pci_pin_gsi(function->at, &gsi), ERR_EMPTY);
}

// Without a driver they would never deassert a shared line.
static void functions_that_nobody_drives_lose_their_pins(void **state)
{
    struct fake_pci_function *other = fake_pci_plug(0, 4, 0);
    struct fake_pci_function *without = fake_pci_plug(0, 5, 0);
    struct fake_pci_function *bridge = fake_pci_plug_bridge(0, 6, 0, 1);
    struct fake_pci_function *behind = fake_pci_plug(1, 0, 0);

    other->bytes[PIN] = 1;
    bridge->bytes[PIN] = 1;
    behind->bytes[PIN] = 4;
    fake_pci_put(other, COMMAND, 7, 2);
    check_connected();
    assert_int_equal(fake_pci_get(other, COMMAND, 2), 7 | INTX_DISABLE);
    assert_int_equal(fake_pci_get(behind, COMMAND, 2), INTX_DISABLE);
    assert_int_equal(fake_pci_get(bridge, COMMAND, 2), 0);
    assert_int_equal(without->writes, 0);
    assert_int_equal(command() & INTX_DISABLE, 0);
}

static void a_function_that_is_driven_keeps_its_pin(void **state)
{
    struct fake_pci_function *first = function;
    unsigned writes;

    check_connected();
    writes = first->writes;
    irq.lines = 0; // the fake has one line
    function = fake_pci_plug(0, 4, 0);
    function->bytes[PIN] = 1;
    function->bytes[LINE] = 11;
    check_connected();
    assert_int_equal(first->writes, writes);
    irq.lines = 2;
    pci_interrupts_stop(first->at);
}

#define claim(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        claim(each_entry_names_the_cpu_and_its_vector),
        claim(messages_are_on_and_the_pin_is_off),
        claim(no_entry_is_live_before_all_are_written),
        claim(entries_that_nobody_asked_for_are_masked),
        claim(a_function_without_messages_is_told_so),
        claim(too_few_entries_are_none),
        claim(a_capability_cut_off_by_the_end_is_refused),
        claim(a_broken_list_is_refused),
        claim(a_table_in_no_memory_window_is_refused),
        claim(a_table_beyond_its_window_is_refused),
        claim(a_window_without_an_address_is_refused),
        claim(without_a_vector_for_each_none_is_kept),
        claim(stopping_gives_the_vectors_back),
        claim(it_can_be_started_again_and_again),
        claim(two_functions_have_vectors_of_their_own),
        claim(a_function_that_is_gone_is_forgotten),
        claim(what_firmware_left_on_is_stopped_too),
        claim(a_function_that_is_two_things_interrupts_for_the_first),
        claim(a_pin_goes_where_the_platform_says),
        claim(stopping_disconnects_the_pin),
        claim(messages_are_no_pin),
        claim(a_pin_without_a_line_is_logged_with_its_registers),
        claim(a_line_that_can_not_be_connected_is_not_kept),
        claim(functions_that_nobody_drives_lose_their_pins),
        claim(a_function_that_is_driven_keeps_its_pin),
    };

    return cmocka_run_group_tests_name("platform_pci_interrupt", tests, NULL,
                                       NULL);
}
