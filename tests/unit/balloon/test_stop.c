// SPDX-License-Identifier: MIT
// Stopping a balloon device, and a removed device: all memory is freed, after
// one reset, and the next start continues the sample count. The fake checks
// that memory is freed only after a reset. VIRTIO 1.4, 3.3 "Device Cleanup".
#include "fakes/balloon_rig.h"
#include "fakes/fake_absence.h"
#include "fakes/fake_io.h"
#include "fakes/fake_memory.h"
#include "fakes/fake_registers.h"
#include "fakes/fake_report.h"
#include "virtio/transport.h"
#include "unit/balloon/running.h"

// The device holds nothing and is in its initial state.
static void expect_stopped(const struct rig *rig)
{
    assert_int_equal(fake_memory_live(), 0);
    assert_int_equal(rig->device.state, VIRTIO_RESET);
    assert_int_equal(rig->fake.status, 0);
}

// --- A device that is there -------------------------------------------------

static void a_running_device_is_let_go_by_one_reset(void **state)
{
    struct rig *rig = running(state);

    assert_int_equal(balloon_stop(&rig->balloon), OK);
    expect_stopped(rig);
    assert_int_equal(rig->fake.resets, 2);
    assert_int_equal(rig->before_seq, 2);
}

static void the_next_start_counts_samples_on(void **state)
{
    struct rig *rig = running(state);

    for (uint64_t seq = 3; seq < 40; seq += 2) {
        assert_int_equal(balloon_stop(&rig->balloon), OK);
        expect_stopped(rig);
        assert_int_equal(rig_start(rig), OK);
        assert_int_equal(rig->before_seq, seq);
        assert_int_equal(rig->after_seq, seq);
        assert_int_equal(fake_memory_live(), RIG_BLOCKS);
        assert_int_equal(rig_poll(rig), OK);
        assert_int_equal(rig->before_seq, seq + 1);
        assert_true(rig_truthful(rig));
    }
}

static void a_poll_on_its_way_is_not_answered(void **state)
{
    struct rig *rig = running(state);

    assert_true(fake_device_poll(&rig->fake));
    rig_interrupt(rig);
    assert_int_equal(balloon_stop(&rig->balloon), OK);
    expect_stopped(rig);
    assert_int_equal(virtio_device_take_events(&rig->device), 0);
    assert_int_equal(balloon_serve(&rig->balloon), OK);
    assert_int_equal(rig->before_seq, 2);
}

// Properties learnt about one device are not assumed for the next.
static void the_next_device_is_a_stranger(void **state)
{
    struct rig *rig = running(state);

    fake_device_target(&rig->fake, 7);
    assert_int_equal(rig_wake(rig), OK);
    // Only a split ring shows the taken index.
    assert_int_equal(rig->balloon.shows_taken,
                     !rig->fake.queues[FAKE_STATSQ].ring.packed);
    assert_int_equal(balloon_stop(&rig->balloon), OK);
    assert_false(rig->balloon.shows_taken);
    assert_int_equal(rig->balloon.target, 0);
    assert_int_equal(rig->balloon.recoveries, 0);
    assert_int_equal(rig_start(rig), OK);
    assert_int_equal(fake_log_count("balloon target pages=7\n"), 2);
}

static void one_that_wants_a_reset_is_let_go(void **state)
{
    struct rig *rig = running(state);

    fake_device_break(&rig->fake);
    assert_int_equal(balloon_stop(&rig->balloon), OK);
    expect_stopped(rig);
    assert_int_equal(fake_log_count("balloon recovery"), 0);
}

static void one_that_was_given_up_is_let_go(void **state)
{
    struct rig *rig = running(state);

    fake_memory_limit(2);
    for (unsigned i = 0; i < BALLOON_RECOVERIES_MAX; i++) {
        (void)fake_ring_lie(&rig->fake.queues[2].ring, UINT32_MAX, 0);
        fake_device_raise(&rig->fake, 1);
        if (rig_wake(rig) != OK) {
            break;
        }
    }
    assert_int_equal(rig->device.state, VIRTIO_FAILED);
    assert_int_equal(balloon_stop(&rig->balloon), OK);
    expect_stopped(rig);
}

static void one_that_did_not_start_is_let_go(void **state)
{
    struct rig *rig = *state;

    fake_memory_limit(1);
    assert_int_equal(rig_start(rig), ERR_NO_MEMORY);
    assert_int_equal(balloon_stop(&rig->balloon), OK);
    expect_stopped(rig);
    fake_memory_limit(UINT32_MAX);
    assert_int_equal(rig_start(rig), OK);
    assert_int_equal(rig->before_seq, 1);
}

static void stopping_twice_is_stopping_once(void **state)
{
    struct rig *rig = running(state);

    assert_int_equal(balloon_stop(&rig->balloon), OK);
    assert_int_equal(balloon_stop(&rig->balloon), OK);
    expect_stopped(rig);
}

// CLEAN-02: without a reset the device may still use all memory.
static void without_a_reset_it_keeps_the_memory(void **state)
{
    struct rig *rig = running(state);

    rig->fake.late_resets = FAKE_FOREVER;
    assert_int_equal(balloon_stop(&rig->balloon), ERR_TIMEOUT);
    assert_int_equal(fake_memory_live(), RIG_BLOCKS);
    assert_int_equal(rig->device.state, VIRTIO_FAILED);
    rig->fake.late_resets = 0;
    assert_int_equal(balloon_stop(&rig->balloon), OK);
    expect_stopped(rig);
}

// --- A device that is gone --------------------------------------------------

static bool gone;

static bool is_gone(const struct virtio_device *device)
{
    (void)device;
    return gone;
}

// A transport like the rig's, for devices that can be removed, as on PCI.
static void make_removable(struct rig *rig)
{
    static struct virtio_transport removable;

    if (rig_on_pci(rig)) {
        return;
    }
    removable = *rig->device.transport;
    removable.is_gone = is_gone;
    rig->device.transport = &removable;
    gone = false;
}

// The fake owns nothing any more, as after a reset: the device is gone.
static void take_away(struct rig *rig)
{
    fake_status_write(&rig->fake, 0);
    fake_io_disclaim(&rig->fake);
    if (rig_on_pci(rig)) {
        fake_pci_destroy(&rig->function);
    }
    fake_absence_claim(rig->device.at.common);
    fake_absence_claim(rig->device.at.config);
    fake_absence_claim(rig->device.at.isr);
    gone = true;
}

// Within a few checks, and without a log line that interprets the ones.
static void expect_noticed(const struct rig *rig)
{
    assert_int_equal(fake_memory_live(), 0);
    assert_true(fake_absence_reads() < 10);
    assert_int_equal(fake_log_count("error"), 0);
    assert_int_equal(fake_log_count("balloon recovery"), 0);
    assert_int_equal(fake_log_count("balloon target"), 0);
    assert_int_equal(rig->before_seq, 2);
    fake_absence_end();
}

static struct rig *running_removable(void **state)
{
    struct rig *rig = running(state);

    make_removable(rig);
    return rig;
}

static void memory_of_one_that_is_gone_is_taken_back(void **state)
{
    struct rig *rig = running_removable(state);

    take_away(rig);
    assert_int_equal(balloon_stop(&rig->balloon), ERR_EMPTY);
    expect_noticed(rig);
}

static void one_that_kept_its_memory_gives_it_back_by_going(void **state)
{
    struct rig *rig = running_removable(state);

    rig->fake.late_resets = FAKE_FOREVER;
    assert_int_equal(balloon_stop(&rig->balloon), ERR_TIMEOUT);
    assert_int_equal(fake_memory_live(), RIG_BLOCKS);
    rig->fake.late_resets = 0;
    take_away(rig);
    assert_int_equal(balloon_stop(&rig->balloon), ERR_EMPTY);
    assert_int_equal(fake_memory_live(), 0);
    fake_absence_end();
}

// The interrupt status of a removed device reads as every cause at once.
static void serving_one_that_is_gone_ends_in_a_stop(void **state)
{
    struct rig *rig = running_removable(state);

    take_away(rig);
    virtio_device_interrupt(&rig->device);
    assert_int_equal(balloon_serve(&rig->balloon), ERR_EMPTY);
    expect_noticed(rig);
}

// On legacy only the target shows it.
static void a_target_of_nobodys_is_not_followed(void **state)
{
    struct rig *rig = running_removable(state);

    take_away(rig);
    rig->device.pending = VIRTIO_EVENT_CONFIG;
    assert_int_equal(balloon_serve(&rig->balloon), ERR_EMPTY);
    expect_noticed(rig);
}

static void a_start_without_a_device_ends_with_its_name(void **state)
{
    struct rig *rig = running_removable(state);

    assert_int_equal(balloon_stop(&rig->balloon), OK);
    take_away(rig);
    assert_int_equal(balloon_start(&rig->balloon, &rig->device, &rig->env),
                     ERR_EMPTY);
    assert_int_equal(fake_log_count("balloon_start error=empty"), 1);
    assert_int_equal(fake_memory_live(), 0);
    fake_absence_end();
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        RIG_TEST_ALL(a_running_device_is_let_go_by_one_reset),
        RIG_TEST_ALL(the_next_start_counts_samples_on),
        RIG_TEST_ALL(a_poll_on_its_way_is_not_answered),
        RIG_TEST_ALL(the_next_device_is_a_stranger),
        RIG_TEST_ALL(one_that_wants_a_reset_is_let_go),
        RIG_TEST_ALL(one_that_was_given_up_is_let_go),
        RIG_TEST_ALL(one_that_did_not_start_is_let_go),
        RIG_TEST_ALL(stopping_twice_is_stopping_once),
        RIG_TEST_ALL(without_a_reset_it_keeps_the_memory),
        RIG_TEST_ALL(memory_of_one_that_is_gone_is_taken_back),
        RIG_TEST_ALL(one_that_kept_its_memory_gives_it_back_by_going),
        RIG_TEST_ALL(serving_one_that_is_gone_ends_in_a_stop),
        RIG_TEST_ALL(a_target_of_nobodys_is_not_followed),
        RIG_TEST_ALL(a_start_without_a_device_ends_with_its_name),
    };

    return cmocka_run_group_tests_name("balloon_stop", tests, NULL, NULL);
}
