// SPDX-License-Identifier: MIT
// IN_ORDER, in either format: descriptors in the ring's order, and buffers that
// are returned in batches. VIRTIO 1.4, 2.7.5, 2.7.9, 2.8.8.
#include "fakes/fake_memory.h"
#include "fakes/fake_report.h"
#include "fakes/ring_rig.h"
#include "unit/checks.h"

static struct ring_rig rig;

static void start(void **state, uint16_t size, unsigned more)
{
    ring_rig_start(&rig, size, ring_options(state) | RING_IN_ORDER | more);
}

static void finish(void)
{
    assert_string_equal(fake_violations(), "");
    ring_rig_stop(&rig);
}

static void expect_dead(const char *fault)
{
    assert_true(ring_rig_dies(&rig, fault));
    assert_string_equal(fake_violations(), "");
}

// Takes `count` buffers and returns them by the last one's element; true if the
// driver wants an interrupt.
static bool use_batch(unsigned count, uint32_t length)
{
    struct fake_chain *last = NULL;

    for (unsigned i = 0; i < count; i++) {
        last = fake_ring_take(&rig.ring);
        assert_non_null(last);
    }
    return fake_ring_use(&rig.ring, last, length);
}

static void expect_popped(uintptr_t number, uint32_t length)
{
    void *token = NULL;
    uint32_t written = 77;

    assert_int_equal(virtqueue_pop(rig.queue, &token, &written), OK);
    assert_int_equal((uintptr_t)token, number);
    assert_int_equal(written, length);
}

// SPLIT-32, PACKED-27, with every batch size and every place in the ring.
static void one_element_gives_a_batch_back_in_order(void **state)
{
    uintptr_t next = 1;

    start(state, 8, 0);
    for (unsigned round = 0; round < 20; round++) {
        for (unsigned batch = 1; batch <= 8; batch++) {
            ring_rig_send(&rig, next, batch);
            assert_true(use_batch(batch, 0));
            for (unsigned i = 0; i < batch; i++) {
                assert_int_equal(virtqueue_in_flight(rig.queue), batch - i);
                assert_int_equal(ring_rig_pop(&rig), next);
                next++;
            }
            assert_int_equal(ring_rig_pop(&rig), 0);
        }
    }
    finish();
}

// 2.7.9, 2.8.8: skipped buffers were used completely; the length is the last
// one's.
static void skipped_buffers_count_as_written_completely(void **state)
{
    start(state, 16, 0);
    for (unsigned round = 0; round < 5; round++) {
        for (uint16_t i = 0; i < 4; i++) {
            assert_int_equal(ring_rig_add_chain(&rig, 1u + i, 1, i, NULL), OK);
        }
        (void)!virtqueue_publish(rig.queue);
        (void)use_batch(4, 5);
        expect_popped(1, 0);
        expect_popped(2, 16);
        expect_popped(3, 32);
        expect_popped(4, 5);
    }
    finish();
}

// A device need not batch: QEMU writes one element for each buffer.
static void elements_one_by_one_are_fine_too(void **state)
{
    start(state, 8, 0);
    for (uintptr_t n = 1; n < 100; n += 3) {
        ring_rig_send(&rig, n, 3);
        (void)use_batch(1, 0);
        (void)use_batch(1, 0);
        assert_int_equal(ring_rig_pop(&rig), n);
        (void)use_batch(1, 0);
        assert_int_equal(ring_rig_pop(&rig), n + 1);
        assert_int_equal(ring_rig_pop(&rig), n + 2);
        assert_int_equal(ring_rig_pop(&rig), 0);
    }
    finish();
}

// Room freed by a batch is reused before the rest of it is popped.
static void buffers_are_added_in_the_middle_of_a_batch(void **state)
{
    uintptr_t added = 1;
    uintptr_t popped = 1;

    start(state, 4, 0);
    ring_rig_send(&rig, added, 4);
    added += 4;
    for (unsigned round = 0; round < 50; round++) {
        (void)use_batch(1 + round % 4, 0);
        for (unsigned i = 0; i <= round % 4; i++) {
            assert_int_equal(ring_rig_pop(&rig), popped);
            popped++;
            ring_rig_send(&rig, added, 1);
            added++;
        }
        assert_int_equal(ring_rig_pop(&rig), 0);
    }
    finish();
}

// SPLIT-05, SPLIT-10, SPLIT-33 (the fake checks): chains and tables of changing
// length, across every wrap.
static void descriptors_are_taken_in_the_rings_order(void **state)
{
    struct dma_block table;

    start(state, 16, RING_INDIRECT | RING_EVENT_IDX);
    assert_true(fake_memory_alloc(4 * 16, &table));
    for (uintptr_t n = 1; n < 500; n++) {
        const uint16_t count = (uint16_t)(1 + n % 5);
        const bool in_table = n % 3 == 0 && count <= 2;

        assert_int_equal(
            ring_rig_add_chain(&rig, n, count, 2, in_table ? &table : NULL),
            OK);
        assert_int_equal(ring_rig_add(&rig, n), OK);
        (void)!virtqueue_publish(rig.queue);
        (void)use_batch(2, 0);
        assert_int_equal(ring_rig_pop(&rig), n);
        assert_int_equal(ring_rig_pop(&rig), n);
    }
    finish();
}

// A batch has one notification; popping all of it arms the next one.
static void a_batch_costs_one_interrupt(void **state)
{
    start(state, 8, RING_EVENT_IDX);
    for (unsigned round = 0; round < 100; round++) {
        const unsigned batch = 1 + round % 8;

        ring_rig_send(&rig, 1, batch);
        assert_true(use_batch(batch, 0));
        for (unsigned i = 0; i < batch; i++) {
            assert_int_equal(ring_rig_pop(&rig), 1 + i);
        }
    }
    assert_int_equal(rig.ring.interrupts, 100);
    assert_int_equal(rig.ring.no_interrupts, 0);
    finish();
}

// Interrupts enabled in the middle of a batch report the rest of it.
static void the_rest_of_a_batch_is_there_already(void **state)
{
    start(state, 8, 0);
    ring_rig_send(&rig, 1, 3);
    virtqueue_interrupts_off(rig.queue);
    assert_false(use_batch(3, 0));
    assert_int_equal(ring_rig_pop(&rig), 1);
    assert_true(virtqueue_interrupts_on(rig.queue));
    assert_int_equal(ring_rig_pop(&rig), 2);
    assert_int_equal(ring_rig_pop(&rig), 3);
    assert_false(virtqueue_interrupts_on(rig.queue));
    finish();
}

static void an_id_that_went_back_before_kills_the_queue(void **state)
{
    start(state, 8, 0);
    ring_rig_send(&rig, 1, 4);
    (void)use_batch(2, 0);
    assert_int_equal(ring_rig_pop(&rig), 1);
    assert_int_equal(ring_rig_pop(&rig), 2);
    (void)fake_ring_lie(&rig.ring, 1, 0);
    expect_dead("used_id_not_outstanding");
}

static void an_unpublished_id_ends_no_batch(void **state)
{
    start(state, 8, 0);
    ring_rig_send(&rig, 1, 2);
    assert_int_equal(ring_rig_add(&rig, 3), OK);
    (void)fake_ring_lie(&rig.ring, 2, 0);
    expect_dead("used_id_not_outstanding");
}

// A batch of three, of which used.idx includes one.
static void a_batch_beyond_the_used_index_kills_the_queue(void **state)
{
    start(state, 8, 0);
    ring_rig_send(&rig, 1, 4);
    (void)fake_ring_lie(&rig.ring, 2, 0);
    expect_dead("used_batch");
}

static void a_length_beyond_the_last_buffer_kills_the_queue(void **state)
{
    start(state, 8, 0);
    assert_int_equal(ring_rig_add_chain(&rig, 1, 1, 3, NULL), OK);
    assert_int_equal(ring_rig_add_chain(&rig, 2, 1, 1, NULL), OK);
    (void)!virtqueue_publish(rig.queue);
    (void)use_batch(2, 17);
    expect_dead("used_length");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        RING_TEST_BOTH(one_element_gives_a_batch_back_in_order),
        RING_TEST_BOTH(skipped_buffers_count_as_written_completely),
        RING_TEST_BOTH(elements_one_by_one_are_fine_too),
        RING_TEST_BOTH(buffers_are_added_in_the_middle_of_a_batch),
        RING_TEST_BOTH(descriptors_are_taken_in_the_rings_order),
        RING_TEST_BOTH(a_batch_costs_one_interrupt),
        RING_TEST_BOTH(the_rest_of_a_batch_is_there_already),
        RING_TEST_BOTH(an_id_that_went_back_before_kills_the_queue),
        RING_TEST_BOTH(an_unpublished_id_ends_no_batch),
        RING_TEST(a_batch_beyond_the_used_index_kills_the_queue, split),
        RING_TEST_BOTH(a_length_beyond_the_last_buffer_kills_the_queue),
    };

    return cmocka_run_group_tests_name("queue_order", tests, NULL, NULL);
}
