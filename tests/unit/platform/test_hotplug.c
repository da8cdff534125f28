// SPDX-License-Identifier: MIT
// Hot-plug as QEMU's PC machines announce it: the events enabled, the registers
// read, the slots ejected. QEMU's docs/specs/acpi_pci_hotplug.rst; ACPI 6.4,
// 4.8.
#include "platform/hotplug/hotplug.h"

#include "fakes/fake_hotplug.h"
#include "fakes/fake_report.h"
#include "platform/irq.h"
#include "platform/pci/interrupt.h"
#include "unit/checks.h"

#define SCI 9

static struct fake_hotplug *chipset;

static struct {
    irq_handler *handler;
    void *context;
    struct irq_line line;
    enum error error;
    unsigned count;
    bool events_were_on; // when the line was connected
} sci;

struct irq_line irq_shared_line(uint8_t request)
{
    return (struct irq_line){.gsi = request, .low = true};
}

enum error irq_connect(const struct irq_line *line, irq_handler *handler,
                       void *context)
{
    if (sci.error == OK) {
        sci.handler = handler;
        sci.context = context;
        sci.line = *line;
    }
    sci.count++;
    sci.events_were_on = chipset->enable[0] != 0;
    return sci.error;
}

// No PCIe port has a slot here.
enum error pci_msix_start(struct pci_address at,
                          const struct pci_message *messages, unsigned count)
{
    (void)messages;
    fail_msg("%u messages for device %u", count, at.device);
    return ERR_EMPTY;
}

enum error pci_pin_connect(struct pci_address at, irq_handler *handler,
                           void *context)
{
    (void)handler;
    (void)context;
    fail_msg("a pin for device %u", at.device);
    return ERR_EMPTY;
}

// --- The machine around it ---------------------------------------------------

static struct acpi acpi;

static void new_machine(uint8_t device, uint8_t function, uint32_t id,
                        uint16_t slots)
{
    fake_report_clear();
    chipset = fake_hotplug_new(device, function, id, slots);
    sci.handler = NULL;
    sci.error = OK;
    sci.count = 0;
    acpi = (struct acpi){.fixed = {.sci_int = SCI,
                                   .smi_cmd = FAKE_SMI_CMD,
                                   .acpi_enable = FAKE_ENABLE_ACPI,
                                   .pm1a_cnt_blk = FAKE_PM1A_CNT,
                                   .gpe0_blk = FAKE_GPE0,
                                   .gpe0_blk_len = FAKE_GPE0_BYTES}};
}

static void new_q35(void)
{
    new_machine(31, 0, 0x29188086, 0xcc0);
}

static void started(void)
{
    new_q35();
    assert_int_equal(hotplug_start(&acpi), OK);
    (void)hotplug_announced();
}

// QEMU's part: registers first, then the event, then interrupts while the line
// is active.
static void announce(void)
{
    chipset->status[0] |= 2;
    for (unsigned i = 0; fake_hotplug_line(); i++) {
        assert_true(i < 2); // a line that stays active is a storm
        assert_true(sci.handler(sci.context));
    }
}

// The device numbers to be removed, on any bus.
static uint32_t wanted(void)
{
    uint32_t devices = 0;

    hotplug_read();
    for (uint8_t i = 0; i < 32; i++) {
        const struct pci_address at = {.bus = (uint8_t)(i * 7), .device = i};

        devices |= (uint32_t)hotplug_removal_requested(at) << i;
    }
    return devices;
}

static void check_clean(void)
{
    assert_string_equal(fake_violations(), "");
}

// --- Claims: the start -------------------------------------------------------

static void the_start_ends_in_acpi_mode_with_one_event_on(void **state)
{
    new_q35();
    chipset->mode_reads = 5;
    assert_int_equal(hotplug_start(&acpi), OK);
    assert_int_equal(chipset->smi, FAKE_ENABLE_ACPI);
    assert_true(chipset->mode);
    assert_int_equal(chipset->enable[0], 2);
    for (unsigned i = 1; i < FAKE_GPE0_BYTES / 2; i++) {
        assert_int_equal(chipset->enable[i], 0);
    }
    assert_int_equal(sci.count, 1);
    assert_int_equal(sci.line.gsi, SCI);
    assert_false(sci.events_were_on);
    check_clean();
}

static void a_mode_that_is_on_is_not_asked_for(void **state)
{
    new_q35();
    chipset->mode = true;
    assert_int_equal(hotplug_start(&acpi), OK);
    assert_int_equal(chipset->smi, 0);
    new_q35();
    acpi.fixed.smi_cmd = 0; // no other mode exists
    assert_int_equal(hotplug_start(&acpi), OK);
    check_clean();
}

static void a_mode_that_never_comes_is_named(void **state)
{
    new_q35();
    chipset->mode_reads = UINT32_MAX;
    assert_int_equal(hotplug_start(&acpi), ERR_TIMEOUT);
    assert_int_equal(fake_log_count("awaited=acpi_mode"), 1);
    assert_int_equal(sci.count, 0);
    check_clean();
}

static void a_line_without_a_route_leaves_events_off(void **state)
{
    new_q35();
    sci.error = ERR_RANGE;
    assert_int_equal(hotplug_start(&acpi), ERR_RANGE);
    assert_int_equal(chipset->enable[0], 0);
    check_clean();
}

static void piix4_has_it_elsewhere(void **state)
{
    new_machine(1, 3, 0x71138086, 0xae00);
    assert_int_equal(hotplug_start(&acpi), OK);
    chipset->down[0] = 1u << 4;
    assert_int_equal(wanted(), 1u << 4);
    check_clean();
}

static void expect_untouched(void)
{
    assert_int_equal(hotplug_start(&acpi), ERR_EMPTY);
    assert_int_equal(sci.count, 0);
    assert_int_equal(chipset->smi, 0);
    assert_int_equal(chipset->enable[0], 0xff);
    check_clean();
}

// microvm, or a table without the required fields.
static void a_machine_without_the_blocks_is_left_alone(void **state)
{
    new_q35();
    acpi.fixed = (struct acpi_fixed){0};
    expect_untouched();
    assert_int_equal(chipset->accesses, 0);
    new_q35();
    acpi.fixed.gpe0_blk_len = 1;
    expect_untouched();
    new_q35();
    acpi.fixed.pm1a_cnt_blk = 0;
    expect_untouched();
    new_q35();
    acpi.fixed.sci_int = ACPI_IRQS;
    expect_untouched();
}

static void an_unknown_chipset_is_left_alone(void **state)
{
    new_q35();
    chipset->id++;
    expect_untouched();
    assert_int_equal(chipset->accesses, 0);
}

static void a_chipset_without_a_choice_of_buses_is_left_alone(void **state)
{
    new_q35();
    chipset->without_bridges = true;
    expect_untouched();
}

// --- Claims: events ----------------------------------------------------------

static void nothing_is_announced_unasked(void **state)
{
    started();
    assert_false(hotplug_announced());
    assert_int_equal(wanted(), 0);
    hotplug_eject();
    assert_int_equal(chipset->ejections, 0);
    check_clean();
}

static void an_event_is_announced_once(void **state)
{
    started();
    announce();
    assert_true(hotplug_announced());
    assert_false(hotplug_announced());
    assert_int_equal(chipset->status[0], 0);
}

static void what_was_announced_before_the_start_is_not_lost(void **state)
{
    new_q35();
    chipset->status[0] = 2;
    assert_int_equal(hotplug_start(&acpi), OK);
    assert_true(fake_hotplug_line());
    sci.handler(sci.context);
    assert_true(hotplug_announced());
}

// The line may be shared, and bits of other events must not be cleared.
static void an_interrupt_without_the_event_means_nothing(void **state)
{
    started();
    chipset->status[0] = 0xfd;
    assert_false(sci.handler(sci.context));
    assert_false(hotplug_announced());
    assert_int_equal(chipset->status[0], 0xfd);
    announce();
    assert_true(hotplug_announced());
    assert_int_equal(chipset->status[0], 0xfd);
}

static void the_slots_of_all_buses_are_read(void **state)
{
    started();
    chipset->down[0] = 1u << 3;
    chipset->down[7] = 1u;
    chipset->down[255] = 1u << 31;
    assert_int_equal(wanted(), 1u << 31 | 1u << 3 | 1u);
    check_clean();
}

static void all_that_were_read_are_ejected_one_by_one(void **state)
{
    started();
    chipset->down[2] = 1u << 31 | 1u << 3;
    chipset->down[255] = 1u;
    hotplug_read();
    hotplug_eject();
    assert_int_equal(chipset->ejections, 3);
    assert_int_equal(chipset->ejected[0].bus, 2);
    assert_int_equal(chipset->ejected[0].slots, 1u << 3);
    assert_int_equal(chipset->ejected[1].bus, 2);
    assert_int_equal(chipset->ejected[1].slots, 1u << 31);
    assert_int_equal(chipset->ejected[2].bus, 255);
    assert_int_equal(chipset->ejected[2].slots, 1u);
    assert_false(hotplug_removal_requested((struct pci_address){.device = 3}));
    hotplug_eject();
    assert_int_equal(chipset->ejections, 3);
    check_clean();
}

// A request after the reading concerns a device that was not stopped yet.
static void what_was_not_read_is_not_ejected(void **state)
{
    started();
    chipset->down[1] = 1u;
    hotplug_read();
    chipset->down[1] |= 1u << 5;
    chipset->down[2] = 1u;
    hotplug_eject();
    assert_int_equal(chipset->ejections, 1);
    assert_int_equal(chipset->ejected[0].slots, 1u);
}

static void news_of_filled_slots_are_acknowledged(void **state)
{
    started();
    chipset->up[4] = 1u;
    assert_int_equal(wanted(), 0);
    assert_int_equal(chipset->up[4], 0);
}

// For any number of readings, and for bits that never clear.
static void a_reading_is_bounded(void **state)
{
    started();
    for (unsigned bus = 0; bus < 256; bus++) {
        chipset->down[bus] = UINT32_MAX;
    }
    chipset->accesses = 0;
    hotplug_read();
    assert_true(chipset->accesses <= 3 * 256);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_start_ends_in_acpi_mode_with_one_event_on),
        cmocka_unit_test(a_mode_that_is_on_is_not_asked_for),
        cmocka_unit_test(a_mode_that_never_comes_is_named),
        cmocka_unit_test(a_line_without_a_route_leaves_events_off),
        cmocka_unit_test(piix4_has_it_elsewhere),
        cmocka_unit_test(a_machine_without_the_blocks_is_left_alone),
        cmocka_unit_test(an_unknown_chipset_is_left_alone),
        cmocka_unit_test(a_chipset_without_a_choice_of_buses_is_left_alone),
        cmocka_unit_test(nothing_is_announced_unasked),
        cmocka_unit_test(an_event_is_announced_once),
        cmocka_unit_test(what_was_announced_before_the_start_is_not_lost),
        cmocka_unit_test(an_interrupt_without_the_event_means_nothing),
        cmocka_unit_test(the_slots_of_all_buses_are_read),
        cmocka_unit_test(all_that_were_read_are_ejected_one_by_one),
        cmocka_unit_test(what_was_not_read_is_not_ejected),
        cmocka_unit_test(news_of_filled_slots_are_acknowledged),
        cmocka_unit_test(a_reading_is_bounded),
    };

    return cmocka_run_group_tests_name("platform_hotplug", tests, NULL, NULL);
}
