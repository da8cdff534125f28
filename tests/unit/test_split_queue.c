// SPDX-License-Identifier: MIT
// The driver's side of a split ring against a device that follows the rules.
// VIRTIO 1.4, 2.7.
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

// SPLIT-01, SPLIT-19, MMIO-36, MMIOL-08: memory comes full of 0xff; the fake
// checks alignment and zeros when it starts.
static void rings_are_aligned_and_zeroed_at_every_size(void **state)
{
    (void)state;
    for (uint32_t size = 1; size <= 32768; size *= 2) {
        ring_rig_start(&rig, (uint16_t)size, 0);
        finish();
        ring_rig_start(&rig, (uint16_t)size, RING_LEGACY);
        assert_int_equal(rig.at.device.value % 4096, 0);
        finish();
    }
}

// SPLIT-02, SPLIT-28, SPLIT-29.
static void a_buffer_arrives_as_it_was_added_and_comes_back(void **state)
{
    (void)state;
    ring_rig_start(&rig, 8, 0);
    assert_int_equal(ring_rig_add_chain(&rig, 7, 2, 3, NULL), OK);
    assert_true(virtqueue_publish(rig.queue));

    struct fake_chain *chain = fake_ring_take(&rig.ring);
    assert_non_null(chain);
    assert_int_equal(chain->count, 5);
    for (unsigned i = 0; i < 5; i++) {
        assert_int_equal(chain->segments[i].address,
                         rig.buffer.device.value + 16 * i);
        assert_int_equal(chain->segments[i].bytes, 16);
        assert_int_equal(chain->segments[i].writable, i >= 2);
    }
    assert_true(fake_ring_use(&rig.ring, chain, 40));

    void *token = NULL;
    uint32_t written = 0;
    assert_int_equal(virtqueue_pop(rig.queue, &token, &written), OK);
    assert_int_equal((uintptr_t)token, 7);
    assert_int_equal(written, 40);
    assert_int_equal(virtqueue_pop(rig.queue, &token, &written), ERR_EMPTY);
    assert_int_equal(virtqueue_in_flight(rig.queue), 0);
    finish();
}

// SPLIT-28: filled first, shown at once.
static void nothing_is_visible_before_publish(void **state)
{
    (void)state;
    ring_rig_start(&rig, 8, 0);
    for (uintptr_t i = 1; i <= 3; i++) {
        assert_int_equal(ring_rig_add(&rig, i), OK);
        assert_int_equal(fake_ring_waiting(&rig.ring), 0);
    }
    assert_true(virtqueue_publish(rig.queue));
    assert_int_equal(fake_ring_waiting(&rig.ring), 3);
    assert_false(virtqueue_publish(rig.queue)); // nothing new: no kick
    finish();
}

// SPLIT-04, SPLIT-08, and refusals that leave no trace.
static void impossible_buffers_are_refused(void **state)
{
    const struct queue_segment huge[2] = {
        {.address = {0x1000}, .bytes = UINT32_MAX},
        {.address = {0x1000}, .bytes = 2},
    };
    const struct queue_segment empty = {.address = {0x1000}, .bytes = 0};

    (void)state;
    ring_rig_start(&rig, 4, 0);
    assert_int_equal(ring_rig_add_chain(&rig, 1, 5, 0, NULL), ERR_RANGE);
    assert_int_equal(ring_rig_add_chain(&rig, 1, 0, 0, NULL), ERR_INVALID);
    assert_int_equal(
        virtqueue_add(rig.queue, &(struct queue_buffer){.segments = huge,
                                                        .readable = 2,
                                                        .token = &rig}),
        ERR_RANGE);
    assert_int_equal(
        virtqueue_add(rig.queue, &(struct queue_buffer){.segments = &empty,
                                                        .readable = 1,
                                                        .token = &rig}),
        ERR_INVALID);
    expect_assert_failure((void)ring_rig_add(&rig, 0)); // no token
    assert_false(virtqueue_publish(rig.queue));
    assert_int_equal(virtqueue_in_flight(rig.queue), 0);
    finish();
}

static void a_full_queue_says_so_and_frees_up_again(void **state)
{
    (void)state;
    ring_rig_start(&rig, 4, 0);
    assert_int_equal(ring_rig_add_chain(&rig, 1, 3, 0, NULL), OK);
    assert_int_equal(ring_rig_add_chain(&rig, 2, 2, 0, NULL), ERR_FULL);
    assert_int_equal(ring_rig_add(&rig, 3), OK);
    assert_int_equal(ring_rig_add(&rig, 4), ERR_FULL);
    (void)!virtqueue_publish(rig.queue);

    struct fake_chain *first = fake_ring_take(&rig.ring);
    (void)fake_ring_use(&rig.ring, first, 0);
    assert_int_equal(ring_rig_pop(&rig), 1);
    assert_int_equal(ring_rig_add_chain(&rig, 5, 1, 2, NULL), OK);
    assert_int_equal(ring_rig_add(&rig, 6), ERR_FULL);
    (void)!virtqueue_publish(rig.queue);
    assert_int_equal(fake_ring_take(&rig.ring)->count, 1);
    assert_int_equal(fake_ring_take(&rig.ring)->count, 3);
    finish();
}

// Buffers come back in another order than they went.
static void order_of_return_is_the_devices_choice(void **state)
{
    struct fake_chain *taken[4];

    (void)state;
    ring_rig_start(&rig, 8, 0);
    for (uintptr_t i = 0; i < 4; i++) {
        assert_int_equal(ring_rig_add_chain(&rig, 10 + i, 1, 1, NULL), OK);
    }
    (void)!virtqueue_publish(rig.queue);
    for (unsigned i = 0; i < 4; i++) {
        taken[i] = fake_ring_take(&rig.ring);
    }
    static const unsigned order[4] = {2, 0, 3, 1};
    for (unsigned i = 0; i < 4; i++) {
        (void)fake_ring_use(&rig.ring, taken[order[i]], 0);
        assert_int_equal(ring_rig_pop(&rig), 10 + order[i]);
    }
    assert_int_equal(ring_rig_add_chain(&rig, 1, 4, 4, NULL), OK);
    finish();
}

// SPLIT-11, SPLIT-29, SPLIT-30: through the wrap of both indices, in batches
// of changing size, with every interrupt that the driver asks for.
static void run_70000(uint16_t size, unsigned options)
{
    uintptr_t next = 1;
    uintptr_t back = 1;

    ring_rig_start(&rig, size, options);
    while (back <= 70000) {
        const unsigned batch = 1 + (unsigned)(next * 7 % size);

        for (unsigned i = 0; i < batch; i++) {
            assert_int_equal(ring_rig_add(&rig, next), OK);
            next++;
        }
        assert_true(virtqueue_publish(rig.queue));
        assert_int_equal(fake_ring_waiting(&rig.ring), batch);
        for (unsigned i = 0; i < batch; i++) {
            struct fake_chain *chain = fake_ring_take(&rig.ring);

            assert_non_null(chain);
            assert_true(fake_ring_use(&rig.ring, chain, 0));
            assert_int_equal(ring_rig_pop(&rig), back);
            back++;
        }
        assert_int_equal(ring_rig_pop(&rig), 0);
    }
    assert_int_equal(fake_ring_avail_idx(&rig.ring), (uint16_t)(next - 1));
    finish();
}

static void requests_70000_pass_the_index_wrap(void **state)
{
    (void)state;
    run_70000(1, RING_EVENT_IDX);
    run_70000(8, RING_EVENT_IDX);
    run_70000(8, 0);
    run_70000(2, RING_EVENT_IDX | RING_LEGACY);
}

// The device may write all over the ring; the driver's books are elsewhere.
static void nothing_is_read_back_from_the_ring(void **state)
{
    (void)state;
    ring_rig_start(&rig, 8, 0);
    for (unsigned round = 0; round < 3; round++) {
        assert_int_equal(ring_rig_add_chain(&rig, 1, 2, 2, NULL), OK);
        assert_int_equal(ring_rig_add_chain(&rig, 2, 3, 1, NULL), OK);
        (void)!virtqueue_publish(rig.queue);
        const uint16_t first = fake_ring_take(&rig.ring)->head;
        const uint16_t second = fake_ring_take(&rig.ring)->head;

        for (unsigned i = 0; i < 16 * 8; i++) { // all descriptors
            fake_poke(rig.at.descriptors.value + i, 1, 0xa5);
        }
        for (unsigned i = 2; i < 22; i++) { // available idx, ring, used_event
            fake_poke(rig.at.driver.value + i, 1, 0x5a);
        }
        (void)fake_ring_lie(&rig.ring, second, 0);
        (void)fake_ring_lie(&rig.ring, first, 0);
        assert_int_equal(ring_rig_pop(&rig), 2);
        assert_int_equal(ring_rig_pop(&rig), 1);
        rig.ring.held = 0;
        rig.ring.chains[first].held = false;
        rig.ring.chains[second].held = false;
    }
    finish();
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(rings_are_aligned_and_zeroed_at_every_size),
        cmocka_unit_test(a_buffer_arrives_as_it_was_added_and_comes_back),
        cmocka_unit_test(nothing_is_visible_before_publish),
        cmocka_unit_test(impossible_buffers_are_refused),
        cmocka_unit_test(a_full_queue_says_so_and_frees_up_again),
        cmocka_unit_test(order_of_return_is_the_devices_choice),
        cmocka_unit_test(requests_70000_pass_the_index_wrap),
        cmocka_unit_test(nothing_is_read_back_from_the_ring),
    };

    return cmocka_run_group_tests_name("split_queue", tests, NULL, NULL);
}
