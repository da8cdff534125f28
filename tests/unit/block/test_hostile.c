// SPDX-License-Identifier: MIT
// A disk that lies, breaks, falls silent or vanishes: the driver resets it and
// sends the same requests again, gives up at a limit, and never reports a page
// as done that has no answer. VIRTIO 1.4, 2.1.2, 3.3, 5.2.6.
#include "fakes/disk_rig.h"

#include <stdio.h>

#include "fakes/fake_memory.h"
#include "fakes/fake_report.h"
#include "unit/checks.h"

#define FRAMES_BLOCK 1u // the rig's own
#define ALL BLOCK_REQUESTS

static bool is_legacy(const struct disk_rig *rig)
{
    return rig->form->kind == FAKE_MMIO_LEGACY ||
           rig->form->kind == FAKE_PCI_LEGACY;
}

static bool is_packed(const struct disk_rig *rig)
{
    return (rig->form->offered_also & UINT64_C(1) << 34) != 0;
}

// Running; nothing more can be allocated.
static struct disk_rig *started(void **state)
{
    struct disk_rig *rig = *state;

    assert_int_equal(disk_rig_start(rig), OK);
    fake_memory_limit(0);
    return rig;
}

static void lie(struct disk_rig *rig, enum fake_disk_lie kind, uint32_t truths,
                uint32_t lies)
{
    rig->fake.disk.lie = kind;
    rig->fake.disk.truths = truths;
    rig->fake.disk.lies = lies;
}

static void expect_pages(struct disk_rig *rig, unsigned page)
{
    assert_int_equal(disk_rig_done(rig, ALL), ALL);
    for (unsigned i = 0; i < ALL; i++) {
        assert_memory_equal(disk_rig_frame(rig, i),
                            &rig->fake.disk.content[(page + i) * 4096], 4096);
    }
}

static void expect_one_recovery(struct disk_rig *rig, const char *reason)
{
    char line[128];

    (void)snprintf(line, sizeof line,
                   "disk recovery disk=3 reason=%s in_a_row=1 ", reason);
    assert_int_equal(fake_log_count(line), 1);
    assert_int_equal(fake_log_count("disk recovery"), 1);
    assert_int_equal(rig->fake.resets, 2);
    assert_int_equal(rig->block.resets_total, 1);
    assert_true(fake_device_live(&rig->fake));
    assert_int_equal(fake_memory_live(), DISK_RIG_BLOCKS + FRAMES_BLOCK);
}

// One lie, after `truths` good answers: the reason, and then every page.
static void expect_recovery_from(void **state, enum fake_disk_lie kind,
                                 uint32_t truths, const char *reason)
{
    struct disk_rig *rig = started(state);

    lie(rig, kind, truths, 1);
    assert_int_equal(disk_rig_read(rig, 20, ALL), OK);
    expect_pages(rig, 20);
    expect_one_recovery(rig, reason);
    assert_int_equal(rig->block.resets, 0);
}

// The same, with one answer a sleep: the lie is the newest in the ring.
static void expect_recovery_one_by_one(void **state, enum fake_disk_lie kind,
                                       uint32_t truths, const char *reason)
{
    struct disk_rig *rig = *state;

    rig->fake.disk.keeps = true;
    expect_recovery_from(state, kind, truths, reason);
}

// --- One lie -----------------------------------------------------------------

static void a_status_that_was_not_written_is_noticed(void **state)
{
    expect_recovery_from(state, FAKE_DISK_NO_STATUS, 0, "status_missing");
}

static void a_status_that_does_not_exist_is_noticed(void **state)
{
    expect_recovery_from(state, FAKE_DISK_JUNK_STATUS, 5, "status_unknown");
}

static void a_used_length_beyond_the_buffer_is_noticed(void **state)
{
    expect_recovery_from(state, FAKE_DISK_LONG, 3, "used_length");
}

// SPLIT-17.
static void a_used_length_that_ends_before_the_status_is_noticed(void **state)
{
    expect_recovery_from(state, FAKE_DISK_SHORT, 3, "used_length");
}

static void a_used_length_of_0_is_noticed(void **state)
{
    expect_recovery_from(state, FAKE_DISK_ZERO, 0, "used_length");
}

static void an_id_outside_the_ring_is_noticed(void **state)
{
    expect_recovery_one_by_one(state, FAKE_DISK_WILD_ID, 2, "used_id_range");
}

static void an_id_that_is_not_in_flight_is_noticed(void **state)
{
    expect_recovery_one_by_one(state, FAKE_DISK_WRONG_ID, 0,
                               "used_id_not_outstanding");
}

static void a_second_completion_is_noticed(void **state)
{
    expect_recovery_one_by_one(state, FAKE_DISK_TWICE, 0,
                               "used_id_not_outstanding");
}

// STATUS-04: a request in flight, that is sent again.
static void needs_reset_is_answered_by_a_reset(void **state)
{
    expect_recovery_from(state, FAKE_DISK_NEEDS_RESET, 7, "needs_reset");
}

// BLK-LEG-02, and QEMU's packed ring, which always says 0.
static void an_unreliable_length_does_not_count(void **state)
{
    static const enum fake_disk_lie lies[] = {FAKE_DISK_ZERO, FAKE_DISK_SHORT,
                                              FAKE_DISK_LONG};
    struct disk_rig *rig = started(state);

    for (unsigned i = 0; i < (is_packed(rig) ? 1 : 3); i++) {
        lie(rig, lies[i], 0, FAKE_FOREVER);
        assert_int_equal(disk_rig_read(rig, 20, ALL), OK);
        expect_pages(rig, 20);
        assert_int_equal(disk_rig_write(rig, 20, ALL), OK);
        assert_int_equal(disk_rig_done(rig, ALL), ALL);
    }
    assert_int_equal(rig->fake.resets, 1);
}

// Requests with an answer are not sent again.
static void only_requests_without_an_answer_are_sent_again(void **state)
{
    struct disk_rig *rig = started(state);

    lie(rig, FAKE_DISK_NEEDS_RESET, 11, 1);
    assert_int_equal(disk_rig_write(rig, 30, ALL), OK);
    assert_int_equal(disk_rig_done(rig, ALL), ALL);
    assert_int_equal(rig->fake.disk.writes, ALL);
    assert_int_equal(fake_log_count("in_a_row=1 requests=5\n"), 1);
}

// --- A disk that does not recover --------------------------------------------

static void expect_given_up(struct disk_rig *rig, enum error error)
{
    assert_int_equal(error, ERR_DEVICE);
    assert_int_equal(rig->block.resets_total, BLOCK_RESETS_MAX);
    assert_int_equal(fake_log_count("disk recovery"), BLOCK_RESETS_MAX);
    assert_int_equal(fake_log_count("error what=disk_recovery"), 1);
    assert_int_equal(rig->device.state, VIRTIO_FAILED);
    const unsigned before = rig->fake.accesses;
    assert_int_equal(disk_rig_read(rig, 0, ALL), ERR_DEVICE);
    assert_int_equal(disk_rig_done(rig, ALL), 0);
    assert_int_equal(rig->fake.accesses, before);
}

static void three_resets_in_a_row_are_the_last(void **state)
{
    struct disk_rig *rig = started(state);

    lie(rig, FAKE_DISK_NO_STATUS, 4, FAKE_FOREVER);
    const enum error error = disk_rig_read(rig, 0, ALL);
    assert_int_equal(disk_rig_done(rig, ALL), 4);
    expect_given_up(rig, error);
    assert_int_equal(rig->fake.status & 0x84, 0x80);
    assert_int_equal(block_stop(&rig->block), OK);
    assert_int_equal(fake_memory_live(), FRAMES_BLOCK);
}

// As long as something is answered in between, the driver goes on.
static void resets_with_answers_between_them_are_not_in_a_row(void **state)
{
    struct disk_rig *rig = started(state);

    rig->fake.disk.keeps = true; // one answer a sleep
    for (unsigned i = 0; i < 8; i++) {
        lie(rig, FAKE_DISK_NO_STATUS, i, 2);
        assert_int_equal(disk_rig_read(rig, i, ALL), OK);
        expect_pages(rig, i);
    }
    assert_int_equal(rig->block.resets_total, 16);
}

static void a_reset_that_never_ends_is_given_up(void **state)
{
    struct disk_rig *rig = started(state);

    lie(rig, FAKE_DISK_NO_STATUS, 0, 1);
    rig->fake.late_resets = FAKE_FOREVER;
    expect_given_up(rig, disk_rig_read(rig, 0, ALL));
    assert_int_equal(block_stop(&rig->block), ERR_TIMEOUT);
    assert_int_equal(fake_memory_live(), DISK_RIG_BLOCKS + FRAMES_BLOCK);
}

static void a_reset_that_takes_its_time_is_awaited(void **state)
{
    struct disk_rig *rig = *state;

    rig->fake.late_resets = 500;
    expect_recovery_from(state, FAKE_DISK_JUNK_STATUS, 0, "status_unknown");
    assert_true(rig->block.state == BLOCK_LIVE);
}

// Legacy PCI dictates a queue that the memory taken at the start can't hold.
static void a_queue_that_has_grown_is_given_up(void **state)
{
    struct disk_rig *rig = started(state);

    lie(rig, FAKE_DISK_NO_STATUS, 0, 1);
    rig->fake.queue_max[0] = 4096;
    expect_given_up(rig, disk_rig_read(rig, 0, ALL));
    assert_int_equal(fake_log_count("reason=no_memory"), BLOCK_RESETS_MAX);
}

static void a_queue_that_has_shrunk_is_used(void **state)
{
    struct disk_rig *rig = *state;

    rig->fake.disk.keeps = true;
    started(state);
    rig->fake.queue_max[0] = 4;
    lie(rig, FAKE_DISK_NO_STATUS, 0, 1);
    assert_int_equal(disk_rig_read(rig, 20, ALL), OK);
    expect_pages(rig, 20);
    expect_one_recovery(rig, "status_missing");
}

// --- Starts that fail --------------------------------------------------------

static void expect_no_start(struct disk_rig *rig, enum error error)
{
    assert_int_equal(disk_rig_start(rig), error);
    assert_int_equal(fake_memory_live(), FRAMES_BLOCK);
    assert_int_equal(rig->device.state, VIRTIO_FAILED);
    assert_int_equal(disk_rig_read(rig, 0, 1), ERR_DEVICE);
}

static void without_a_queue_there_is_no_start(void **state)
{
    struct disk_rig *rig = *state;

    rig->fake.queue_max[0] = 0;
    expect_no_start(rig, ERR_UNSUPPORTED);
}

static void a_queue_too_small_for_a_request_is_no_start(void **state)
{
    struct disk_rig *rig = *state;

    rig->fake.queue_max[0] = 2;
    expect_no_start(rig, ERR_UNSUPPORTED);
}

static void without_memory_there_is_no_start(void **state)
{
    for (unsigned blocks = 0; blocks < DISK_RIG_BLOCKS; blocks++) {
        struct disk_rig *rig = *state;

        fake_memory_limit(blocks);
        expect_no_start(rig, ERR_NO_MEMORY);
        disk_rig_destroy(rig);
        *state = disk_rig_new(rig->form);
    }
}

static void without_the_end_of_its_reset_there_is_no_start(void **state)
{
    struct disk_rig *rig = *state;

    rig->fake.late_resets = FAKE_FOREVER;
    assert_int_equal(disk_rig_start(rig), ERR_TIMEOUT);
    assert_int_equal(disk_rig_read(rig, 0, 1), ERR_DEVICE);
}

static void a_capacity_that_never_settles_is_no_start(void **state)
{
    struct disk_rig *rig = *state;

    rig->fake.disk.grows = FAKE_FOREVER;
    expect_no_start(rig, ERR_TIMEOUT);
}

// --- Gone --------------------------------------------------------------------

static void expect_gone(struct disk_rig *rig, enum error error)
{
    assert_int_equal(error, ERR_EMPTY);
    assert_int_equal(disk_rig_read(rig, 0, 2), ERR_DEVICE);
    assert_int_equal(block_stop(&rig->block), ERR_EMPTY);
    assert_int_equal(fake_memory_live(), FRAMES_BLOCK);
    assert_int_equal(fake_log_count("error"), 0);
}

static void a_disk_that_is_gone_fails_every_request(void **state)
{
    struct disk_rig *rig = started(state);

    disk_rig_vanish(rig);
    const enum error error = disk_rig_read(rig, 0, ALL);
    assert_int_equal(disk_rig_done(rig, ALL), 0);
    assert_int_equal(rig->sleeps, 0);
    expect_gone(rig, error);
}

static void vanish_after_three(struct disk_rig *rig)
{
    if (rig->sleeps <= 3) {
        fake_disk_answer(&rig->fake, 1);
    } else {
        disk_rig_vanish(rig);
    }
}

static void a_disk_that_vanishes_fails_what_has_no_answer(void **state)
{
    struct disk_rig *rig = started(state);

    rig->fake.disk.keeps = true;
    rig->meanwhile = vanish_after_three;
    const enum error error = disk_rig_write(rig, 0, ALL);
    assert_int_equal(disk_rig_done(rig, ALL), 3);
    expect_gone(rig, error);
}

// The registers of a device that is gone read all ones, also as a capacity.
static void a_disk_that_is_gone_has_no_capacity(void **state)
{
    struct disk_rig *rig = started(state);
    const uint64_t pages = rig->block.pages;

    rig->device.pending = VIRTIO_EVENT_CONFIG;
    disk_rig_vanish(rig);
    const enum error error = disk_rig_read(rig, 0, ALL);
    assert_int_equal(rig->block.pages, pages);
    expect_gone(rig, error);
}

static void a_paused_disk_may_vanish(void **state)
{
    struct disk_rig *rig = started(state);

    block_pause(&rig->block);
    disk_rig_vanish(rig);
    expect_gone(rig, disk_rig_read(rig, 0, ALL));
}

// --- Silent ------------------------------------------------------------------

// The line is written before the third sleep, not before the second.
static void answer_at_the_tenth(struct disk_rig *rig)
{
    if (rig->sleeps < 10) {
        assert_int_equal(fake_log_count("disk waits"), rig->sleeps > 2);
    }
    if (rig->sleeps == 10) {
        fake_disk_answer(&rig->fake, ALL);
    }
}

static void a_silent_disk_is_named_at_the_second_foreign_wakeup(void **state)
{
    struct disk_rig *rig = started(state);

    rig->fake.disk.keeps = true;
    rig->meanwhile = answer_at_the_tenth;
    assert_int_equal(disk_rig_read(rig, 20, ALL), OK);
    expect_pages(rig, 20);
    assert_int_equal(rig->sleeps, 10);
    assert_int_equal(fake_log_count("disk waits requests=16 disk=3\n"), 1);
    assert_int_equal(fake_log_count("disk waits"), 1);
    rig->sleeps = 9;
    assert_int_equal(disk_rig_read(rig, 20, ALL), OK);
    assert_int_equal(fake_log_count("disk waits"), 1);
}

static void interrupt_for_nothing(struct disk_rig *rig)
{
    if (rig->sleeps < 10) {
        fake_device_raise(&rig->fake, 1);
    } else {
        fake_disk_answer(&rig->fake, ALL);
    }
}

static void its_own_interrupts_are_not_foreign(void **state)
{
    struct disk_rig *rig = started(state);

    rig->fake.disk.keeps = true;
    rig->meanwhile = interrupt_for_nothing;
    assert_int_equal(disk_rig_read(rig, 20, ALL), OK);
    expect_pages(rig, 20);
    assert_int_equal(fake_log_count("disk waits"), 0);
}

// Answers, one by one, in other devices' wake-ups and its own.
static void random_step(struct disk_rig *rig)
{
    static uint32_t seed = 1;

    seed = seed * 1664525 + 1013904223;
    fake_disk_answer(&rig->fake, seed >> 24 & 3);
}

static void no_mixture_of_lies_loses_or_invents_a_page(void **state)
{
    struct disk_rig *rig = started(state);
    const unsigned last =
        is_legacy(rig) ? FAKE_DISK_JUNK_STATUS : FAKE_DISK_SHORT;

    rig->fake.disk.keeps = true;
    rig->fake.disk.backwards = true;
    rig->meanwhile = random_step;
    for (unsigned i = 0; i < 60; i++) {
        lie(rig, (enum fake_disk_lie)(FAKE_DISK_NO_STATUS + i % last), i % 13,
            1 + i % 3);
        rig->sleeps = 0;
        memset(rig->frames.cpu, 0xee, ALL * 4096);
        assert_int_equal(disk_rig_read(rig, i % 48, ALL), OK);
        expect_pages(rig, i % 48);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        DISK_TEST_ALL(a_status_that_was_not_written_is_noticed),
        DISK_TEST_ALL(a_status_that_does_not_exist_is_noticed),
        DISK_TEST_MODERN(a_used_length_beyond_the_buffer_is_noticed),
        DISK_TEST_MODERN(a_used_length_that_ends_before_the_status_is_noticed),
        DISK_TEST_MODERN_SPLIT(a_used_length_of_0_is_noticed),
        DISK_TEST_ALL(an_id_outside_the_ring_is_noticed),
        DISK_TEST_ALL(an_id_that_is_not_in_flight_is_noticed),
        DISK_TEST_ALL(a_second_completion_is_noticed),
        DISK_TEST_MODERN(needs_reset_is_answered_by_a_reset),
        DISK_TEST_LEGACY(an_unreliable_length_does_not_count),
        DISK_TEST_PACKED(an_unreliable_length_does_not_count),
        DISK_TEST_MODERN(only_requests_without_an_answer_are_sent_again),
        DISK_TEST_ALL(three_resets_in_a_row_are_the_last),
        DISK_TEST_ALL(resets_with_answers_between_them_are_not_in_a_row),
        DISK_TEST_ALL(a_reset_that_never_ends_is_given_up),
        DISK_TEST_ALL(a_reset_that_takes_its_time_is_awaited),
        DISK_TEST(a_queue_that_has_grown_is_given_up, pci_legacy),
        DISK_TEST_ALL(a_queue_that_has_shrunk_is_used),
        DISK_TEST_ALL(without_a_queue_there_is_no_start),
        DISK_TEST_ALL(a_queue_too_small_for_a_request_is_no_start),
        DISK_TEST_ALL(without_memory_there_is_no_start),
        DISK_TEST_ALL(without_the_end_of_its_reset_there_is_no_start),
        DISK_TEST_ALL(a_capacity_that_never_settles_is_no_start),
        DISK_TEST_PCI(a_disk_that_is_gone_fails_every_request),
        DISK_TEST_PCI(a_disk_that_vanishes_fails_what_has_no_answer),
        DISK_TEST_PCI(a_disk_that_is_gone_has_no_capacity),
        DISK_TEST_PCI(a_paused_disk_may_vanish),
        DISK_TEST_ALL(a_silent_disk_is_named_at_the_second_foreign_wakeup),
        DISK_TEST_ALL(its_own_interrupts_are_not_foreign),
        DISK_TEST_ALL(no_mixture_of_lies_loses_or_invents_a_page),
    };

    return cmocka_run_group_tests_name("block_hostile", tests, NULL, NULL);
}
