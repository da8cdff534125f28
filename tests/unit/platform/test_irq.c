// SPDX-License-Identifier: MIT
// Lines and messages to vectors and back. This file holds the fakes of the
// APICs, the traps and the mapping of registers that the routing needs.
// ACPI 6.4, 5.2.12.5.
#include "platform/irq.h"

#include "arch/x86_64/apic.h"
#include "arch/x86_64/paging.h"
#include "fakes/fake_report.h"
#include "platform/pic_pit.h"
#include "unit/checks.h"

// --- What the routing calls --------------------------------------------------

enum {
    PINS = 24,
    IOAPICS = 2,
    APIC_BASE = 0x1000, // handle of the first I/O APIC, then 0x1000 each
};

static struct {
    bool routed; // route written, and unmasked
    struct ioapic_entry entry;
} pins[IOAPICS][PINS];
static unsigned pin_writes;

static struct {
    trap_handler *call;
    void *context;
} traps[TRAP_VECTORS];

static unsigned ends_of_interrupt;
static unsigned silenced;
static stray_handler *on_stray;

static struct {
    uint8_t vector;
    uint32_t ticks;
    unsigned set;
} alarm_clock;

enum error paging_map_device(paddr address, uint32_t bytes,
                             struct io_region *region)
{
    *region = (struct io_region){address.value, bytes, IO_MEMORY};
    return address.value == 0 ? ERR_RANGE : OK;
}

void pic_pit_disable(trap_handler *spurious)
{
    assert_non_null(spurious);
    silenced++;
}

void lapic_start(struct io_region region)
{
    assert_int_equal(region.handle, 0xfee00000);
}

void lapic_end_of_interrupt(void)
{
    ends_of_interrupt++;
}

uint32_t ioapic_pins(struct io_region region)
{
    (void)region;
    return PINS;
}

static unsigned ioapic_of(struct io_region region)
{
    return (unsigned)(region.handle / APIC_BASE - 1);
}

void ioapic_route(struct io_region region, uint32_t pin,
                  struct ioapic_entry entry)
{
    pin_writes++;
    pins[ioapic_of(region)][pin].routed = !entry.masked;
    pins[ioapic_of(region)][pin].entry = entry;
}

void ioapic_mask(struct io_region region, uint32_t pin)
{
    pin_writes++;
    pins[ioapic_of(region)][pin].routed = false;
}

void trap_on_stray(stray_handler *handler)
{
    on_stray = handler;
}

void lapic_timer_start(uint8_t vector, uint32_t ticks)
{
    alarm_clock.vector = vector;
    alarm_clock.ticks = ticks;
    alarm_clock.set++;
}

void trap_connect(uint8_t vector, trap_handler *handler, void *context)
{
    traps[vector].call = handler;
    traps[vector].context = context;
}

// --- A machine with two I/O APICs --------------------------------------------

static struct acpi acpi;
static unsigned calls[4]; // by the handler's context
static unsigned order[16];
static unsigned order_count;

static unsigned claims; // number of calls that claim, the next ones

static bool on_call(void *context)
{
    unsigned *count = context;

    (*count)++;
    order[order_count++ % 16] = (unsigned)(count - calls);
    return claims != 0 && claims--;
}

static bool on_other(void *context)
{
    return on_call(context);
}

static int setup(void **state)
{
    fake_report_clear();
    memset(pins, 0, sizeof pins);
    memset(traps, 0, sizeof traps);
    memset(calls, 0, sizeof calls);
    memset(&alarm_clock, 0, sizeof alarm_clock);
    claims = 0;
    pin_writes = silenced = ends_of_interrupt = order_count = 0;
    acpi = (struct acpi){
        .hardware_reduced = true,
        .lapic = paddr_of(0xfee00000),
        .ioapics = {{paddr_of(APIC_BASE), 0}, {paddr_of(2 * APIC_BASE), PINS}},
        .ioapic_count = IOAPICS,
    };
    assert_int_equal(irq_start(&acpi), OK);
    return 0;
}

static void connect_as(uint32_t gsi, irq_handler *handler, unsigned who,
                       enum error error)
{
    const struct irq_line line = {.gsi = gsi};

    assert_int_equal(irq_connect(&line, handler, &calls[who]), error);
}

static void arrive(uint8_t vector)
{
    const unsigned ends = ends_of_interrupt;

    assert_non_null(traps[vector].call);
    traps[vector].call(traps[vector].context);
    assert_int_equal(ends_of_interrupt, ends + 1);
}

// The I/O APIC's reaction to an active line.
static void raise_line(uint32_t gsi)
{
    assert_true(pins[gsi / PINS][gsi % PINS].routed);
    arrive(pins[gsi / PINS][gsi % PINS].entry.vector);
}

// --- Claims ------------------------------------------------------------------

static void a_line_reaches_its_handler(void **state)
{
    connect_as(10, on_call, 0, OK);
    connect_as(PINS + 23, on_call, 1, OK);
    raise_line(10);
    raise_line(PINS + 23);
    raise_line(PINS + 23);
    assert_int_equal(calls[0], 1);
    assert_int_equal(calls[1], 2);
    irq_disconnect(10, on_call, &calls[0]);
    irq_disconnect(PINS + 23, on_call, &calls[1]);
}

static void a_line_signals_as_it_is_connected(void **state)
{
    for (unsigned i = 0; i < 4; i++) {
        const struct irq_line line = {4 + i, i & 1, i >> 1};

        assert_int_equal(irq_connect(&line, on_call, &calls[0]), OK);
        assert_int_equal(pins[0][4 + i].entry.edge, i & 1);
        assert_int_equal(pins[0][4 + i].entry.low, i >> 1);
        irq_disconnect(line.gsi, on_call, &calls[0]);
    }
}

static void a_shared_line_reaches_all_its_handlers(void **state)
{
    connect_as(9, on_call, 0, OK);
    connect_as(9, on_call, 1, OK);
    connect_as(9, on_other, 2, OK);
    raise_line(9);
    assert_int_equal(order_count, 3);
    assert_int_equal(ends_of_interrupt, 1);
    irq_disconnect(9, on_call, &calls[1]);
    raise_line(9);
    assert_int_equal(calls[0], 2);
    assert_int_equal(calls[1], 1);
    assert_int_equal(calls[2], 2);
    irq_disconnect(9, on_call, &calls[0]);
    irq_disconnect(9, on_other, &calls[2]);
}

static void the_last_handlers_line_is_masked(void **state)
{
    connect_as(9, on_call, 0, OK);
    connect_as(9, on_call, 1, OK);
    irq_disconnect(9, on_call, &calls[0]);
    assert_true(pins[0][9].routed);
    irq_disconnect(9, on_call, &calls[0]); // disconnected
    assert_true(pins[0][9].routed);
    irq_disconnect(9, on_call, &calls[1]);
    assert_false(pins[0][9].routed);
    irq_disconnect(9, on_call, &calls[1]);
}

static void an_interrupt_that_comes_late_is_ended_and_ignored(void **state)
{
    uint8_t vector;

    connect_as(9, on_call, 0, OK);
    vector = pins[0][9].entry.vector;
    irq_disconnect(9, on_call, &calls[0]);
    arrive(vector);
    assert_int_equal(irq_vector_alloc(on_call, &calls[1], &vector), OK);
    irq_vector_free(vector);
    arrive(vector);
    assert_int_equal(calls[0] + calls[1], 0);
}

static void sharers_must_agree_on_how_the_line_signals(void **state)
{
    const struct irq_line low = {.gsi = 9, .low = true};
    const struct irq_line edge = {.gsi = 9, .edge = true};

    connect_as(9, on_call, 0, OK);
    assert_int_equal(irq_connect(&low, on_call, &calls[1]), ERR_INVALID);
    assert_int_equal(irq_connect(&edge, on_call, &calls[1]), ERR_INVALID);
    raise_line(9);
    assert_int_equal(calls[1], 0);
    irq_disconnect(9, on_call, &calls[0]);
}

static void a_line_of_no_io_apic_is_out_of_range(void **state)
{
    connect_as(2 * PINS, on_call, 0, ERR_RANGE);
    connect_as(UINT32_MAX, on_call, 0, ERR_RANGE);
    assert_int_equal(pin_writes, 0);
}

static void line_0_is_also_connected_where_qemu_has_it(void **state)
{
    connect_as(PINS, on_call, 0, OK);
    assert_true(pins[1][0].routed);
    raise_line(PINS + 2);
    assert_int_equal(calls[0], 1);
    irq_disconnect(PINS, on_call, &calls[0]);
    assert_false(pins[1][0].routed);
    assert_false(pins[1][2].routed);
}

static void too_many_sharers_are_refused(void **state)
{
    unsigned connected = 0;
    const struct irq_line line = {.gsi = 9};

    while (connected < 100 && irq_connect(&line, on_call, &calls[0]) == OK) {
        connected++;
    }
    assert_int_equal(connected, 6);
    irq_disconnect(9, on_call, &calls[0]); // every one of them
    assert_false(pins[0][9].routed);
}

static void vectors_are_the_owners_alone_until_none_is_left(void **state)
{
    uint8_t vectors[256];
    unsigned count = 0;

    while (count < 256 && irq_vector_alloc(on_call, &calls[count % 4],
                                           &vectors[count]) == OK) {
        for (unsigned i = 0; i < count; i++) {
            assert_int_not_equal(vectors[i], vectors[count]);
        }
        assert_true(vectors[count] >= TRAP_FIRST_FREE + 16);
        assert_true(vectors[count] < APIC_SPURIOUS_VECTOR);
        count++;
    }
    assert_int_equal(count, 24);
    connect_as(9, on_call, 0, ERR_FULL);
    assert_false(pins[0][9].routed);
    arrive(vectors[6]);
    assert_int_equal(calls[6 % 4], 1);
    irq_vector_free(vectors[6]);
    connect_as(9, on_call, 0, OK);
    irq_disconnect(9, on_call, &calls[0]);
    for (unsigned i = 0; i < count; i++) {
        if (i != 6) {
            irq_vector_free(vectors[i]);
        }
    }
}

static void giving_back_what_is_no_messages_vector_is_our_mistake(void **state)
{
    uint8_t vector;

    assert_int_equal(irq_vector_alloc(on_call, &calls[0], &vector), OK);
    irq_vector_free(vector);
    expect_assert_failure(irq_vector_free(vector));
    expect_assert_failure(irq_vector_free(0));
    expect_assert_failure(irq_vector_free(0xff));
}

static void requests_go_where_the_tables_say(void **state)
{
    struct irq_line line;

    acpi.overrides[9] =
        (struct acpi_override){true, 20, ACPI_ACTIVE_HIGH, ACPI_LEVEL};
    acpi.overrides[0] =
        (struct acpi_override){true, 2, ACPI_POLARITY_BUS, ACPI_TRIGGER_BUS};
    acpi.overrides[5] =
        (struct acpi_override){true, 5, ACPI_ACTIVE_LOW, ACPI_EDGE};
    assert_int_equal(irq_start(&acpi), OK);
    line = irq_shared_line(9);
    assert_int_equal(line.gsi, 20);
    assert_false(line.edge);
    assert_false(line.low);
    line = irq_shared_line(5);
    assert_int_equal(line.gsi, 5);
    assert_true(line.edge);
    assert_true(line.low);
    line = irq_shared_line(0); // the default of PCI and ACPI: level, low
    assert_int_equal(line.gsi, 2);
    assert_false(line.edge);
    assert_true(line.low);
}

static void without_an_override_a_request_is_its_own_gsi(void **state)
{
    for (uint8_t i = 0; i < ACPI_IRQS; i++) {
        const struct irq_line line = irq_shared_line(i);

        assert_int_equal(line.gsi, i);
        assert_false(line.edge);
        assert_true(line.low);
    }
    expect_assert_failure(irq_shared_line(ACPI_IRQS));
}

static void firmwares_pins_are_masked_on_a_pc_only(void **state)
{
    assert_int_equal(silenced, 1);
    assert_int_equal(pin_writes, 0); // each would be a VM exit on microvm
    acpi.hardware_reduced = false;
    pins[1][23].routed = pins[0][2].routed = true;
    assert_int_equal(irq_start(&acpi), OK);
    assert_int_equal(pin_writes, IOAPICS * PINS);
    assert_false(pins[1][23].routed);
    assert_false(pins[0][2].routed);
}

static void an_apic_that_can_not_be_mapped_is_an_error(void **state)
{
    acpi.ioapics[1].address = paddr_of(0);
    assert_int_equal(irq_start(&acpi), ERR_RANGE);
    acpi.lapic = paddr_of(0);
    assert_int_equal(irq_start(&acpi), ERR_RANGE);
}

// Interrupts of an unknown source: no handler ever claims one.
static void storm(uint32_t gsi, unsigned interrupts)
{
    for (unsigned i = 0; i < interrupts; i++) {
        assert_int_equal(alarm_clock.set, 0);
        raise_line(gsi);
    }
}

static void ring(void)
{
    arrive(alarm_clock.vector);
}

static void a_line_that_nobody_claims_is_masked_and_said(void **state)
{
    connect_as(9, on_call, 0, OK);
    connect_as(10, on_call, 1, OK);
    storm(9, 999);
    irq_log();
    assert_int_equal(fake_log_count("unclaimed"), 0);
    storm(9, 1);
    assert_false(pins[0][9].routed);
    // The trigger mode remains, or the I/O APIC would lose the level.
    assert_false(pins[0][9].entry.edge);
    assert_true(pins[0][10].routed);
    irq_log();
    irq_log();
    assert_int_equal(
        fake_log_count("irq unclaimed gsi=9 count=1000 masked=yes look_ms=10"),
        1);
    irq_disconnect(9, on_call, &calls[0]);
    irq_disconnect(10, on_call, &calls[1]);
}

static void a_claim_lets_the_count_begin_anew(void **state)
{
    connect_as(9, on_call, 0, OK);
    connect_as(9, on_call, 1, OK);
    storm(9, 999);
    claims = 1;
    storm(9, 1 + 999);
    assert_int_equal(calls[1], 1 + 2 * 999); // all are called
    storm(9, 1);
    assert_int_equal(alarm_clock.set, 1);
    irq_disconnect(9, on_call, &calls[0]);
    irq_disconnect(9, on_call, &calls[1]);
}

static void who_shares_a_masked_line_is_heard_at_each_look(void **state)
{
    connect_as(9, on_call, 0, OK);
    storm(9, 1000);
    assert_int_equal(alarm_clock.ticks, 10 * 1000 * 1000);
    for (unsigned looks = 1; looks < 5; looks++) {
        calls[0] = 0;
        ring();
        assert_true(pins[0][9].routed);
        claims = looks;
        for (unsigned i = 0; i < looks; i++) {
            raise_line(9); // claimed interrupts: the line stays open
            assert_true(pins[0][9].routed);
        }
        raise_line(9); // an unclaimed one
        assert_false(pins[0][9].routed);
        assert_int_equal(calls[0], looks + 1);
        assert_int_equal(alarm_clock.set, looks + 1);
    }
    ring(); // by now the unclaimed source is inactive
    assert_true(pins[0][9].routed);
    assert_int_equal(alarm_clock.set, 5);
    irq_disconnect(9, on_call, &calls[0]);
}

static void the_alarm_leaves_other_lines_alone(void **state)
{
    unsigned before;

    connect_as(9, on_call, 0, OK);
    connect_as(10, on_call, 1, OK);
    storm(9, 1000);
    irq_disconnect(9, on_call, &calls[0]);
    before = pin_writes;
    ring();
    assert_int_equal(pin_writes, before);
    irq_disconnect(10, on_call, &calls[1]);
}

// An edge comes once, and so does a message: neither can keep the CPU busy.
static void edges_and_messages_need_no_claim(void **state)
{
    const struct irq_line edge = {.gsi = 4, .edge = true};
    uint8_t vector;

    assert_int_equal(irq_connect(&edge, on_call, &calls[0]), OK);
    assert_int_equal(irq_vector_alloc(on_call, &calls[1], &vector), OK);
    for (unsigned i = 0; i < 5000; i++) {
        raise_line(4);
        arrive(vector);
    }
    assert_int_equal(alarm_clock.set, 0);
    irq_disconnect(4, on_call, &calls[0]);
    irq_vector_free(vector);
}

// A device can send a message to any vector.
static void an_interrupt_for_no_source_is_ended_and_said_once(void **state)
{
    on_stray(0x99);
    on_stray(0x98);
    assert_int_equal(ends_of_interrupt, 2);
    irq_log();
    on_stray(0x97);
    irq_log();
    assert_int_equal(fake_log_count("irq stray vector=0x99\n"), 1);
    assert_int_equal(fake_log_count("irq stray"), 1);
}

static void the_apics_spurious_interrupt_is_not_ended(void **state)
{
    traps[APIC_SPURIOUS_VECTOR].call(NULL);
    assert_int_equal(ends_of_interrupt, 0);
}

#define claim(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        claim(a_line_reaches_its_handler),
        claim(a_line_signals_as_it_is_connected),
        claim(a_shared_line_reaches_all_its_handlers),
        claim(the_last_handlers_line_is_masked),
        claim(an_interrupt_that_comes_late_is_ended_and_ignored),
        claim(sharers_must_agree_on_how_the_line_signals),
        claim(a_line_of_no_io_apic_is_out_of_range),
        claim(line_0_is_also_connected_where_qemu_has_it),
        claim(too_many_sharers_are_refused),
        claim(vectors_are_the_owners_alone_until_none_is_left),
        claim(giving_back_what_is_no_messages_vector_is_our_mistake),
        claim(requests_go_where_the_tables_say),
        claim(without_an_override_a_request_is_its_own_gsi),
        claim(firmwares_pins_are_masked_on_a_pc_only),
        claim(an_apic_that_can_not_be_mapped_is_an_error),
        claim(the_apics_spurious_interrupt_is_not_ended),
        claim(a_line_that_nobody_claims_is_masked_and_said),
        claim(a_claim_lets_the_count_begin_anew),
        claim(who_shares_a_masked_line_is_heard_at_each_look),
        claim(the_alarm_leaves_other_lines_alone),
        claim(edges_and_messages_need_no_claim),
        claim(an_interrupt_for_no_source_is_ended_and_said_once),
    };

    return cmocka_run_group_tests_name("platform_irq", tests, NULL, NULL);
}
