// SPDX-License-Identifier: MIT
// The balloon's device during hot-plug: stopped before it is removed, started
// when it is back. The slots are this file's fake; the rest is the guest's own
// code on a fake PCI function. VIRTIO 1.4, 3.4.
#include "balloon_hotplug.h"

#include "fakes/balloon_rig.h"
#include "fakes/fake_absence.h"
#include "fakes/fake_io.h"
#include "fakes/fake_memory.h"
#include "fakes/fake_registers.h"
#include "fakes/fake_report.h"
#include "platform/hotplug/hotplug.h"
#include "unit/checks.h"
#include "virtio/probe.h"
#include "virtio/transport.h"

// --- The slots ---------------------------------------------------------------

static struct balloon_hotplug hotplug;
static struct rig *rig;

static struct {
    bool announced;
    uint32_t leaving; // device numbers
    bool takes;       // ejecting removes the balloon
    unsigned readings;
    unsigned ejections;
    size_t blocks_left; // held by the device at the ejection
    uint32_t status;    // of the device at that moment
    uint32_t command;   // of its function
} slots;

bool hotplug_announced(void)
{
    const bool announced = slots.announced;

    slots.announced = false;
    return announced;
}

void hotplug_read(void)
{
    slots.readings++;
}

bool hotplug_removal_requested(struct pci_address at)
{
    return (slots.leaving >> at.device & 1) != 0;
}

static void unplug_balloon(void)
{
    fake_status_write(&rig->fake, 0);
    fake_io_disclaim(&rig->fake);
    fake_pci_destroy(&rig->function);
    fake_absence_claim(hotplug.device.at.common);
    if (!hotplug.device.transport->legacy) {
        fake_absence_claim(hotplug.device.at.config);
        fake_absence_claim(hotplug.device.at.isr);
    }
}

void hotplug_eject(void)
{
    slots.ejections++;
    slots.blocks_left = fake_memory_live();
    slots.status = rig->fake.status;
    slots.command = fake_pci_peek(&rig->function, 4, 2);
    if (slots.takes) {
        unplug_balloon();
    }
    slots.leaving = 0;
}

// --- The machine around them -------------------------------------------------

// As main.c does it.
static enum error serve(void)
{
    fake_pci_deliver(&rig->function);
    const enum error error = balloon_hotplug_serve(&hotplug);

    if (error == OK && hotplug_announced()) {
        hotplug_read();
        balloon_hotplug_before_eject(&hotplug);
        hotplug_eject();
        balloon_hotplug_after_eject(&hotplug);
    }
    return error;
}

static void announce_events(uint32_t leaving, bool takes)
{
    slots.announced = true;
    slots.leaving = leaving;
    slots.takes = takes;
    assert_int_equal(serve(), OK);
}

static uint32_t balloon_bit(void)
{
    return UINT32_C(1) << rig->function.at.device;
}

// Another device of the same kind, at the same place.
static void plug_balloon(void)
{
    fake_absence_end();
    fake_device_destroy(&rig->fake);
    fake_device_init(&rig->fake, rig->form->kind);
    fake_pci_init(&rig->function, &rig->fake, rig->form->vectors);
}

static void poll(void)
{
    assert_true(fake_device_poll(&rig->fake));
    assert_int_equal(serve(), OK);
}

// Started, one poll answered: samples 1 and 2 were sent.
static void running(void **state)
{
    struct virtio_search search = {.quiet = true};

    rig = *state;
    hotplug = (struct balloon_hotplug){.attached = false};
    memset(&slots, 0, sizeof slots);
    assert_int_equal(virtio_probe_pci(5, &hotplug.device, &search), OK);
    assert_int_equal(balloon_hotplug_start(&hotplug, &rig->env), OK);
    poll();
    assert_int_equal(rig->before_seq, 2);
    assert_int_equal(fake_memory_live(), RIG_BLOCKS);
}

static void expect_running(uint64_t seq)
{
    assert_true(hotplug.attached);
    assert_true(fake_device_live(&rig->fake));
    assert_int_equal(rig->before_seq, seq);
    assert_int_equal(rig->after_seq, seq);
    assert_int_equal(fake_memory_live(), RIG_BLOCKS);
    poll();
    assert_int_equal(rig->before_seq, seq + 1);
    assert_true(rig_truthful(rig));
}

static void expect_out(void)
{
    assert_false(hotplug.attached);
    assert_int_equal(fake_memory_live(), 0);
    assert_int_equal(fake_log_count("error"), 0);
    assert_int_equal(serve(), OK);
    fake_absence_end();
}

// --- Claims ------------------------------------------------------------------

// The interrupt came while a disk was waited for: the CPU may not halt.
static void an_event_that_no_step_has_seen_keeps_the_driver_due(void **state)
{
    running(state);
    assert_false(balloon_hotplug_is_due(&hotplug));
    assert_true(fake_device_poll(&rig->fake));
    fake_pci_deliver(&rig->function);
    assert_true(balloon_hotplug_is_due(&hotplug));
    assert_int_equal(serve(), OK);
    assert_false(balloon_hotplug_is_due(&hotplug));
    assert_int_equal(rig->before_seq, 3);
    hotplug.device.pending = VIRTIO_EVENT_QUEUE;
    hotplug.attached = false;
    assert_false(balloon_hotplug_is_due(&hotplug));
    hotplug.attached = true;
}

static void without_news_the_slots_are_left_alone(void **state)
{
    running(state);
    poll();
    assert_int_equal(slots.readings, 0);
    assert_int_equal(slots.ejections, 0);
}

// Bits of the command register: ports, memory, bus master; and pin disabled.
static void our_device_is_let_go_before_it_is_taken_away(void **state)
{
    running(state);
    announce_events(balloon_bit(), true);
    assert_int_equal(slots.ejections, 1);
    assert_int_equal(slots.blocks_left, 0);
    assert_int_equal(slots.status, 0);
    assert_int_equal(slots.command & 7, 0);
    assert_int_equal(slots.command & 0x400, 0x400);
    assert_int_equal(fake_log_count("balloon unplugged seq=2 memory=back"), 1);
    expect_out();
}

static void a_device_that_comes_goes_on_with_the_numbers(void **state)
{
    running(state);
    for (uint64_t seq = 3; seq < 20; seq += 2) {
        announce_events(balloon_bit(), true);
        plug_balloon();
        announce_events(0, false);
        expect_running(seq);
    }
    assert_int_equal(fake_log_count("balloon plugged seq="), 9);
}

static void another_slot_is_ejected_without_further_ado(void **state)
{
    running(state);
    announce_events(~balloon_bit(), false);
    assert_int_equal(slots.ejections, 1);
    assert_int_equal(rig->fake.resets, 1);
    assert_int_equal(slots.status & 4, 4);
    expect_running(2);
}

// The same number on another bus: not known before the ejection.
static void a_device_that_is_still_there_is_taken_again(void **state)
{
    running(state);
    announce_events(balloon_bit(), false);
    assert_int_equal(slots.ejections, 1);
    assert_int_equal(slots.blocks_left, 0);
    assert_int_equal(fake_log_count("balloon stays seq=2 memory=back"), 1);
    assert_int_equal(fake_log_count("balloon unplugged"), 0);
    expect_running(3);
}

static void something_else_that_comes_changes_nothing(void **state)
{
    running(state);
    announce_events(0, false);
    assert_int_equal(slots.readings, 1);
    assert_int_equal(rig->fake.resets, 1);
    expect_running(2);
}

static void a_poll_on_its_way_is_answered_first(void **state)
{
    running(state);
    assert_true(fake_device_poll(&rig->fake));
    announce_events(balloon_bit(), true);
    assert_int_equal(rig->before_seq, 3);
    assert_int_equal(fake_log_count("balloon unplugged seq=3 memory=back"), 1);
    expect_out();
}

static void while_there_is_none_news_are_followed(void **state)
{
    running(state);
    announce_events(balloon_bit(), true);
    announce_events(0, false);
    announce_events(balloon_bit(), false);
    assert_int_equal(slots.ejections, 3);
    expect_out();
}

// CLEAN-02: the device may use the memory until it is reset or removed.
static void memory_that_a_device_keeps_comes_back_when_it_is_gone(void **state)
{
    running(state);
    rig->fake.late_resets = FAKE_FOREVER;
    slots.announced = true;
    slots.leaving = balloon_bit();
    slots.takes = true;
    assert_int_equal(serve(), OK);
    assert_int_equal(slots.blocks_left, RIG_BLOCKS);
    assert_int_equal(fake_memory_live(), 0);
    assert_int_equal(fake_log_count("balloon unplugged seq=2 memory=back"), 1);
    fake_absence_end();
}

static void memory_that_a_device_keeps_and_stays_with_is_lost(void **state)
{
    running(state);
    rig->fake.late_resets = FAKE_FOREVER;
    announce_events(balloon_bit(), false);
    assert_int_equal(fake_memory_live(), RIG_BLOCKS);
    assert_int_equal(fake_log_count("balloon stays seq=2 memory=lost"), 1);
    assert_false(hotplug.attached);
}

static void one_taken_away_unasked_is_noticed_at_the_next_news(void **state)
{
    running(state);
    unplug_balloon();
    announce_events(0, false);
    assert_int_equal(fake_log_count("balloon unplugged seq=2 memory=back"), 1);
    expect_out();
}

static void
one_taken_away_unasked_is_noticed_when_it_seems_to_speak(void **state)
{
    running(state);
    unplug_balloon();
    hotplug.device.pending = VIRTIO_EVENT_CONFIG;
    assert_int_equal(balloon_hotplug_serve(&hotplug), OK);
    assert_int_equal(fake_log_count("balloon vanished seq=2 memory=back"), 1);
    assert_int_equal(slots.readings, 0);
    expect_out();
}

static void a_device_that_cannot_be_driven_is_left_alone(void **state)
{
    running(state);
    announce_events(balloon_bit(), true);
    plug_balloon();
    fake_memory_limit(3);
    announce_events(0, false);
    assert_false(hotplug.attached);
    assert_int_equal(fake_memory_live(), 0);
    assert_int_equal(fake_log_count("can't be started"), 1);
    assert_int_equal(fake_pci_peek(&rig->function, 4, 2) & 7, 0);
    fake_memory_limit(UINT32_MAX);
    announce_events(balloon_bit(), true);
    plug_balloon();
    announce_events(0, false);
    expect_running(3);
}

static void a_driver_that_gives_up_says_so(void **state)
{
    enum error error = OK;

    running(state);
    fake_memory_limit(0);
    fake_ring_lie(&rig->fake.queues[2].ring, UINT32_MAX, 0);
    fake_device_raise(&rig->fake, 1);
    error = serve();
    assert_int_equal(error, ERR_DEVICE);
}

static void an_orderly_end_leaves_the_device_at_rest(void **state)
{
    running(state);
    fake_device_target(&rig->fake, 500);
    assert_int_equal(serve(), OK);
    assert_int_equal(serve(), OK);
    assert_int_equal(rig->pages.counts[RIG_BALLOONED], 500);
    balloon_hotplug_stop(&hotplug);
    assert_int_equal(rig->fake.status, 0);
    assert_int_equal(rig->pages.counts[RIG_BALLOONED], 0);
    assert_int_equal(fake_memory_live(), 0);
    assert_int_equal(fake_log_count("balloon stopped seq=2 memory=back\n"), 1);
    balloon_hotplug_stop(&hotplug); // nothing left to do
    assert_int_equal(fake_log_count("balloon stopped"), 1);
}

static void at_an_orderly_end_a_reset_that_never_ends_is_said(void **state)
{
    running(state);
    rig->fake.late_resets = FAKE_FOREVER;
    balloon_hotplug_stop(&hotplug);
    assert_int_equal(fake_log_count("balloon stopped seq=2 memory=lost\n"), 1);
}

#define ON_PCI(function)                                                       \
    RIG_TEST(function, pci), RIG_TEST(function, pci_pin),                      \
        RIG_TEST(function, pci_legacy), RIG_TEST(function, pci_legacy_msix)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        ON_PCI(an_event_that_no_step_has_seen_keeps_the_driver_due),
        ON_PCI(without_news_the_slots_are_left_alone),
        ON_PCI(our_device_is_let_go_before_it_is_taken_away),
        ON_PCI(a_device_that_comes_goes_on_with_the_numbers),
        ON_PCI(another_slot_is_ejected_without_further_ado),
        ON_PCI(a_device_that_is_still_there_is_taken_again),
        ON_PCI(something_else_that_comes_changes_nothing),
        ON_PCI(a_poll_on_its_way_is_answered_first),
        ON_PCI(while_there_is_none_news_are_followed),
        ON_PCI(memory_that_a_device_keeps_comes_back_when_it_is_gone),
        ON_PCI(memory_that_a_device_keeps_and_stays_with_is_lost),
        ON_PCI(one_taken_away_unasked_is_noticed_at_the_next_news),
        ON_PCI(one_taken_away_unasked_is_noticed_when_it_seems_to_speak),
        ON_PCI(a_device_that_cannot_be_driven_is_left_alone),
        ON_PCI(an_orderly_end_leaves_the_device_at_rest),
        ON_PCI(at_an_orderly_end_a_reset_that_never_ends_is_said),
        ON_PCI(a_driver_that_gives_up_says_so),
    };

    return cmocka_run_group_tests_name("plug", tests, NULL, NULL);
}
