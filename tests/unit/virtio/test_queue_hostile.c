// SPDX-License-Identifier: MIT
// A device that breaks the protocol, in either format: the queue notices at
// once and is dead from then on; and indirect tables, which only the device
// checks. VIRTIO 1.4, 2.7.5.3, 2.7.8, 2.8.7, 2.8.22.
#include "fakes/fake_memory.h"
#include "fakes/fake_report.h"
#include "fakes/ring_rig.h"
#include "unit/checks.h"

static struct ring_rig rig;

static void finish(void)
{
    assert_string_equal(fake_violations(), "");
    ring_rig_stop(&rig);
}

// One buffer of 16 readable and 16 writable bytes, taken by the device.
static struct fake_chain *hand_over(unsigned options)
{
    ring_rig_start(&rig, 8, options);
    assert_int_equal(ring_rig_add_chain(&rig, 1, 1, 1, NULL), OK);
    (void)!virtqueue_publish(rig.queue);
    struct fake_chain *chain = fake_ring_take(&rig.ring);
    assert_non_null(chain);
    return chain;
}

static void expect_dead(const char *fault)
{
    assert_true(ring_rig_dies(&rig, fault));
    assert_string_equal(fake_violations(), "");
}

static void an_id_outside_the_table_kills_the_queue(void **state)
{
    static const uint32_t ids[] = {8,       9,          0x7fff,    0xffff,
                                   0x10000, 0x80000000, UINT32_MAX};
    const unsigned format = ring_options(state);
    const size_t count = (format & RING_PACKED) != 0 ? 4 : 7; // 16 bits there

    for (size_t i = 0; i < count; i++) {
        (void)hand_over(format);
        (void)fake_ring_lie(&rig.ring, ids[i], 0);
        expect_dead("used_id_range");
    }
}

// Any other descriptor, including the second one of the chain.
static void an_id_that_is_not_outstanding_kills_the_queue(void **state)
{
    for (uint32_t id = 0; id < 8; id++) {
        const struct fake_chain *chain = hand_over(ring_options(state));

        if (id != chain->id) {
            (void)fake_ring_lie(&rig.ring, id, 0);
            expect_dead("used_id_not_outstanding");
        } else {
            finish();
        }
    }
}

static void a_double_completion_kills_the_queue(void **state)
{
    struct fake_chain *chain = hand_over(ring_options(state));

    ring_rig_send(&rig, 2, 1); // so that two may be returned
    (void)fake_ring_use(&rig.ring, chain, 0);
    (void)fake_ring_lie(&rig.ring, chain->id, 0);
    assert_int_equal(ring_rig_pop(&rig), 1);
    expect_dead("used_id_not_outstanding");
}

static void more_used_than_in_flight_kills_the_queue(void **state)
{
    static const uint16_t jumps[] = {2, 3, 8, 9, 0x7fff, 0x8000, 0xffff};

    for (size_t i = 0; i < sizeof(jumps) / sizeof(jumps[0]); i++) {
        (void)hand_over(ring_options(state));
        fake_split_set_used_idx(&rig.ring, jumps[i]);
        expect_dead("used_idx_jump");
    }
}

// The fault when no buffer was available: a split ring has a count, a packed
// ring only ids.
static const char *nothing_there(void **state)
{
    return (ring_options(state) & RING_PACKED) != 0 ? "used_id_not_outstanding"
                                                    : "used_idx_jump";
}

static void a_used_buffer_without_any_kills_the_queue(void **state)
{
    ring_rig_start(&rig, 8, ring_options(state));
    (void)fake_ring_lie(&rig.ring, 0, 0);
    expect_dead(nothing_there(state));
}

// A buffer that was added but not published must not be returned.
static void an_unpublished_buffer_does_not_count_as_in_flight(void **state)
{
    ring_rig_start(&rig, 8, ring_options(state));
    assert_int_equal(ring_rig_add(&rig, 1), OK);
    (void)fake_ring_lie(&rig.ring, 0, 0);
    expect_dead(nothing_there(state));
}

static void an_unpublished_buffer_is_not_taken_for_another(void **state)
{
    const struct fake_chain *chain = hand_over(ring_options(state));

    assert_int_equal(ring_rig_add(&rig, 2), OK);
    for (uint32_t id = 0; id < 8; id++) {
        if (id != chain->id) {
            (void)fake_ring_lie(&rig.ring, id, 0);
            expect_dead("used_id_not_outstanding");
            chain = hand_over(ring_options(state));
            assert_int_equal(ring_rig_add(&rig, 2), OK);
        }
    }
    finish();
}

static void more_written_than_was_writable_kills_the_queue(void **state)
{
    static const uint32_t lengths[] = {17, 32, 0x80000000, UINT32_MAX};

    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        struct fake_chain *chain = hand_over(ring_options(state));

        (void)fake_ring_use(&rig.ring, chain, lengths[i]);
        expect_dead("used_length");
    }
    struct fake_chain *chain = hand_over(ring_options(state));
    (void)fake_ring_use(&rig.ring, chain, 16);
    assert_int_equal(ring_rig_pop(&rig), 1);
    finish();
}

// LEG-09: junk in used.len has no effect on a legacy interface.
static void legacy_lengths_are_ignored(void **state)
{
    static const uint32_t lengths[] = {0, 16, 17, UINT32_MAX};

    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        struct fake_chain *chain = hand_over(RING_LEGACY);
        void *token = NULL;
        uint32_t written = 77;

        (void)fake_ring_use(&rig.ring, chain, lengths[i]);
        assert_int_equal(virtqueue_pop(rig.queue, &token, &written), OK);
        assert_int_equal(written, 0);
        finish();
    }
}

// PACKED-24: the fake leaves junk as length where it does not set WRITE.
static void a_packed_length_without_write_is_ignored(void **state)
{
    struct fake_chain *chain = hand_over(ring_options(state));
    void *token = NULL;
    uint32_t written = 77;

    (void)fake_ring_use(&rig.ring, chain, 0);
    assert_int_equal(fake_peek(rig.at.descriptors.value + 8, 4), 0xdeadbeef);
    assert_int_equal(virtqueue_pop(rig.queue, &token, &written), OK);
    assert_int_equal(written, 0);
    finish();
}

// 2.8.1: AVAIL and USED of a descriptor in flight have two of the four values,
// in the first lap and in the second; the device may write any other flags.
static void impossible_packed_flags_kill_the_queue(void **state)
{
    for (unsigned lap = 0; lap < 2; lap++) {
        for (unsigned marks = 0; marks < 4; marks++) {
            const uint16_t flags = (uint16_t)(((marks & 1) != 0 ? 0x0080 : 0) |
                                              ((marks & 2) != 0 ? 0x8000 : 0));
            const bool avail_as_due = (marks & 1) == (lap == 0 ? 1u : 0u);

            ring_rig_start(&rig, 1, ring_options(state));
            if (lap == 1) {
                ring_rig_send(&rig, 1, 1);
                (void)fake_ring_use(&rig.ring, fake_ring_take(&rig.ring), 0);
                assert_int_equal(ring_rig_pop(&rig), 1);
            }
            ring_rig_send(&rig, 2, 1);
            fake_packed_set_flags(&rig.ring, flags | 0x7f7d);
            if (avail_as_due) {
                const bool used = marks == 0 || marks == 3;

                assert_int_equal(ring_rig_pop(&rig), used ? 2 : 0);
                finish();
            } else {
                expect_dead("used_flags");
            }
        }
    }
}

// SPLIT-07, SPLIT-09, PACKED-13, PACKED-15: the fake walks the table and checks
// each flag.
static void a_chain_travels_in_a_table_under_indirect_desc(void **state)
{
    struct dma_block table;

    ring_rig_start(&rig, 4, ring_options(state) | RING_INDIRECT);
    assert_true(fake_memory_alloc(4 * 16, &table));
    assert_int_equal(ring_rig_add_chain(&rig, 1, 2, 2, &table), OK);
    assert_int_equal(ring_rig_add_chain(&rig, 2, 3, 0, NULL), OK); // 3 left
    (void)!virtqueue_publish(rig.queue);

    struct fake_chain *chain = fake_ring_take(&rig.ring);
    assert_true(chain->through_table);
    assert_int_equal(chain->count, 4);
    assert_false(chain->segments[1].writable);
    assert_true(chain->segments[2].writable);
    assert_false(fake_ring_take(&rig.ring)->through_table);
    (void)fake_ring_use(&rig.ring, chain, 32);
    assert_int_equal(ring_rig_pop(&rig), 1);
    assert_int_equal(ring_rig_add(&rig, 3), OK); // one descriptor was returned
    assert_int_equal(ring_rig_add(&rig, 4), ERR_FULL);
    finish();
}

// SPLIT-06, SPLIT-03, PACKED-12: only if negotiated, and not for a single
// segment.
static void a_table_is_left_alone_where_it_does_not_pay(void **state)
{
    struct dma_block table;

    ring_rig_start(&rig, 8, ring_options(state));
    assert_true(fake_memory_alloc(64, &table));
    assert_int_equal(ring_rig_add_chain(&rig, 1, 2, 2, &table), OK);
    (void)!virtqueue_publish(rig.queue);
    assert_false(fake_ring_take(&rig.ring)->through_table);
    finish();

    ring_rig_start(&rig, 8, ring_options(state) | RING_INDIRECT);
    assert_true(fake_memory_alloc(64, &table));
    assert_int_equal(ring_rig_add_chain(&rig, 1, 1, 0, &table), OK);
    (void)!virtqueue_publish(rig.queue);
    assert_false(fake_ring_take(&rig.ring)->through_table);
    finish();
}

// SPLIT-08, PACKED-07 and PACKED-14 also hold inside a table; a table that is
// too small is the driver's mistake.
static void a_table_holds_no_more_than_the_queue(void **state)
{
    struct dma_block table;

    ring_rig_start(&rig, 4, ring_options(state) | RING_INDIRECT);
    assert_true(fake_memory_alloc(32, &table));
    assert_int_equal(ring_rig_add_chain(&rig, 1, 5, 0, &table), ERR_RANGE);
    expect_assert_failure((void)ring_rig_add_chain(&rig, 1, 3, 0, &table));
    finish();
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        RING_TEST_BOTH(an_id_outside_the_table_kills_the_queue),
        RING_TEST_BOTH(an_id_that_is_not_outstanding_kills_the_queue),
        RING_TEST_BOTH(a_double_completion_kills_the_queue),
        RING_TEST(more_used_than_in_flight_kills_the_queue, split),
        RING_TEST_BOTH(a_used_buffer_without_any_kills_the_queue),
        RING_TEST_BOTH(an_unpublished_buffer_does_not_count_as_in_flight),
        RING_TEST_BOTH(an_unpublished_buffer_is_not_taken_for_another),
        RING_TEST_BOTH(more_written_than_was_writable_kills_the_queue),
        RING_TEST(legacy_lengths_are_ignored, split),
        RING_TEST(a_packed_length_without_write_is_ignored, packed),
        RING_TEST(impossible_packed_flags_kill_the_queue, packed),
        RING_TEST_BOTH(a_chain_travels_in_a_table_under_indirect_desc),
        RING_TEST_BOTH(a_table_is_left_alone_where_it_does_not_pay),
        RING_TEST_BOTH(a_table_holds_no_more_than_the_queue),
    };

    return cmocka_run_group_tests_name("queue_hostile", tests, NULL, NULL);
}
