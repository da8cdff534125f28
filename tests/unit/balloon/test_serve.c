// SPDX-License-Identifier: MIT
// A balloon device in operation: polls, targets, interrupts without a reason.
// VIRTIO 1.4, 5.5.6.
#include "fakes/balloon_rig.h"
#include "fakes/fake_report.h"
#include "unit/checks.h"

static struct rig *started(void **state)
{
    struct rig *rig = *state;

    assert_int_equal(rig_start(rig), OK);
    return rig;
}

// BAL-STATS-01, -03, -11, -12, -13: one sample for each request, values from
// the moment of the request, kicked, one buffer at most (the fake checks).
static void every_poll_is_answered_with_fresh_numbers(void **state)
{
    struct rig *rig = started(state);

    for (unsigned poll = 1; poll <= 20; poll++) {
        uint64_t sent = 0;

        rig->free_memory = 1000000 * poll; // changes between the requests
        assert_int_equal(rig->collected, poll);
        assert_int_equal(rig_poll(rig), OK);
        assert_int_equal(rig->fake.samples, poll + 1);
        assert_true(rig_taken(rig, 4, &sent));
        assert_int_equal(sent, 1000000 * poll + 4096);
        assert_true(rig_truthful(rig));
        assert_int_equal(rig->before_seq, poll + 1);
        assert_int_equal(rig->before_samples, poll);
        assert_int_equal(rig->after_seq, poll + 1);
        assert_int_equal(rig->after_kicks, poll + 1);
    }
    assert_int_equal(rig->balloon.recoveries_total, 0);
}

// BAL-STATS-08, BAL-STATS-10: the same tags each time, ten bytes each.
static void every_sample_has_the_same_tags(void **state)
{
    struct rig *rig = started(state);

    for (unsigned poll = 0; poll < 10; poll++) {
        assert_int_equal(rig_poll(rig), OK);
        assert_int_equal(rig->fake.entries, 3);
        assert_int_equal(rig->fake.sample[0].tag, 3);
        assert_int_equal(rig->fake.sample[1].tag, 4);
        assert_int_equal(rig->fake.sample[2].tag, 5);
        assert_int_equal(rig->fake.sample[2].value, UINT64_MAX - 1);
    }
}

static void collect_nothing(void *ctx, struct balloon_stats *out)
{
    (void)ctx;
    (void)out;
}

static void collect_another_tag(void *ctx, struct balloon_stats *out)
{
    (void)ctx;
    balloon_stats_add(out, VIRTIO_BALLOON_S_CACHES, 1);
}

static void expect_refused(void **state,
                           void (*collect)(void *, struct balloon_stats *))
{
    struct rig *rig = started(state);

    assert_true(fake_device_poll(&rig->fake));
    rig->balloon.env.collect = collect;
    expect_assert_failure((void)!rig_wake(rig));
}

// QEMU marks a device broken for an empty buffer; it would be the driver's
// fault.
static void an_empty_sample_is_our_mistake(void **state)
{
    expect_refused(state, collect_nothing);
}

// BAL-STATS-08.
static void a_sample_with_other_tags_is_our_mistake(void **state)
{
    expect_refused(state, collect_another_tag);
}

// SPLIT-11, SPLIT-30, PACKED-20: polls across the wrap of all indices.
static void polls_70000_pass_the_index_wrap(void **state)
{
    struct rig *rig = started(state);

    for (unsigned poll = 0; poll < 70000; poll++) {
        if (rig_poll(rig) != OK || !rig_truthful(rig)) {
            fail_msg("poll %u", poll);
        }
    }
    assert_int_equal(rig->before_seq, 70001);
    assert_int_equal(rig->after_kicks, 70001);
    assert_int_equal(rig->balloon.recoveries_total, 0);
    assert_int_equal(rig->fake.queues[2].ring.takes, 70001);
}

static void expect_poll_traffic(void **state, const char *traffic)
{
    struct rig *rig = started(state);
    const unsigned from = rig->fake.accesses;

    assert_int_equal(rig_poll(rig), OK);
    assert_string_equal(fake_device_traffic(&rig->fake, from), traffic);
}

// All register accesses of a poll. NOTIF-01, MMIO-19, MMIO-30.
static void a_poll_over_mmio_costs_three_register_accesses(void **state)
{
    expect_poll_traffic(state, "R060=1 W064=1 W050=2");
}

// PCI-26, PCI-39, PCI-41: the message carries the cause.
static void a_poll_by_message_costs_the_kick(void **state)
{
    expect_poll_traffic(state, "W3008=2");
}

static void a_legacy_poll_by_message_costs_the_kick(void **state)
{
    expect_poll_traffic(state, "W010=2");
}

// PCI-49: the ISR byte is read once, which clears it.
static void a_poll_by_the_pin_costs_two_register_accesses(void **state)
{
    expect_poll_traffic(state, "R1000=1 W3008=2");
}

static void a_legacy_poll_by_the_pin_costs_two_register_accesses(void **state)
{
    expect_poll_traffic(state, "R013=1 W010=2");
}

// SPLIT-21, SPLIT-22: a device without EVENT_IDX that asks for no kick gets
// none.
static void an_unwanted_kick_is_not_made(void **state)
{
    struct rig *rig = *state;

    rig->fake.offered &= ~(UINT64_C(1) << 29);
    (void)started(state);
    fake_ring_set_no_kicks(&rig->fake.queues[2].ring, true);
    assert_int_equal(rig_poll(rig), OK);
    assert_int_equal(rig->fake.queues[2].kicks, 1);
    assert_int_equal(rig->after_seq, 2);
    fake_device_run(&rig->fake); // the device polls
    assert_int_equal(rig->fake.samples, 2);
}

static void waking_up_for_nothing_touches_nothing(void **state)
{
    struct rig *rig = started(state);
    const unsigned accesses = rig->fake.accesses;

    for (unsigned i = 0; i < 5; i++) {
        assert_int_equal(rig_wake(rig), OK);
    }
    assert_int_equal(rig->fake.accesses, accesses);
    assert_int_equal(rig->collected, 1);
}

// SPLIT-16, MMIO-18: interrupts of each kind without a reason.
static void spurious_interrupts_are_borne(void **state)
{
    struct rig *rig = started(state);
    const unsigned lines = fake_log_count("\n");

    rig->fake.junk_causes = 0xf0;
    for (unsigned i = 0; i < 50; i++) {
        fake_device_raise(&rig->fake, i % 4);
        assert_int_equal(rig_wake(rig), OK);
        assert_false(fake_device_line(&rig->fake));
    }
    assert_int_equal(rig->collected, 1);
    assert_int_equal(fake_log_count("\n"), lines);
    assert_int_equal(rig->balloon.recoveries_total, 0);
    assert_int_equal(rig_poll(rig), OK);
    assert_int_equal(rig->fake.samples, 2);
}

// MMIO-31: one interrupt for both a poll and a new target.
static void
a_poll_and_a_target_behind_one_interrupt_are_both_served(void **state)
{
    struct rig *rig = started(state);

    assert_true(fake_device_poll(&rig->fake));
    fake_device_target(&rig->fake, 256);
    assert_int_equal(rig_wake(rig), OK);
    assert_int_equal(rig->fake.samples, 2);
    assert_int_equal(fake_log_count("balloon target pages=256"), 1);
}

// A target is logged once for each new value, and the same one again has no
// effect (BAL-CFG-04: the fake checks).
static void a_target_is_logged_once_for_each_value(void **state)
{
    static const uint32_t targets[] = {100, 100, 200, 200, 200, 0, 100};
    struct rig *rig = started(state);

    for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
        fake_device_target(&rig->fake, targets[i]);
        rig_settle(rig);
        assert_int_equal(rig->fake.actual, targets[i]);
    }
    assert_int_equal(fake_log_count("balloon target"), 4);
    assert_int_equal(fake_log_count("balloon target pages=200\n"), 1);
    assert_int_equal(fake_log_count("balloon target pages=100\n"), 2);
    assert_int_equal(rig->fake.actual_writes, 1 + 4);
    assert_int_equal(rig->fake.pages.inflations, 3);
    assert_int_equal(rig->fake.pages.deflations, 1);
    assert_int_equal(rig->collected, 1);
}

// CFG-03 through the driver: the value of the last, stable pass counts.
static void a_target_that_changes_while_read_is_read_again(void **state)
{
    struct rig *rig = started(state);

    fake_device_target(&rig->fake, 300);
    rig->fake.unsettled = 3;
    assert_int_equal(rig_wake(rig), OK);
    assert_int_equal(fake_log_count("balloon target"), 1);
    assert_int_equal(fake_log_count("balloon target pages=300\n"), 1);
}

// A device that processes kicks later, from its main loop.
static void a_late_device_is_waited_for(void **state)
{
    struct rig *rig = *state;

    rig->fake.lazy = true;
    (void)started(state);
    assert_int_equal(rig->fake.samples, 0);
    assert_int_equal(rig_wake(rig), OK);
    fake_device_run(&rig->fake);
    assert_int_equal(rig->fake.samples, 1);
    assert_int_equal(rig_poll(rig), OK);
    assert_int_equal(rig->fake.samples, 1);
    assert_int_equal(rig->after_seq, 2);
    fake_device_run(&rig->fake);
    assert_int_equal(rig->fake.samples, 2);
    assert_true(rig_truthful(rig));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        RIG_TEST_ALL(every_poll_is_answered_with_fresh_numbers),
        RIG_TEST_ALL(every_sample_has_the_same_tags),
        RIG_TEST_ALL(an_empty_sample_is_our_mistake),
        RIG_TEST_ALL(a_sample_with_other_tags_is_our_mistake),
        RIG_TEST_ALL(polls_70000_pass_the_index_wrap),
        RIG_TEST_IN_ORDER(polls_70000_pass_the_index_wrap),
        RIG_TEST(a_poll_over_mmio_costs_three_register_accesses, mmio_legacy),
        RIG_TEST(a_poll_over_mmio_costs_three_register_accesses, mmio),
        RIG_TEST(a_poll_by_message_costs_the_kick, pci),
        RIG_TEST(a_legacy_poll_by_message_costs_the_kick, pci_legacy_msix),
        RIG_TEST(a_poll_by_the_pin_costs_two_register_accesses, pci_pin),
        RIG_TEST(a_legacy_poll_by_the_pin_costs_two_register_accesses,
                 pci_legacy),
        RIG_TEST_ALL(an_unwanted_kick_is_not_made),
        RIG_TEST_ALL(waking_up_for_nothing_touches_nothing),
        RIG_TEST_ALL(spurious_interrupts_are_borne),
        RIG_TEST_ALL(a_poll_and_a_target_behind_one_interrupt_are_both_served),
        RIG_TEST_ALL(a_target_is_logged_once_for_each_value),
        RIG_TEST_MODERN(a_target_that_changes_while_read_is_read_again),
        RIG_TEST_ALL(a_late_device_is_waited_for),
    };

    return cmocka_run_group_tests_name("balloon_serve", tests, NULL, NULL);
}
