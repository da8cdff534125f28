// SPDX-License-Identifier: MIT
// The block driver on a disk that behaves: transfers, refusals, failing
// requests, configuration changes, pause and stop.
// VIRTIO 1.4, 5.2 "Block Device".
#include "fakes/disk_rig.h"
#include "fakes/fake_memory.h"
#include "fakes/fake_report.h"
#include "unit/checks.h"

#define FRAMES_BLOCK 1u // the rig's own

static struct disk_rig *started(void **state)
{
    struct disk_rig *rig = *state;

    assert_int_equal(disk_rig_start(rig), OK);
    assert_int_equal(fake_memory_live(), DISK_RIG_BLOCKS + FRAMES_BLOCK);
    return rig;
}

static const uint8_t *disk_page(const struct disk_rig *rig, unsigned page)
{
    return &rig->fake.disk.content[page * 4096];
}

static void expect_read(struct disk_rig *rig, unsigned page, unsigned count)
{
    assert_int_equal(disk_rig_read(rig, page, count), OK);
    assert_int_equal(disk_rig_done(rig, count), count);
    for (unsigned i = 0; i < count; i++) {
        assert_memory_equal(disk_rig_frame(rig, i), disk_page(rig, page + i),
                            4096);
    }
}

// --- Transfers ---------------------------------------------------------------

// BLK-INIT-02, BLK-OP-02, BLK-OP-06: the fake checks every byte of a request.
static void a_page_that_is_written_is_read_back(void **state)
{
    struct disk_rig *rig = started(state);

    expect_read(rig, 0, 1);
    memset(disk_rig_frame(rig, 0), 0xa5, 4096);
    assert_int_equal(disk_rig_write(rig, 5, 1), OK);
    assert_true(rig->list[0].done);
    assert_int_equal(rig->fake.disk.writes, 1);
    assert_int_equal(disk_page(rig, 5)[0], 0xa5);
    assert_int_equal(disk_page(rig, 5)[4095], 0xa5);
    assert_int_equal(disk_page(rig, 4)[4095], (uint8_t)(4 * 3 + 4096));
    assert_int_equal(disk_page(rig, 6)[0], (uint8_t)(6 * 3 + 1));
    memset(disk_rig_frame(rig, 0), 0, 4096);
    expect_read(rig, 5, 1);
}

static void sixteen_pages_are_in_flight_after_one_kick(void **state)
{
    struct disk_rig *rig = started(state);

    rig->fake.disk.keeps = true;
    expect_read(rig, 7, BLOCK_REQUESTS);
    assert_int_equal(rig->fake.disk.most_held, BLOCK_REQUESTS);
    assert_int_equal(rig->fake.queues[0].kicks, 1);
    assert_int_equal(rig->fake.disk.reads, BLOCK_REQUESTS);
    assert_in_range(rig->sleeps, 1, BLOCK_REQUESTS);
}

static void answers_may_come_in_any_order(void **state)
{
    struct disk_rig *rig = started(state);

    rig->fake.disk.keeps = true;
    rig->fake.disk.backwards = true;
    expect_read(rig, 7, BLOCK_REQUESTS);
    expect_read(rig, 0, 3);
}

static void the_ring_goes_round_many_times(void **state)
{
    struct disk_rig *rig = started(state);

    for (unsigned i = 0; i < 100; i++) {
        rig->fake.disk.keeps = i % 3 == 0;
        expect_read(rig, i % 48, 1 + i % BLOCK_REQUESTS);
    }
    assert_int_equal(rig->fake.resets, 1);
}

static void no_pages_need_no_device(void **state)
{
    struct disk_rig *rig = started(state);
    const unsigned before = rig->fake.accesses;

    assert_int_equal(disk_rig_read(rig, 0, 0), OK);
    assert_int_equal(rig->fake.accesses, before);
}

static void memory_full_of_ones_does_no_harm(void **state)
{
    fake_memory_dirty(true);
    expect_read(started(state), 0, BLOCK_REQUESTS);
}

// --- Queue and features ------------------------------------------------------

static bool offers_tables(const struct disk_rig *rig)
{
    return (rig->fake.offered & UINT64_C(1) << 28) != 0;
}

static void a_request_is_a_table_where_tables_are_offered(void **state)
{
    struct disk_rig *rig = started(state);

    expect_read(rig, 0, BLOCK_REQUESTS);
    assert_int_equal(rig->fake.disk.tables,
                     offers_tables(rig) ? BLOCK_REQUESTS : 0);
}

static void without_tables_a_request_is_a_chain(void **state)
{
    struct disk_rig *rig = *state;

    rig->fake.offered &= ~(UINT64_C(1) << 28);
    rig->fake.disk.keeps = true;
    assert_int_equal(disk_rig_start(rig), OK);
    expect_read(rig, 0, BLOCK_REQUESTS);
    assert_int_equal(rig->fake.disk.tables, 0);
    assert_int_equal(rig->fake.disk.most_held, BLOCK_REQUESTS);
}

// BLK-INIT-01, BLK-INIT-04, BLK-OP-03.
static void only_useful_features_are_accepted(void **state)
{
    struct disk_rig *rig = *state;
    const uint64_t types = UINT64_C(0xffffff);

    rig->fake.offered |= types;
    assert_int_equal(disk_rig_start(rig), OK);
    assert_int_equal(rig->fake.accepted & types, UINT64_C(1) << 5);
    assert_int_equal(rig->fake.accepted & UINT64_C(3) << 28,
                     rig->fake.offered & UINT64_C(3) << 28);
    assert_true(rig->block.read_only);
}

static unsigned entries_of(const struct disk_rig *rig)
{
    return (rig->fake.accepted & UINT64_C(1) << 28) != 0 ? 1 : 3;
}

static void a_small_queue_takes_the_requests_in_turns(void **state)
{
    struct disk_rig *rig = *state;

    rig->fake.queue_max[0] = 8;
    rig->fake.disk.keeps = true;
    assert_int_equal(disk_rig_start(rig), OK);
    expect_read(rig, 20, BLOCK_REQUESTS);
    assert_int_equal(rig->fake.disk.most_held, 7 / entries_of(rig));
}

static void a_large_queue_is_cut_or_dictated(void **state)
{
    struct disk_rig *rig = *state;
    const bool dictated = rig->form->kind == FAKE_PCI_LEGACY;

    rig->fake.queue_max[0] = 4096;
    assert_int_equal(disk_rig_start(rig), OK);
    assert_int_equal(rig->block.queue.size, dictated ? 4096 : 64);
    expect_read(rig, 0, BLOCK_REQUESTS);
}

// --- Refusals and failing requests -------------------------------------------

// BLK-OP-02.
static void a_page_beyond_the_end_is_refused(void **state)
{
    struct disk_rig *rig = started(state);

    assert_int_equal(disk_rig_read(rig, FAKE_DISK_PAGES - 2, 4), OK);
    assert_true(rig->list[0].done && rig->list[1].done);
    assert_false(rig->list[2].done || rig->list[3].done);
    assert_int_equal(rig->fake.disk.reads, 2);
    assert_int_equal(fake_log_count("error what=\"disk read\" disk=3 page=64 "
                                    "status=beyond_end\n"),
                     1);
    assert_int_equal(disk_rig_read(rig, UINT64_MAX / 8, 1), OK);
    assert_false(rig->list[0].done);
}

static void a_part_of_a_page_at_the_end_is_not_used(void **state)
{
    struct disk_rig *rig = *state;

    rig->fake.disk.capacity = 10 * 8 + 7;
    assert_int_equal(disk_rig_start(rig), OK);
    assert_int_equal(rig->block.pages, 10);
    assert_int_equal(disk_rig_read(rig, 9, 2), OK);
    assert_true(rig->list[0].done);
    assert_false(rig->list[1].done);
}

static void a_disk_of_more_than_32_bits_has_its_pages(void **state)
{
    struct disk_rig *rig = *state;

    rig->fake.disk.capacity = UINT64_C(0x123456789a8);
    assert_int_equal(disk_rig_start(rig), OK);
    assert_int_equal(rig->block.pages, UINT64_C(0x123456789a8) / 8);
}

// BLK-OP-03: the fake would record a violation.
static void a_read_only_disk_gets_no_write(void **state)
{
    struct disk_rig *rig = *state;

    rig->fake.offered |= UINT64_C(1) << 5;
    assert_int_equal(disk_rig_start(rig), OK);
    assert_true(rig->block.read_only);
    assert_int_equal(disk_rig_write(rig, 0, 3), OK);
    assert_int_equal(disk_rig_done(rig, 3), 0);
    assert_int_equal(rig->fake.disk.writes, 0);
    assert_int_equal(fake_log_count("status=read_only"), 3);
    expect_read(rig, 0, 3);
}

static void an_error_fails_that_page_alone(void **state)
{
    struct disk_rig *rig = started(state);

    rig->fake.disk.bad_page = 12;
    rig->fake.disk.unsupported = 14;
    assert_int_equal(disk_rig_read(rig, 10, 6), OK);
    for (unsigned i = 0; i < 6; i++) {
        assert_int_equal(rig->list[i].done, i != 2 && i != 4);
    }
    assert_int_equal(disk_rig_write(rig, 12, 1), OK);
    assert_false(rig->list[0].done);
    assert_int_equal(fake_log_count("disk=3 page=12 status=ioerr\n"), 2);
    assert_int_equal(
        fake_log_count("\"disk write\" disk=3 page=12 status=ioerr\n"), 1);
    assert_int_equal(fake_log_count("page=14 status=unsupp\n"), 1);
    assert_int_equal(rig->fake.resets, 1);
}

// --- Configuration changes ---------------------------------------------------

// BLK-OP-01.
static void a_new_capacity_counts_from_the_next_call_on(void **state)
{
    struct disk_rig *rig = started(state);

    fake_disk_resize(&rig->fake, 10 * 8);
    disk_rig_interrupt(rig);
    assert_int_equal(disk_rig_read(rig, 8, 4), OK);
    assert_int_equal(disk_rig_done(rig, 4), 2);
    fake_disk_resize(&rig->fake, 64 * 8);
    disk_rig_interrupt(rig);
    expect_read(rig, 8, 4);
}

static void shrink(struct disk_rig *rig)
{
    rig->meanwhile = NULL;
    fake_disk_resize(&rig->fake, 10 * 8);
    fake_disk_answer(&rig->fake, 1);
}

static void a_disk_that_shrinks_meanwhile_gets_no_request_beyond(void **state)
{
    struct disk_rig *rig = *state;

    rig->fake.queue_max[0] = 4;
    rig->fake.disk.keeps = true;
    rig->meanwhile = shrink;
    assert_int_equal(disk_rig_start(rig), OK);
    assert_int_equal(disk_rig_read(rig, 4, BLOCK_REQUESTS), OK);
    assert_int_equal(disk_rig_done(rig, BLOCK_REQUESTS), 6);
}

// --- Pause and stop ----------------------------------------------------------

static void a_pause_resets_and_the_next_call_starts_again(void **state)
{
    struct disk_rig *rig = started(state);

    expect_read(rig, 0, 4);
    block_pause(&rig->block);
    assert_int_equal(rig->fake.status, 0);
    assert_int_equal(fake_memory_live(), DISK_RIG_BLOCKS + FRAMES_BLOCK);
    fake_memory_limit(0);
    expect_read(rig, 9, BLOCK_REQUESTS);
    assert_int_equal(rig->fake.resets, 3);
    assert_int_equal(rig->block.resets_total, 0);
}

static void a_stop_frees_all_memory_after_the_reset(void **state)
{
    struct disk_rig *rig = started(state);

    expect_read(rig, 0, 4);
    assert_int_equal(block_stop(&rig->block), OK);
    assert_int_equal(rig->fake.status, 0);
    assert_int_equal(fake_memory_live(), FRAMES_BLOCK);
    assert_int_equal(disk_rig_read(rig, 0, 2), ERR_DEVICE);
    assert_int_equal(disk_rig_done(rig, 2), 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        DISK_TEST_ALL(a_page_that_is_written_is_read_back),
        DISK_TEST_ALL(sixteen_pages_are_in_flight_after_one_kick),
        DISK_TEST_ALL(answers_may_come_in_any_order),
        DISK_TEST_ALL(the_ring_goes_round_many_times),
        DISK_TEST_ALL(no_pages_need_no_device),
        DISK_TEST_ALL(memory_full_of_ones_does_no_harm),
        DISK_TEST_ALL(a_request_is_a_table_where_tables_are_offered),
        DISK_TEST_ALL(without_tables_a_request_is_a_chain),
        DISK_TEST_ALL(only_useful_features_are_accepted),
        DISK_TEST_ALL(a_small_queue_takes_the_requests_in_turns),
        DISK_TEST_ALL(a_large_queue_is_cut_or_dictated),
        DISK_TEST_ALL(a_page_beyond_the_end_is_refused),
        DISK_TEST_ALL(a_part_of_a_page_at_the_end_is_not_used),
        DISK_TEST_ALL(a_disk_of_more_than_32_bits_has_its_pages),
        DISK_TEST_ALL(a_read_only_disk_gets_no_write),
        DISK_TEST_ALL(an_error_fails_that_page_alone),
        DISK_TEST_ALL(a_new_capacity_counts_from_the_next_call_on),
        DISK_TEST_ALL(a_disk_that_shrinks_meanwhile_gets_no_request_beyond),
        DISK_TEST_ALL(a_pause_resets_and_the_next_call_starts_again),
        DISK_TEST_ALL(a_stop_frees_all_memory_after_the_reset),
    };

    return cmocka_run_group_tests_name("block", tests, NULL, NULL);
}
