// SPDX-License-Identifier: MIT
// The start of the balloon driver on a device that follows the rules, with
// every feature offered or missing. VIRTIO 1.4, 5.5.
#include <limits.h>

#include "fakes/balloon_rig.h"
#include "fakes/fake_memory.h"
#include "fakes/fake_report.h"
#include "virtio/transport.h"
#include "unit/checks.h"

#define BIT(n) (UINT64_C(1) << (n))

static uint32_t live_status(const struct rig *rig)
{
    return fake_device_legacy(&rig->fake) ? 0x07 : 0x0f;
}

// INIT-10, INIT-11, BAL-INIT-01, BAL-INIT-02, BAL-INIT-06, MMIO-03: queues and
// `actual` before DRIVER_OK, the kick right after it, then the target.
static void start_goes_by_the_book(void **state)
{
    struct rig *rig = *state;

    assert_int_equal(rig_start(rig), OK);
    const unsigned live =
        rig_access(rig, 'W', FAKE_STATUS, live_status(rig), 1);
    assert_true(live != UINT_MAX);
    for (uint32_t i = 0; i < 3; i++) {
        assert_true(rig->fake.queues[i].ring.attached);
        assert_true(rig_access(rig, 'W', FAKE_QUEUE_SELECT, i, 1) < live);
    }
    assert_true(rig_access(rig, 'W', FAKE_ACTUAL, 0, 1) < live);
    assert_true(rig_access(rig, 'W', FAKE_ACTUAL, 0, 2) == UINT_MAX);
    assert_int_equal(rig_access(rig, 'W', FAKE_KICK, 2, 1), live + 1);
    assert_true(rig_access(rig, 'R', FAKE_TARGET, 0, 1) > live);
    assert_int_equal(rig->fake.queues[0].kicks, 0);
    assert_int_equal(rig->fake.queues[1].kicks, 0);
}

// BAL-STATS-02, BAL-STATS-04: real values, prepared before DRIVER_OK, logged as
// sent after the kick.
static void the_first_sample_is_real_and_primed_before_driver_ok(void **state)
{
    struct rig *rig = *state;

    assert_int_equal(rig_start(rig), OK);
    assert_int_equal(rig->collected, 1);
    assert_int_equal(rig->before_calls, 1);
    assert_int_equal(rig->before_seq, 1);
    assert_int_equal(rig->before_samples, 0);
    assert_int_equal(rig->before_status & 4, 0);
    assert_int_equal(rig->fake.samples, 1);
    assert_true(rig_truthful(rig));
    assert_int_equal(rig->after_calls, 1);
    assert_int_equal(rig->after_seq, 1);
    assert_int_equal(rig->after_kicks, 1);
    assert_int_equal(rig->fake.traffic[rig->after_accesses - 1].what,
                     FAKE_KICK);
}

// The device kept another `actual` over the reset: the driver corrects it with
// one 32-bit store. BAL-OP-18.
static void actual_is_zero_at_start(void **state)
{
    struct rig *rig = *state;

    rig->fake.actual = 77;
    assert_int_equal(rig_start(rig), OK);
    assert_int_equal(rig->fake.actual, 0);
    assert_int_equal(rig->fake.actual_writes, 1);
}

// BAL-FEAT-01 to 03, LEG-10, RSV-01, RSV-03, RSV-06: the result of an offer of
// everything in the specification.
static void the_allow_list_meets_a_full_offer(void **state)
{
    struct rig *rig = *state;

    rig->fake.offered = UINT64_MAX;
    rig->fake.queue_max[3] = 64;
    rig->fake.queue_max[4] = 64;
    assert_int_equal(rig_start(rig), OK);
    assert_int_equal(
        rig->fake.accepted,
        BIT(0) | BIT(1) | BIT(2) | BIT(3) | BIT(5) | BIT(29) |
            (fake_device_legacy(&rig->fake)
                 ? BIT(27)
                 : BIT(32) | BIT(33) | BIT(34) | BIT(35) | BIT(36)));
    assert_int_equal(rig->fake.samples, 1);
}

// QEMU's mmio offers RING_RESET but has no QueueReset register (0x0c0): writes
// to it are dropped and reads give 0, so a reset would seem complete.
static void ring_reset_is_declined_and_its_register_left_alone(void **state)
{
    struct rig *rig = *state;

    rig->fake.offered |= BIT(40);
    assert_int_equal(rig_start(rig), OK);
    assert_int_equal(rig->fake.accepted & BIT(40), 0);
    fake_device_break(&rig->fake);
    assert_int_equal(rig_wake(rig), OK);
    assert_int_equal(rig->fake.resets, 2); // of the whole device
    for (unsigned i = 0; i < rig->fake.accesses; i++) {
        assert_true(rig->fake.traffic[i].offset != 0x0c0);
    }
}

// 6.3: QEMU's legacy PCI device offers bit 30, and drops every feature of a
// driver that accepts it.
static void the_unused_bit_is_declined_where_it_is_offered(void **state)
{
    struct rig *rig = *state;

    rig->fake.offered |= BIT(30);
    assert_int_equal(rig_start(rig), OK);
    assert_int_equal(rig->fake.accepted & BIT(30), 0);
    assert_int_equal(rig->fake.samples, 1);
}

// FEAT-04: the same start with and without junk, except for the offer itself
// and the answer in ANY_LAYOUT.
static void junk_bits_change_no_access(void **state)
{
    static char plain[1 << 16];
    struct rig *rig = *state;
    const struct rig_form *form = rig->form;
    const uint64_t junk = fake_device_legacy(&rig->fake)
                              ? UINT64_C(0x0000000046ffffc0)
                              : UINT64_C(0x80000e8046ffffc0);

    rig->fake.offered &= ~BIT(30);
    assert_int_equal(rig_start(rig), OK);
    strcpy(plain, fake_device_traffic(&rig->fake, 0));
    rig_destroy(rig);

    rig = rig_new(form);
    rig->fake.offered |= junk;
    assert_int_equal(rig_start(rig), OK);
    const unsigned count = rig->fake.accesses;
    for (unsigned i = 0; i < count; i++) { // as if it had not been offered
        struct fake_access *access = &rig->fake.traffic[i];

        if (access->what == FAKE_OFFER) {
            const bool second =
                access[-1].what == FAKE_OFFER_WORD && access[-1].value == 1;
            access->value &= ~(uint32_t)(second ? junk >> 32 : junk);
        }
    }
    assert_string_equal(fake_device_traffic(&rig->fake, 0), plain);
}

// FEAT-09: each feature withdrawn alone, and all of them.
static void a_missing_feature_costs_only_itself(void **state)
{
    static const uint64_t without[] = {BIT(4),  BIT(27), BIT(28),
                                       BIT(29), BIT(40), ~BIT(1) & ~BIT(32)};
    struct rig *rig = *state;
    const struct rig_form *form = rig->form;

    for (size_t i = 0; i < sizeof(without) / sizeof(without[0]); i++) {
        rig_destroy(rig);
        rig = rig_new(form);
        rig->fake.offered &= ~without[i];
        assert_int_equal(rig_start(rig), OK);
        for (unsigned poll = 0; poll < 3; poll++) {
            assert_int_equal(rig_poll(rig), OK);
        }
        assert_int_equal(rig->fake.samples, 4);
        assert_true(rig_truthful(rig));
        assert_string_equal(fake_violations(), "");
    }
}

// FEAT-09.
static void without_stats_vq_the_driver_runs_without_statistics(void **state)
{
    struct rig *rig = *state;

    rig->fake.offered &= ~BIT(1);
    assert_int_equal(rig_start(rig), OK);
    assert_int_equal(
        fake_log_count("balloon stats supported=no reason=not_offered"), 1);
    assert_false(rig->fake.queues[2].ring.attached);
    assert_int_equal(rig->collected, 0);
    fake_device_target(&rig->fake, 100);
    assert_int_equal(rig_wake(rig), OK);
    assert_int_equal(fake_log_count("balloon target pages=100"), 1);
}

// MMIO-35.
static void a_missing_statistics_queue_drops_statistics_only(void **state)
{
    struct rig *rig = *state;

    rig->fake.queue_max[2] = 0;
    assert_int_equal(rig_start(rig), OK);
    assert_int_equal(
        fake_log_count("balloon stats supported=no reason=no_queue"), 1);
    assert_int_equal(rig->fake.samples, 0);
    fake_device_target(&rig->fake, 100);
    assert_int_equal(rig_wake(rig), OK);
    assert_int_equal(fake_log_count("balloon target pages=100"), 1);
}

// INIT-12, INIT-13: a required queue does not exist.
static void a_missing_page_queue_fails_the_start(void **state)
{
    struct rig *rig = *state;
    const struct rig_form *form = rig->form;

    for (unsigned i = 0; i < 2; i++) {
        rig_destroy(rig);
        rig = rig_new(form);
        rig->fake.queue_max[i] = 0;
        assert_int_equal(rig_start(rig), ERR_UNSUPPORTED);
        assert_int_equal(fake_log_count("what=balloon_queue_missing"), 1);
        assert_int_equal(rig->fake.status & 0x84, 0x80);
        assert_int_equal(fake_memory_live(), 0);
        assert_true(rig_access(rig, 'W', FAKE_STATUS, live_status(rig), 1) ==
                    UINT_MAX);
        assert_string_equal(fake_violations(), "");
    }
}

// INIT-12, CLEAN-02: each allocation fails in turn; the fake checks that memory
// is freed only after a reset.
static void a_start_without_memory_gives_everything_back(void **state)
{
    struct rig *rig = *state;
    const struct rig_form *form = rig->form;

    for (unsigned blocks = 0; blocks < RIG_BLOCKS; blocks++) {
        rig_destroy(rig);
        rig = rig_new(form);
        fake_memory_limit(blocks);
        assert_int_equal(rig_start(rig), ERR_NO_MEMORY);
        assert_int_equal(rig->fake.status & 0x84, 0x80);
        assert_int_equal(fake_memory_live(), 0);
        assert_int_equal(rig->before_calls, 0);
        assert_string_equal(fake_violations(), "");
    }
}

static void refused_features_fail_the_start(void **state)
{
    struct rig *rig = *state;

    rig->fake.refusals = 1;
    assert_int_equal(rig_start(rig), ERR_UNSUPPORTED);
    assert_int_equal(rig->fake.status, 0x83);
    assert_int_equal(fake_memory_live(), 0);
}

static void a_reset_without_end_fails_the_start(void **state)
{
    struct rig *rig = *state;

    rig->fake.late_resets = FAKE_FOREVER;
    assert_int_equal(rig_start(rig), ERR_TIMEOUT);
    assert_int_equal(rig->fake.status, 0x80);
}

// LEG-05, SPLIT-34.
static void queues_of_any_maximum_are_driven(void **state)
{
    static const uint32_t maxima[] = {1, 2, 3, 4, 100, 1024, UINT32_MAX};
    struct rig *rig = *state;
    const struct rig_form *form = rig->form;

    for (size_t i = 0; i < sizeof(maxima) / sizeof(maxima[0]); i++) {
        rig_destroy(rig);
        rig = rig_new(form);
        for (unsigned q = 0; q < 3; q++) {
            rig->fake.queue_max[q] = maxima[i];
        }
        assert_int_equal(rig_start(rig), OK);
        for (unsigned poll = 0; poll < 20; poll++) {
            assert_int_equal(rig_poll(rig), OK);
        }
        assert_int_equal(rig->fake.samples, 21);
        assert_string_equal(fake_violations(), "");
    }
}

// If the transport fixes the size, a queue has the device's size, even if it is
// larger than requested; it fails if no ring can have that size.
static void a_dictated_queue_size_is_driven(void **state)
{
    static const uint32_t sizes[] = {1, 8, 128, 256, 1024, 100};
    struct rig *rig = *state;
    const struct rig_form *form = rig->form;

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        rig_destroy(rig);
        rig = rig_new(form);
        for (unsigned q = 0; q < 3; q++) {
            rig->fake.queue_max[q] = sizes[i];
        }
        assert_int_equal(rig_find(rig), OK);
        struct virtio_transport dictating = *rig->device.transport;
        dictating.queue_size_fixed = true;
        rig->device.transport = &dictating;
        const enum error error =
            balloon_start(&rig->balloon, &rig->device, &rig->env);
        assert_int_equal(error, sizes[i] == 100 ? ERR_UNSUPPORTED : OK);
        for (unsigned poll = 0; error == OK && poll < 20; poll++) {
            assert_int_equal(rig->fake.queues[2].size, sizes[i]);
            assert_int_equal(rig_poll(rig), OK);
        }
        assert_string_equal(fake_violations(), "");
    }
}

// BAL-OP-15: a target set before DRIVER_OK raises no interrupt
// and is followed nevertheless.
static void a_target_from_before_the_start_is_seen(void **state)
{
    struct rig *rig = *state;

    rig->fake.num_pages = 5000;
    assert_int_equal(rig_start(rig), OK);
    assert_int_equal(fake_log_count("balloon target pages=5000\n"), 1);
    assert_int_equal(balloon_serve(&rig->balloon), OK);
    rig_settle(rig);
    assert_int_equal(rig->fake.actual, 5000);
    assert_int_equal(rig->fake.pages.ballooned, 5000);
}

static void another_device_is_our_mistake(void **state)
{
    struct rig *rig = *state;

    assert_int_equal(rig_find(rig), OK);
    rig->device.device_id = 2;
    expect_assert_failure(
        (void)!balloon_start(&rig->balloon, &rig->device, &rig->env));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        RIG_TEST_ALL(start_goes_by_the_book),
        RIG_TEST_ALL(the_first_sample_is_real_and_primed_before_driver_ok),
        RIG_TEST_ALL(actual_is_zero_at_start),
        RIG_TEST_ALL(the_allow_list_meets_a_full_offer),
        RIG_TEST(ring_reset_is_declined_and_its_register_left_alone, mmio),
        RIG_TEST(ring_reset_is_declined_and_its_register_left_alone,
                 mmio_packed),
        RIG_TEST_LEGACY(the_unused_bit_is_declined_where_it_is_offered),
        RIG_TEST_ALL(junk_bits_change_no_access),
        RIG_TEST_ALL(a_missing_feature_costs_only_itself),
        RIG_TEST_ALL(without_stats_vq_the_driver_runs_without_statistics),
        RIG_TEST_ALL(a_missing_statistics_queue_drops_statistics_only),
        RIG_TEST_ALL(a_missing_page_queue_fails_the_start),
        RIG_TEST_ALL(a_start_without_memory_gives_everything_back),
        RIG_TEST_MODERN(refused_features_fail_the_start),
        RIG_TEST_ALL(a_reset_without_end_fails_the_start),
        RIG_TEST(queues_of_any_maximum_are_driven, mmio_legacy),
        RIG_TEST_MODERN(queues_of_any_maximum_are_driven),
        RIG_TEST_ALL(a_dictated_queue_size_is_driven),
        RIG_TEST_ALL(a_target_from_before_the_start_is_seen),
        RIG_TEST_ALL(another_device_is_our_mistake),
    };

    return cmocka_run_group_tests_name("balloon", tests, NULL, NULL);
}
