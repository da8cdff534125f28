// SPDX-License-Identifier: MIT
// Hot-plug by PCIe ports: the meaning of their events, the commands that
// follow, the functions affected. PCI Express Base 4.0, 6.7.
#include "platform/hotplug/hotplug.h"

#include <stdio.h>

#include "fakes/fake_pci_config.h"
#include "fakes/fake_report.h"
#include "fakes/fake_slot.h"
#include "platform/pci/interrupt.h"
#include "unit/checks.h"

enum {
    POWER_OFF = 0x400,
    INDICATOR = 0x300,
    INDICATOR_ON = 0x100,
    INDICATOR_OFF = 0x300,
    LISTENING = 0x29, // button, presence, hot-plug interrupts
};

#define PORTS 2

static struct fake_slot slots[PORTS];
static bool has_messages;

static struct {
    irq_handler *handler;
    void *context;
} lines[PORTS];

static unsigned line_count;
static enum error route; // result of connecting

static enum error connect(irq_handler *handler, void *context)
{
    if (route == OK) {
        lines[line_count].handler = handler;
        lines[line_count++].context = context;
    }
    return route;
}

enum error pci_msix_start(struct pci_address at,
                          const struct pci_message *messages, unsigned count)
{
    (void)at;
    assert_int_equal(count, 1);
    return has_messages ? connect(messages[0].handler, messages[0].context)
                        : ERR_EMPTY;
}

enum error pci_pin_connect(struct pci_address at, irq_handler *handler,
                           void *context)
{
    (void)at;
    assert_false(has_messages);
    return connect(handler, context);
}

// A port with a balloon in its slot, and an empty one.
static void new_machine(void)
{
    fake_report_clear();
    fake_pci_disclaim(NULL);
    has_messages = true;
    line_count = 0;
    route = OK;
    fake_slot_init(&slots[0], 3, 1, true);
    fake_slot_init(&slots[1], 4, 2, false);
}

static enum error start(void)
{
    const struct acpi acpi = {.hardware_reduced = false};

    return hotplug_start(&acpi);
}

static void started(void)
{
    new_machine();
    assert_int_equal(start(), OK);
    (void)hotplug_announced();
}

// Delivers interrupts until the lines are inactive; a few must suffice.
static void interrupt(void)
{
    for (unsigned i = 0; i < PORTS; i++) {
        for (unsigned turns = 0; fake_slot_line(&slots[i]); turns++) {
            assert_true(turns < 2);
            lines[i].handler(lines[i].context);
        }
    }
}

static void read_events(void)
{
    interrupt();
    assert_true(hotplug_announced());
    hotplug_read();
}

static bool wanted(uint8_t bus)
{
    return hotplug_removal_requested((struct pci_address){.bus = bus});
}

static void check_clean(void)
{
    assert_string_equal(fake_violations(), "");
}

// --- Claims: the start -------------------------------------------------------

static void every_slot_is_listened_to(void **state)
{
    for (unsigned i = 0; i < 2; i++) {
        new_machine();
        has_messages = i == 0;
        assert_int_equal(start(), OK);
        assert_int_equal(line_count, 2);
        assert_int_equal(slots[0].control & 0x3f, LISTENING);
        assert_int_equal(slots[1].control & 0x3f, LISTENING);
        // Messages require bus mastering, the pin requires its enable bit.
        assert_int_equal(slots[0].command, has_messages ? 0x0407 : 0x0003);
        assert_false(hotplug_announced());
        check_clean();
    }
}

static void the_start_leaves_power_as_it_is(void **state)
{
    started();
    assert_true(slots[0].present);
    assert_int_equal(slots[0].control & (POWER_OFF | INDICATOR), INDICATOR_ON);
    assert_int_equal(slots[1].control & POWER_OFF, POWER_OFF);
}

static void a_port_without_a_switched_slot_is_left_alone(void **state)
{
    // Not a port; no slot; no hot-plug; no button; no power switch.
    static const struct {
        uint32_t offset;
        uint32_t clear;
    } lacks[] = {
        {FAKE_SLOT_FLAGS, 0x40},        {FAKE_SLOT_FLAGS + 1, 0x01},
        {FAKE_SLOT_CAPABILITIES, 0x40}, {FAKE_SLOT_CAPABILITIES, 0x01},
        {FAKE_SLOT_CAPABILITIES, 0x02},
    };

    for (unsigned i = 0; i < sizeof lacks / sizeof lacks[0]; i++) {
        new_machine();
        slots[0].bytes[lacks[i].offset] &= (uint8_t)~lacks[i].clear;
        slots[1].bytes[lacks[i].offset] &= (uint8_t)~lacks[i].clear;
        assert_int_equal(start(), ERR_EMPTY);
        assert_int_equal(slots[0].commands + slots[1].commands, 0);
        assert_int_equal(line_count, 0);
        check_clean();
    }
}

// Wherever the capability is, no access goes past configuration space.
static void a_capability_that_is_cut_short_is_said_and_left_alone(void **state)
{
    char line[80];

    for (unsigned at = 0xe8; at <= 0xfc; at += 4) {
        new_machine();
        fake_slot_move(&slots[0], (uint8_t)at);
        assert_int_equal(start(), OK);
        assert_int_equal(line_count, 1);
        assert_int_equal(slots[0].commands, 0);
        assert_int_equal(slots[1].control & 0x3f, LISTENING);
        (void)snprintf(line, sizeof line,
                       "hotplug port=00:03.0 offset=%#x unusable=cut_short\n",
                       at);
        assert_int_equal(fake_log_count(line), 1);
        check_clean();
    }
}

// A PCIe-to-PCI bridge: its capability ends after the link's registers.
static void a_short_capability_without_a_slot_is_nothing_to_tell(void **state)
{
    new_machine();
    slots[0].bytes[FAKE_SLOT_FLAGS] = 0x72;
    slots[0].bytes[FAKE_SLOT_FLAGS + 1] = 0;
    fake_slot_move(&slots[0], 0xec);
    assert_int_equal(start(), OK);
    assert_int_equal(fake_log_count("unusable"), 0);
    check_clean();
}

static void a_port_without_a_route_is_an_error(void **state)
{
    new_machine();
    route = ERR_RANGE;
    assert_int_equal(start(), ERR_RANGE);
    assert_int_equal(slots[0].commands, 0);
}

static void what_happened_before_the_start_is_not_lost(void **state)
{
    new_machine();
    fake_slot_press(&slots[0]);
    assert_int_equal(start(), OK);
    assert_true(hotplug_announced());
    hotplug_read();
    assert_true(wanted(1));
}

// The handler's result decides whether the line stays unmasked, see irq.h.
static void a_port_claims_what_it_can_clear_and_nothing_else(void **state)
{
    started();
    assert_false(lines[0].handler(lines[0].context));
    fake_slot_press(&slots[0]);
    assert_true(lines[0].handler(lines[0].context));
    slots[0].stuck_events = true;
    fake_slot_press(&slots[0]);
    assert_false(lines[0].handler(lines[0].context));
    assert_true(hotplug_announced());
    slots[0].stuck_events = false;
    assert_true(lines[0].handler(lines[0].context));
}

// --- Claims: events ----------------------------------------------------------

static void a_button_at_a_full_slot_means_its_function(void **state)
{
    started();
    fake_slot_press(&slots[0]);
    read_events();
    assert_true(wanted(1));
    assert_false(wanted(0));
    assert_false(wanted(2));
    assert_true(slots[0].present);
    check_clean();
}

static void an_ejection_switches_the_slot_off(void **state)
{
    started();
    fake_slot_press(&slots[0]);
    read_events();
    hotplug_eject();
    assert_false(slots[0].present);
    assert_int_equal(slots[0].control & (POWER_OFF | INDICATOR),
                     POWER_OFF | INDICATOR_OFF);
    assert_int_equal(slots[0].control & 0x3f, LISTENING);
    assert_false(wanted(1));
    check_clean();
}

// An ejection sets the presence change by itself, which needs no action.
static void an_empty_slot_that_was_switched_off_is_at_rest(void **state)
{
    started();
    fake_slot_press(&slots[0]);
    read_events();
    hotplug_eject();
    read_events();
    const unsigned commands = slots[0].commands;
    hotplug_eject();
    assert_int_equal(slots[0].commands, commands);
    interrupt();
    assert_false(hotplug_announced());
    check_clean();
}

static void a_slot_that_was_filled_is_switched_on(void **state)
{
    started();
    slots[1].late = 100;
    fake_slot_fill(&slots[1]);
    read_events();
    assert_int_equal(slots[1].control & (POWER_OFF | INDICATOR), INDICATOR_ON);
    assert_int_equal(slots[1].late, 0);
    assert_false(wanted(2));
    hotplug_eject();
    assert_true(slots[1].present);
    check_clean();
}

static void slots_are_emptied_and_filled_again_and_again(void **state)
{
    started();
    for (unsigned i = 0; i < 10; i++) {
        fake_slot_press(&slots[0]);
        read_events();
        assert_true(wanted(1));
        hotplug_eject();
        assert_false(slots[0].present);
        fake_slot_fill(&slots[0]);
        read_events();
        assert_false(wanted(1));
        assert_int_equal(slots[0].control & POWER_OFF, 0);
    }
    check_clean();
}

static void news_are_news_once(void **state)
{
    started();
    fake_slot_fill(&slots[1]);
    read_events();
    fake_slot_press(&slots[0]);
    read_events();
    assert_true(wanted(1));
    assert_false(wanted(2));
    check_clean();
}

// Something changed, and the device is there: no removal was requested.
static void a_change_without_the_button_is_no_wish(void **state)
{
    started();
    fake_slot_tear(&slots[0]);
    slots[0].present = true;
    read_events();
    assert_false(wanted(1));
    check_clean();
}

static void what_was_torn_out_leaves_a_slot_that_is_off(void **state)
{
    started();
    fake_slot_tear(&slots[0]);
    read_events();
    assert_int_equal(slots[0].control & POWER_OFF, POWER_OFF);
    assert_false(wanted(1));
    check_clean();
}

static void a_slot_that_needs_no_waiting_gets_none(void **state)
{
    new_machine();
    slots[0].bytes[FAKE_SLOT_CAPABILITIES + 2] |= FAKE_SLOT_NO_COMPLETION >> 16;
    slots[0].never_completes = true;
    assert_int_equal(start(), OK);
    fake_slot_press(&slots[0]);
    read_events();
    hotplug_eject();
    assert_false(slots[0].present);
    assert_int_equal(fake_log_count("awaited"), 0);
}

// --- Claims: what does not come ----------------------------------------------

static void waits_are_bounded_and_name_what_was_awaited(void **state)
{
    started();
    slots[0].never_completes = true;
    slots[0].stuck = true;
    fake_slot_press(&slots[0]);
    read_events();
    hotplug_eject();
    assert_int_equal(
        fake_log_count("port=00:03.0 awaited=status_0x10 reads=100000"), 1);
    assert_int_equal(
        fake_log_count("port=00:03.0 awaited=no_status_0x40 reads=100000"), 1);
    slots[1].late = UINT32_MAX;
    fake_slot_fill(&slots[1]);
    read_events();
    assert_int_equal(fake_log_count("port=00:04.0 awaited=function"), 1);
}

// A removed port reads all ones.
static void a_port_that_is_gone_says_nothing(void **state)
{
    started();
    fake_pci_disclaim(NULL);
    lines[0].handler(lines[0].context);
    assert_false(hotplug_announced());
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_slot_is_listened_to),
        cmocka_unit_test(the_start_leaves_power_as_it_is),
        cmocka_unit_test(a_port_without_a_switched_slot_is_left_alone),
        cmocka_unit_test(a_capability_that_is_cut_short_is_said_and_left_alone),
        cmocka_unit_test(a_short_capability_without_a_slot_is_nothing_to_tell),
        cmocka_unit_test(a_port_without_a_route_is_an_error),
        cmocka_unit_test(a_port_claims_what_it_can_clear_and_nothing_else),
        cmocka_unit_test(what_happened_before_the_start_is_not_lost),
        cmocka_unit_test(a_button_at_a_full_slot_means_its_function),
        cmocka_unit_test(an_ejection_switches_the_slot_off),
        cmocka_unit_test(an_empty_slot_that_was_switched_off_is_at_rest),
        cmocka_unit_test(a_slot_that_was_filled_is_switched_on),
        cmocka_unit_test(slots_are_emptied_and_filled_again_and_again),
        cmocka_unit_test(news_are_news_once),
        cmocka_unit_test(a_change_without_the_button_is_no_wish),
        cmocka_unit_test(what_was_torn_out_leaves_a_slot_that_is_off),
        cmocka_unit_test(a_slot_that_needs_no_waiting_gets_none),
        cmocka_unit_test(waits_are_bounded_and_name_what_was_awaited),
        cmocka_unit_test(a_port_that_is_gone_says_nothing),
    };

    return cmocka_run_group_tests_name("platform_hotplug_pcie", tests, NULL,
                                       NULL);
}
