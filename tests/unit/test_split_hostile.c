// SPDX-License-Identifier: MIT
// A device that breaks the protocol of the used ring: the queue notices at
// once and is dead from then on; and indirect tables, which only a device can
// check. VIRTIO 1.4, 2.7.5.3, 2.7.8.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fakes/fake_memory.h"
#include "fakes/fake_report.h"
#include "fakes/ring_rig.h"

static struct ring_rig rig;

static void finish(void)
{
    assert_string_equal(fake_violations(), "");
    ring_rig_stop(&rig);
}

// One buffer of 16 readable and 16 writable bytes with the device.
static struct fake_chain *hand_over(unsigned options)
{
    ring_rig_start(&rig, 8, options);
    assert_int_equal(ring_rig_add_chain(&rig, 1, 1, 1, NULL), OK);
    (void)!virtqueue_publish(rig.queue);
    struct fake_chain *chain = fake_ring_take(&rig.ring);
    assert_non_null(chain);
    return chain;
}

// The queue is dead, says why, and stays dead.
static void expect_dead(const char *fault)
{
    void *token = NULL;
    uint32_t written = 77;

    assert_int_equal(virtqueue_pop(rig.queue, &token, &written), ERR_DEVICE);
    assert_null(token);
    assert_int_equal(written, 77);
    assert_string_equal(virtqueue_fault(rig.queue), fault);
    fake_ring_set_used_idx(&rig.ring, 0); // as if nothing had been
    assert_int_equal(virtqueue_pop(rig.queue, &token, &written), ERR_DEVICE);
    assert_int_equal(ring_rig_add(&rig, 2), ERR_DEVICE);
    assert_false(virtqueue_publish(rig.queue));
    finish();
}

static void an_id_outside_the_table_kills_the_queue(void **state)
{
    static const uint32_t ids[] = {8,       9,          0xffff,
                                   0x10000, 0x80000000, UINT32_MAX};

    (void)state;
    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        (void)hand_over(0);
        (void)fake_ring_lie(&rig.ring, ids[i], 0);
        expect_dead("used_id_range");
    }
}

// Any other descriptor, the second one of the chain included.
static void an_id_that_is_not_outstanding_kills_the_queue(void **state)
{
    (void)state;
    for (uint32_t id = 0; id < 8; id++) {
        const struct fake_chain *chain = hand_over(0);

        if (id != chain->head) {
            (void)fake_ring_lie(&rig.ring, id, 0);
            expect_dead("used_id_not_outstanding");
        } else {
            finish();
        }
    }
}

static void a_double_completion_kills_the_queue(void **state)
{
    (void)state;
    struct fake_chain *chain = hand_over(0);
    assert_int_equal(ring_rig_add(&rig, 2), OK); // so that idx may move twice
    (void)!virtqueue_publish(rig.queue);
    (void)fake_ring_use(&rig.ring, chain, 0);
    (void)fake_ring_lie(&rig.ring, chain->head, 0);
    assert_int_equal(ring_rig_pop(&rig), 1);
    expect_dead("used_id_not_outstanding");
}

static void more_used_than_in_flight_kills_the_queue(void **state)
{
    static const uint16_t jumps[] = {2, 3, 8, 9, 0x7fff, 0x8000, 0xffff};

    (void)state;
    for (size_t i = 0; i < sizeof(jumps) / sizeof(jumps[0]); i++) {
        (void)hand_over(0);
        fake_ring_set_used_idx(&rig.ring, jumps[i]);
        expect_dead("used_idx_jump");
    }
}

static void a_used_index_without_any_buffer_kills_the_queue(void **state)
{
    (void)state;
    ring_rig_start(&rig, 8, 0);
    (void)fake_ring_lie(&rig.ring, 0, 0);
    expect_dead("used_idx_jump");
}

// A buffer that was added and not published is not the device's to return.
static void an_unpublished_buffer_does_not_count_as_in_flight(void **state)
{
    (void)state;
    ring_rig_start(&rig, 8, 0);
    assert_int_equal(ring_rig_add(&rig, 1), OK);
    (void)fake_ring_lie(&rig.ring, 0, 0);
    expect_dead("used_idx_jump");
}

static void more_written_than_was_writable_kills_the_queue(void **state)
{
    static const uint32_t lengths[] = {17, 32, 0x80000000, UINT32_MAX};

    (void)state;
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        struct fake_chain *chain = hand_over(0);

        (void)fake_ring_use(&rig.ring, chain, lengths[i]);
        expect_dead("used_length");
    }
    struct fake_chain *chain = hand_over(0);
    (void)fake_ring_use(&rig.ring, chain, 16);
    assert_int_equal(ring_rig_pop(&rig), 1);
    finish();
}

// LEG-09: rubbish in used.len changes nothing on a legacy interface.
static void legacy_lengths_are_ignored(void **state)
{
    static const uint32_t lengths[] = {0, 16, 17, UINT32_MAX};

    (void)state;
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

// SPLIT-07, SPLIT-09: the fake walks the table and looks at each flag.
static void a_chain_travels_in_a_table_under_indirect_desc(void **state)
{
    struct dma_block table;

    (void)state;
    ring_rig_start(&rig, 4, RING_INDIRECT);
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
    assert_int_equal(ring_rig_add(&rig, 3), OK); // one descriptor came back
    assert_int_equal(ring_rig_add(&rig, 4), ERR_FULL);
    finish();
}

// SPLIT-06, SPLIT-03: not unless negotiated, and not for a single segment.
static void a_table_is_left_alone_where_it_does_not_pay(void **state)
{
    struct dma_block table;

    (void)state;
    ring_rig_start(&rig, 8, 0);
    assert_true(fake_memory_alloc(64, &table));
    assert_int_equal(ring_rig_add_chain(&rig, 1, 2, 2, &table), OK);
    (void)!virtqueue_publish(rig.queue);
    assert_false(fake_ring_take(&rig.ring)->through_table);
    finish();

    ring_rig_start(&rig, 8, RING_INDIRECT);
    assert_true(fake_memory_alloc(64, &table));
    assert_int_equal(ring_rig_add_chain(&rig, 1, 1, 0, &table), OK);
    (void)!virtqueue_publish(rig.queue);
    assert_false(fake_ring_take(&rig.ring)->through_table);
    finish();
}

// SPLIT-08 holds inside a table too; a table too small is our mistake.
static void a_table_holds_no_more_than_the_queue(void **state)
{
    struct dma_block table;

    (void)state;
    ring_rig_start(&rig, 4, RING_INDIRECT);
    assert_true(fake_memory_alloc(32, &table));
    assert_int_equal(ring_rig_add_chain(&rig, 1, 5, 0, &table), ERR_RANGE);
    expect_assert_failure((void)ring_rig_add_chain(&rig, 1, 3, 0, &table));
    finish();
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_id_outside_the_table_kills_the_queue),
        cmocka_unit_test(an_id_that_is_not_outstanding_kills_the_queue),
        cmocka_unit_test(a_double_completion_kills_the_queue),
        cmocka_unit_test(more_used_than_in_flight_kills_the_queue),
        cmocka_unit_test(a_used_index_without_any_buffer_kills_the_queue),
        cmocka_unit_test(an_unpublished_buffer_does_not_count_as_in_flight),
        cmocka_unit_test(more_written_than_was_writable_kills_the_queue),
        cmocka_unit_test(legacy_lengths_are_ignored),
        cmocka_unit_test(a_chain_travels_in_a_table_under_indirect_desc),
        cmocka_unit_test(a_table_is_left_alone_where_it_does_not_pay),
        cmocka_unit_test(a_table_holds_no_more_than_the_queue),
    };

    return cmocka_run_group_tests_name("split_hostile", tests, NULL, NULL);
}
