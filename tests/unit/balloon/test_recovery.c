// SPDX-License-Identifier: MIT
// A balloon device that misbehaves: the driver logs the reason, resets it,
// starts it again with the sample count continued, and gives up at a limit.
// The fake checks that memory is freed only after a reset.
// VIRTIO 1.4, 2.1.2, 3.3.
#include "fakes/balloon_rig.h"
#include "fakes/fake_memory.h"
#include "fakes/fake_report.h"
#include "unit/balloon/running.h"

// It runs again after one reset, with sample 3 in the queue, and answers polls.
static void expect_recovered(struct rig *rig, const char *reason)
{
    assert_int_equal(rig->fake.resets, 2);
    assert_int_equal(fake_log_count(reason), 1);
    assert_int_equal(fake_log_count("balloon recovery"), 1);
    assert_true(fake_device_live(&rig->fake));
    assert_int_equal(rig->before_seq, 3);
    assert_int_equal(rig->after_seq, 3);
    assert_int_equal(rig->before_status & 4, 0);
    assert_int_equal(rig->fake.actual_writes, 2);
    assert_int_equal(fake_memory_live(), RIG_BLOCKS);
    assert_int_equal(rig_poll(rig), OK);
    assert_int_equal(rig->before_seq, 4);
    assert_true(rig_truthful(rig));
    assert_int_equal(rig->balloon.recoveries, 0);
    assert_int_equal(rig->balloon.recoveries_total, 1);
}

static void expect_given_up(struct rig *rig, enum error error)
{
    assert_int_equal(error, ERR_DEVICE);
    assert_int_equal(rig->balloon.recoveries, BALLOON_RECOVERIES_MAX);
    assert_int_equal(fake_log_count("error what=balloon_recovery"), 1);
    assert_int_equal(rig->device.state, VIRTIO_FAILED);
    assert_int_equal(rig->fake.status & 0x84, 0x80);
}

// STATUS-04: a request is in flight, and the driver does not wait for it.
static void needs_reset_is_answered_by_a_reset(void **state)
{
    struct rig *rig = running(state);

    fake_device_break(&rig->fake);
    assert_int_equal(rig_wake(rig), OK);
    expect_recovered(rig, "reason=needs_reset in_a_row=1\n");
}

static void lie_and_wake(struct rig *rig, unsigned queue, uint32_t id,
                         uint32_t length)
{
    (void)fake_ring_lie(&rig->fake.queues[queue].ring, id, length);
    fake_device_raise(&rig->fake, 1);
    assert_int_equal(rig_wake(rig), OK);
}

static void a_wrong_id_is_answered_by_a_reset(void **state)
{
    struct rig *rig = running(state);

    lie_and_wake(rig, FAKE_STATSQ, rig->fake.queues[FAKE_STATSQ].size, 0);
    expect_recovered(rig, "reason=used_id_range ");
}

static void an_id_not_outstanding_is_answered_by_a_reset(void **state)
{
    struct rig *rig = running(state);

    lie_and_wake(rig, FAKE_STATSQ, rig->fake.held->id ^ 1u, 0);
    expect_recovered(rig, "reason=used_id_not_outstanding ");
}

// In a packed ring the next sample's descriptor overwrites the second
// completion before the driver reads it.
static void a_double_completion_is_answered_by_a_reset(void **state)
{
    struct rig *rig = running(state);
    const uint32_t id = rig->fake.held->id;

    assert_true(fake_device_poll(&rig->fake));
    lie_and_wake(rig, FAKE_STATSQ, id, 0);
    expect_recovered(rig, "reason=used_idx_jump ");
}

// The driver has no buffer there; the fault's name depends on the ring's
// format.
static void a_used_page_queue_is_answered_by_a_reset(void **state)
{
    struct rig *rig = running(state);

    lie_and_wake(rig, BALLOON_DEFLATEQ, 0, 0);
    expect_recovered(rig, rig->fake.queues[FAKE_STATSQ].ring.packed
                              ? "reason=used_id_not_outstanding "
                              : "reason=used_idx_jump ");
}

// The buffer has no writable part, so any length is a lie.
static void a_written_length_is_answered_by_a_reset(void **state)
{
    struct rig *rig = running(state);

    lie_and_wake(rig, FAKE_STATSQ, rig->fake.held->id, 1);
    expect_recovered(rig, "reason=used_length ");
}

// LEG-09: not on legacy, where the length has no meaning.
static void a_legacy_length_is_ignored(void **state)
{
    struct rig *rig = running(state);
    struct fake_chain *chain = rig->fake.held;

    rig->fake.held = NULL;
    (void)fake_ring_use(&rig->fake.queues[2].ring, chain, 0xabcdef);
    fake_device_raise(&rig->fake, 1);
    assert_int_equal(rig_wake(rig), OK);
    assert_int_equal(rig->before_seq, 3);
    assert_int_equal(rig->balloon.recoveries_total, 0);
}

static void a_config_that_settles_never_is_given_up(void **state)
{
    struct rig *rig = running(state);

    rig->fake.unsettled = FAKE_FOREVER;
    fake_device_target(&rig->fake, 1);
    expect_given_up(rig, rig_wake(rig));
    assert_int_equal(fake_log_count("reason=timeout in_a_row="), 9);
    assert_int_equal(fake_memory_live(), 0);
}

// The driver answers the expired wait by a reset, after which the device works.
static void an_expired_wait_is_answered_by_a_reset(void **state)
{
    struct rig *rig = running(state);

    rig->fake.unsettled = 100;
    fake_device_target(&rig->fake, 7);
    assert_int_equal(rig_wake(rig), OK);
    expect_recovered(rig, "reason=timeout ");
    assert_int_equal(fake_log_count("balloon target pages=7\n"), 1);
}

// Kicks have no effect any more; one sample is not taken.
static struct rig *gone_silent(void **state)
{
    struct rig *rig = running(state);

    rig->fake.lazy = true;
    assert_int_equal(rig_poll(rig), OK);
    rig->fake.lazy = false;
    rig->fake.dead = true;
    return rig;
}

// A dead legacy device only announces targets.
static void a_silent_device_is_reset_at_the_second_wake_up(void **state)
{
    struct rig *rig = gone_silent(state);

    fake_device_target(&rig->fake, 1);
    assert_int_equal(rig_wake(rig), OK);
    assert_int_equal(rig->fake.resets, 1);
    fake_device_target(&rig->fake, 2);
    assert_int_equal(rig_wake(rig), OK);
    assert_int_equal(rig->fake.resets, 2);
    assert_int_equal(fake_log_count("balloon recovery reason=silent"), 1);
    assert_int_equal(rig->before_seq, 4);
    assert_int_equal(rig_poll(rig), OK);
    assert_int_equal(rig->before_seq, 5);
}

// The device need not update avail_event, and QEMU's does not.
static void a_packed_ring_shows_no_silence(void **state)
{
    struct rig *rig = gone_silent(state);

    for (uint32_t pages = 1; pages <= 5; pages++) {
        fake_device_target(&rig->fake, pages);
        assert_int_equal(rig_wake(rig), OK);
    }
    assert_int_equal(rig->fake.resets, 1);
    assert_int_equal(rig->balloon.recoveries_total, 0);
}

// A device that is merely slow is not reset.
static void a_slow_device_is_not_taken_for_dead(void **state)
{
    struct rig *rig = running(state);

    rig->fake.lazy = true;
    for (uint32_t i = 1; i < 20; i++) {
        assert_int_equal(rig_poll(rig), OK);
        fake_device_target(&rig->fake, i);
        assert_int_equal(rig_wake(rig), OK);
        fake_device_run(&rig->fake);
        fake_device_target(&rig->fake, i);
        assert_int_equal(rig_wake(rig), OK);
    }
    assert_int_equal(rig->balloon.recoveries_total, 0);
}

// Nor is a device that never shows the taken index, or lacks EVENT_IDX.
static void no_sign_is_no_proof_of_death(void **state)
{
    struct rig *rig = *state;
    const struct rig_form *form = rig->form;

    for (unsigned kind = 0; kind < 2; kind++) {
        rig_destroy(rig);
        rig = rig_new(form);
        if (kind == 0) {
            rig->fake.offered &= ~(UINT64_C(1) << 29);
        }
        rig->fake.hides_taken = kind == 1;
        assert_int_equal(rig_start(rig), OK);
        for (uint32_t i = 1; i < 10; i++) {
            fake_device_target(&rig->fake, i);
            assert_int_equal(rig_wake(rig), OK);
        }
        assert_int_equal(rig->fake.resets, 1);
        assert_string_equal(fake_violations(), "");
    }
}

static void break_it(struct rig *rig)
{
    if (fake_device_legacy(&rig->fake)) {
        (void)fake_ring_lie(&rig->fake.queues[2].ring, UINT32_MAX, 0);
        fake_device_raise(&rig->fake, 1);
    } else {
        fake_device_break(&rig->fake);
    }
}

// An answered poll in between resets the count of troubles.
static void trouble_between_answers_is_borne_for_ever(void **state)
{
    struct rig *rig = running(state);

    for (unsigned i = 0; i < 50; i++) {
        break_it(rig);
        assert_int_equal(rig_wake(rig), OK);
        assert_int_equal(rig_poll(rig), OK);
    }
    assert_int_equal(rig->balloon.recoveries_total, 50);
    assert_int_equal(rig->before_seq, 102);
    assert_int_equal(fake_memory_live(), RIG_BLOCKS);
}

static void trouble_without_answers_is_borne_eight_times(void **state)
{
    struct rig *rig = running(state);

    for (unsigned i = 0; i < BALLOON_RECOVERIES_MAX; i++) {
        break_it(rig);
        assert_int_equal(rig_wake(rig), OK);
    }
    break_it(rig);
    expect_given_up(rig, rig_wake(rig));
    assert_int_equal(fake_memory_live(), 0);
}

// During recovery FEATURES_OK is refused three times, then accepted.
static void recovery_tries_again(void **state)
{
    struct rig *rig = running(state);

    rig->fake.refusals = 3;
    fake_device_break(&rig->fake);
    assert_int_equal(rig_wake(rig), OK);
    assert_int_equal(fake_log_count("balloon recovery"), 4);
    assert_int_equal(rig->before_seq, 3);
    assert_int_equal(fake_memory_live(), RIG_BLOCKS);
    assert_int_equal(rig_poll(rig), OK);
    assert_int_equal(rig->balloon.recoveries, 0);
}

// CLEAN-02: a device that can't be reset may still use the memory, which is not
// freed. The wait is bounded nevertheless.
static void without_a_reset_memory_stays_with_the_device(void **state)
{
    struct rig *rig = running(state);

    rig->fake.late_resets = FAKE_FOREVER;
    break_it(rig);
    expect_given_up(rig, rig_wake(rig));
    assert_int_equal(fake_memory_live(), RIG_BLOCKS);
}

static void a_recovery_without_memory_gives_up_cleanly(void **state)
{
    struct rig *rig = running(state);

    fake_memory_limit(2);
    break_it(rig);
    expect_given_up(rig, rig_wake(rig));
    assert_int_equal(fake_memory_live(), 0);
}

// After its reset the device offers less than before.
static void statistics_may_be_gone_after_a_reset(void **state)
{
    struct rig *rig = running(state);

    rig->fake.queue_max[2] = 0;
    break_it(rig);
    assert_int_equal(rig_wake(rig), OK);
    assert_true(fake_device_live(&rig->fake));
    assert_int_equal(fake_memory_live(), 2 * 2 + 1);
    assert_int_equal(rig->before_seq, 2);
    fake_device_target(&rig->fake, 9);
    assert_int_equal(rig_wake(rig), OK);
    assert_int_equal(fake_log_count("balloon target pages=9\n"), 1);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        RIG_TEST_MODERN(needs_reset_is_answered_by_a_reset),
        RIG_TEST_ALL(a_wrong_id_is_answered_by_a_reset),
        RIG_TEST_ALL(an_id_not_outstanding_is_answered_by_a_reset),
        RIG_TEST_SPLIT(a_double_completion_is_answered_by_a_reset),
        RIG_TEST_ALL(a_used_page_queue_is_answered_by_a_reset),
        RIG_TEST_MODERN(a_written_length_is_answered_by_a_reset),
        RIG_TEST_LEGACY(a_legacy_length_is_ignored),
        RIG_TEST_MODERN(a_config_that_settles_never_is_given_up),
        RIG_TEST_MODERN(an_expired_wait_is_answered_by_a_reset),
        RIG_TEST_SPLIT(a_silent_device_is_reset_at_the_second_wake_up),
        RIG_TEST_PACKED(a_packed_ring_shows_no_silence),
        RIG_TEST_ALL(a_slow_device_is_not_taken_for_dead),
        RIG_TEST_ALL(no_sign_is_no_proof_of_death),
        RIG_TEST_ALL(trouble_between_answers_is_borne_for_ever),
        RIG_TEST_ALL(trouble_without_answers_is_borne_eight_times),
        RIG_TEST_MODERN(recovery_tries_again),
        RIG_TEST_ALL(without_a_reset_memory_stays_with_the_device),
        RIG_TEST_ALL(a_recovery_without_memory_gives_up_cleanly),
        RIG_TEST_ALL(statistics_may_be_gone_after_a_reset),
    };

    return cmocka_run_group_tests_name("balloon_recovery", tests, NULL, NULL);
}
