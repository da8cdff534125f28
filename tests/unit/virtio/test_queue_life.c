// SPDX-License-Identifier: MIT
// A buffer's life in a virtqueue of either format, with a device that follows
// the rules: added, published, taken, used, popped. VIRTIO 1.4, 2.7, 2.8.
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

// SPLIT-01, SPLIT-19, PACKED-01, PACKED-21, MMIO-36: allocated memory is full
// of 0xff; the fake checks alignment and zeros when it starts.
static void rings_are_aligned_and_zeroed_at_every_size(void **state)
{
    for (uint32_t size = 1; size <= 32768; size *= 2) {
        ring_rig_start(&rig, (uint16_t)size, ring_options(state));
        finish();
    }
}

// MMIOL-08.
static void a_legacy_used_ring_starts_on_a_page(void **state)
{
    for (uint32_t size = 1; size <= 32768; size *= 2) {
        ring_rig_start(&rig, (uint16_t)size, RING_LEGACY);
        assert_int_equal(rig.at.device.value % 4096, 0);
        finish();
    }
}

// 2.8.10.1: only a split ring needs a power of two.
static void a_packed_ring_has_any_size(void **state)
{
    static const uint16_t sizes[] = {3, 5, 7, 100, 1000, 32767};

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        ring_rig_start(&rig, sizes[i], ring_options(state));
        for (uintptr_t n = 1; n <= 3u * sizes[i]; n++) {
            ring_rig_send(&rig, n, 1);
            (void)fake_ring_use(&rig.ring, fake_ring_take(&rig.ring), 0);
            if (ring_rig_pop(&rig) != n) {
                fail_msg("size %u, buffer %u", sizes[i], (unsigned)n);
            }
            n += (uintptr_t)sizes[i] / 64; // large ones: only some of them
        }
        finish();
    }
}

// SPLIT-02, SPLIT-28, SPLIT-29, PACKED-08, PACKED-22, PACKED-24.
static void a_buffer_arrives_as_it_was_added_and_comes_back(void **state)
{
    ring_rig_start(&rig, 8, ring_options(state));
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

// SPLIT-28, PACKED-11: filled first, published together.
static void nothing_is_visible_before_publish(void **state)
{
    ring_rig_start(&rig, 16, ring_options(state));
    for (uintptr_t i = 1; i <= 3; i++) {
        assert_int_equal(ring_rig_add_chain(&rig, i, 1, 2, NULL), OK);
        assert_int_equal(fake_ring_waiting(&rig.ring), 0);
    }
    assert_true(virtqueue_publish(rig.queue));
    assert_int_equal(fake_ring_waiting(&rig.ring), 3);
    assert_false(virtqueue_publish(rig.queue)); // nothing new: no kick
    assert_int_equal(ring_rig_add(&rig, 4), OK);
    assert_int_equal(fake_ring_waiting(&rig.ring), 3);
    finish();
}

// SPLIT-04, SPLIT-08, PACKED-07, and refusals without side effects.
static void impossible_buffers_are_refused(void **state)
{
    const struct queue_segment huge[2] = {
        {.address = {0x1000}, .bytes = UINT32_MAX},
        {.address = {0x1000}, .bytes = 2},
    };
    const struct queue_segment empty = {.address = {0x1000}, .bytes = 0};

    ring_rig_start(&rig, 4, ring_options(state));
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
    assert_int_equal(fake_ring_waiting(&rig.ring), 0);
    finish();
}

// PACKED-09, PACKED-10: a buffer that does not fit entirely changes nothing.
static void a_full_queue_says_so_and_frees_up_again(void **state)
{
    ring_rig_start(&rig, 4, ring_options(state));
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

// Buffers return in another order. PACKED-23: of different lengths, so that the
// next used descriptor is not at the next buffer.
static void order_of_return_is_the_devices_choice(void **state)
{
    static const unsigned order[4] = {2, 0, 3, 1};
    struct fake_chain *taken[4];

    // 10 of 16 descriptors a round, so the wrap occurs at every place.
    ring_rig_start(&rig, 16, ring_options(state));
    for (unsigned round = 0; round < 9; round++) {
        for (uint16_t i = 0; i < 4; i++) {
            assert_int_equal(ring_rig_add_chain(&rig, 10u + i, 1, i, NULL), OK);
        }
        (void)!virtqueue_publish(rig.queue);
        for (unsigned i = 0; i < 4; i++) {
            taken[i] = fake_ring_take(&rig.ring);
        }
        for (unsigned i = 0; i < 4; i++) {
            (void)fake_ring_use(&rig.ring, taken[order[i]], 0);
            assert_int_equal(ring_rig_pop(&rig), 10 + order[i]);
        }
    }
    finish();
}

// CLEAN-01, PACKED-02, PACKED-03: while other buffers are added and used. The
// fake checks descriptors and buffers at every return.
static void what_the_device_holds_is_left_alone(void **state)
{
    struct fake_chain *held[2];

    ring_rig_start(&rig, 16, ring_options(state));
    for (uint16_t i = 0; i < 2; i++) {
        assert_int_equal(ring_rig_add_chain(&rig, 1u + i, 1, i, NULL), OK);
        (void)!virtqueue_publish(rig.queue);
        held[i] = fake_ring_take(&rig.ring);
    }
    for (uint16_t i = 0; i < 40; i++) { // of 2 to 4 descriptors each
        assert_int_equal(ring_rig_add_chain(&rig, 10, 1, 1 + i % 3, NULL), OK);
        (void)!virtqueue_publish(rig.queue);
        (void)fake_ring_use(&rig.ring, fake_ring_take(&rig.ring), 0);
        assert_int_equal(ring_rig_pop(&rig), 10);
    }
    (void)fake_ring_use(&rig.ring, held[1], 0);
    (void)fake_ring_use(&rig.ring, held[0], 0);
    assert_int_equal(ring_rig_pop(&rig), 2);
    assert_int_equal(ring_rig_pop(&rig), 1);
    finish();
}

// A buffer in flight keeps its descriptors and its id while other buffers are
// added and used (the fake checks).
static void a_buffer_that_stays_is_left_alone(void **state)
{
    ring_rig_start(&rig, 8, ring_options(state));
    ring_rig_send(&rig, 1, 3);
    struct fake_chain *first = fake_ring_take(&rig.ring);
    struct fake_chain *stays = fake_ring_take(&rig.ring);
    struct fake_chain *last = fake_ring_take(&rig.ring);
    (void)fake_ring_use(&rig.ring, last, 0);
    (void)fake_ring_use(&rig.ring, first, 0);
    assert_int_equal(ring_rig_pop(&rig), 3);
    assert_int_equal(ring_rig_pop(&rig), 1);
    for (unsigned round = 0; round < 50; round++) {
        assert_int_equal(ring_rig_add_chain(&rig, 4, 1, 1, NULL), OK);
        ring_rig_send(&rig, 5, 2);
        struct fake_chain *chains[3];
        for (unsigned i = 0; i < 3; i++) {
            chains[i] = fake_ring_take(&rig.ring);
            assert_non_null(chains[i]);
        }
        for (unsigned i = 3; i-- > 0;) {
            (void)fake_ring_use(&rig.ring, chains[i], 0);
            assert_int_equal(ring_rig_pop(&rig), 4 + i);
        }
    }
    (void)fake_ring_use(&rig.ring, stays, 0);
    assert_int_equal(ring_rig_pop(&rig), 2);
    finish();
}

// SPLIT-11, SPLIT-29, SPLIT-30, PACKED-19, PACKED-20: across the wrap of all
// indices, in batches of changing size, with every interrupt that the driver
// requests.
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
    if ((options & RING_PACKED) == 0) {
        assert_int_equal(fake_split_avail_idx(&rig.ring), (uint16_t)(next - 1));
    }
    finish();
}

static void requests_70000_pass_the_index_wrap(void **state)
{
    const unsigned format = ring_options(state);

    run_70000(1, format | RING_EVENT_IDX);
    run_70000(8, format | RING_EVENT_IDX);
    run_70000(8, format);
    if ((format & RING_PACKED) != 0) {
        run_70000(5, format | RING_EVENT_IDX);
    } else {
        run_70000(2, format | RING_EVENT_IDX | RING_LEGACY);
    }
}

// Overwrites everything that the driver has put into the ring.
static void scribble(void)
{
    for (unsigned i = 0; i < 16 * 8; i++) { // all descriptors
        fake_poke(rig.at.descriptors.value + i, 1, 0xa5);
    }
    if (rig.ring.packed) {
        memset(rig.ring.sums, 0, 8 * sizeof(rig.ring.sums[0]));
        return;
    }
    for (unsigned i = 2; i < 22; i++) { // available idx, ring, used_event
        fake_poke(rig.at.driver.value + i, 1, 0x5a);
    }
}

// The device may overwrite the whole ring; the driver's state is elsewhere.
static void nothing_is_read_back_from_the_ring(void **state)
{
    ring_rig_start(&rig, 8, ring_options(state));
    for (unsigned round = 0; round < 3; round++) {
        assert_int_equal(ring_rig_add_chain(&rig, 1, 2, 2, NULL), OK);
        assert_int_equal(ring_rig_add_chain(&rig, 2, 3, 1, NULL), OK);
        (void)!virtqueue_publish(rig.queue);
        const uint16_t first = fake_ring_take(&rig.ring)->id;
        const uint16_t second = fake_ring_take(&rig.ring)->id;

        scribble();
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
        RING_TEST_BOTH(rings_are_aligned_and_zeroed_at_every_size),
        RING_TEST(a_legacy_used_ring_starts_on_a_page, split),
        RING_TEST(a_packed_ring_has_any_size, packed),
        RING_TEST_BOTH(a_buffer_arrives_as_it_was_added_and_comes_back),
        RING_TEST_BOTH(nothing_is_visible_before_publish),
        RING_TEST_BOTH(impossible_buffers_are_refused),
        RING_TEST_BOTH(a_full_queue_says_so_and_frees_up_again),
        RING_TEST_BOTH(order_of_return_is_the_devices_choice),
        RING_TEST_BOTH(what_the_device_holds_is_left_alone),
        RING_TEST_BOTH(a_buffer_that_stays_is_left_alone),
        RING_TEST_BOTH(requests_70000_pass_the_index_wrap),
        RING_TEST_BOTH(nothing_is_read_back_from_the_ring),
    };

    return cmocka_run_group_tests_name("queue_life", tests, NULL, NULL);
}
