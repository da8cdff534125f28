// SPDX-License-Identifier: MIT
// Notifications of a virtqueue of either format, in both directions, with and
// without EVENT_IDX. VIRTIO 1.4, 2.7.7, 2.7.10, 2.8.10.
#include "fakes/fake_report.h"
#include "fakes/ring_rig.h"
#include "unit/checks.h"

static struct ring_rig rig;

static void finish(void)
{
    assert_string_equal(fake_violations(), "");
    ring_rig_stop(&rig);
}

// Adds, uses and pops `count` buffers.
static void advance(unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        ring_rig_send(&rig, 1, 1);
        struct fake_chain *chain = fake_ring_take(&rig.ring);
        assert_non_null(chain);
        (void)fake_ring_use(&rig.ring, chain, 0);
        assert_int_equal(ring_rig_pop(&rig), 1);
    }
}

// Publishes a batch; true if the queue wants a kick.
static bool show(unsigned batch)
{
    for (unsigned i = 0; i < batch; i++) {
        assert_int_equal(ring_rig_add(&rig, 1), OK);
    }
    return virtqueue_publish(rig.queue);
}

static void take_back(unsigned batch)
{
    for (unsigned i = 0; i < batch; i++) {
        (void)fake_ring_use(&rig.ring, fake_ring_take(&rig.ring), 0);
        assert_int_equal(ring_rig_pop(&rig), 1);
    }
}

// SPLIT-24, SPLIT-25: batches of 1 to 8 with the event at each place, across
// the wrap of each index.
static void the_queue_kicks_when_a_batch_covers_the_event(void **state)
{
    ring_rig_start(&rig, 8, ring_options(state) | RING_EVENT_IDX);
    rig.ring.hides_taken = true;
    advance(65530);
    for (unsigned batch = 1; batch <= 8; batch++) {
        for (int near = -2; near <= 9; near++) {
            fake_ring_set_event(&rig.ring,
                                rig.ring.takes + (uint64_t)(int64_t)near);
            assert_int_equal(show(batch), near >= 0 && near < (int)batch);
            take_back(batch);
        }
    }
    assert_true(rig.ring.takes > 65536); // the indices have wrapped
    finish();
}

// Buffers in flight from an earlier batch were already kicked for.
static void an_event_in_an_older_batch_is_not_kicked_again(void **state)
{
    ring_rig_start(&rig, 8, ring_options(state) | RING_EVENT_IDX);
    advance(6);
    rig.ring.hides_taken = true;
    for (uint64_t event = 6; event < 9; event++) {
        fake_ring_set_event(&rig.ring, event);
        assert_int_equal(show(2), event == 6); // then 7 in 8, 9; 8 in 10, 11
    }
    finish();
}

// SPLIT-20, SPLIT-21, SPLIT-22.
static void without_event_idx_only_the_flag_decides(void **state)
{
    ring_rig_start(&rig, 8, ring_options(state));
    for (uint16_t event = 0; event < 4; event++) {
        for (unsigned none = 0; none < 2; none++) {
            fake_ring_set_no_kicks(&rig.ring, none != 0);
            if (rig.ring.packed) {
                fake_packed_set_event(&rig.ring, (uint16_t)none, event * 21845);
            } else {
                fake_split_set_avail_event(&rig.ring, event * 21845);
            }
            assert_int_equal(show(1), none == 0);
            take_back(1);
        }
    }
    finish();
}

// SPLIT-23: bit 0 of the flags then has no meaning.
static void with_event_idx_the_split_flag_is_disregarded(void **state)
{
    ring_rig_start(&rig, 8, ring_options(state) | RING_EVENT_IDX);
    fake_split_set_used_flags(&rig.ring, 1);
    assert_true(show(1)); // avail_event is 0: a kick is wanted
    fake_split_set_used_flags(&rig.ring, 0);
    fake_split_set_avail_event(&rig.ring, 99);
    assert_false(show(1));
    finish();
}

// 2.8.10: packed flags can mean all or none with EVENT_IDX as well.
static void packed_flags_hold_with_and_without_event_idx(void **state)
{
    for (unsigned event_idx = 0; event_idx < 2; event_idx++) {
        ring_rig_start(&rig, 8,
                       ring_options(state) |
                           (event_idx != 0 ? RING_EVENT_IDX : 0));
        rig.ring.hides_taken = true;
        fake_packed_set_event(&rig.ring, 0, 0x8003);
        assert_true(show(1));
        fake_packed_set_event(&rig.ring, 1, 0x8001);
        assert_false(show(1));
        finish();
    }
}

// A device that writes a forbidden value is kicked: DESC without EVENT_IDX, the
// reserved value, an offset outside the ring. The reserved bits beside the
// flags have no meaning.
static void nonsense_in_the_packed_event_is_kicked(void **state)
{
    ring_rig_start(&rig, 8, ring_options(state));
    fake_packed_set_event(&rig.ring, 2, 0x8005);
    assert_true(show(1));
    finish();

    ring_rig_start(&rig, 8, ring_options(state) | RING_EVENT_IDX);
    rig.ring.hides_taken = true;
    fake_packed_set_event(&rig.ring, 3, 0x8005);
    assert_true(show(1));
    fake_packed_set_event(&rig.ring, 2, 0x8008);
    assert_true(show(1));
    fake_packed_set_event(&rig.ring, 2, 0x7fff);
    assert_true(show(1));
    fake_packed_set_event(&rig.ring, 0xfffd, 0x8003);
    assert_false(show(1));
    finish();
}

// SPLIT-12, SPLIT-13, PACKED-25 (the fake checks).
static void interrupts_go_off_by_the_flag(void **state)
{
    ring_rig_start(&rig, 8, ring_options(state));
    assert_false(fake_ring_no_interrupts(&rig.ring));
    virtqueue_interrupts_off(rig.queue);
    assert_true(fake_ring_no_interrupts(&rig.ring));
    advance(5);
    assert_int_equal(rig.ring.interrupts, 0);
    assert_true(fake_ring_no_interrupts(&rig.ring));
    assert_false(virtqueue_interrupts_on(rig.queue));
    assert_false(fake_ring_no_interrupts(&rig.ring));
    advance(5);
    assert_int_equal(rig.ring.interrupts, 5);
    finish();
}

// SPLIT-14, SPLIT-15: by used_event, and split flags stay 0 (the fake checks).
static void interrupts_go_off_with_event_idx(void **state)
{
    ring_rig_start(&rig, 8, ring_options(state) | RING_EVENT_IDX);
    advance(3);
    assert_int_equal(rig.ring.interrupts, 3);
    virtqueue_interrupts_off(rig.queue);
    advance(1000);
    assert_int_equal(rig.ring.interrupts, 3);
    assert_false(virtqueue_interrupts_on(rig.queue));
    advance(2);
    assert_int_equal(rig.ring.interrupts, 5);
    finish();
}

// SPLIT-15: the next used index.
static void used_event_names_the_next_used_element(void **state)
{
    ring_rig_start(&rig, 8, ring_options(state) | RING_EVENT_IDX);
    for (unsigned i = 0; i < 20; i++) {
        assert_int_equal(fake_split_used_event(&rig.ring), i);
        assert_int_equal(fake_split_avail_flags(&rig.ring), 0);
        advance(1);
    }
    finish();
}

// 2.8.10: the next used descriptor and the counter of its lap; also with sizes
// that are not powers of two.
static void off_wrap_names_the_next_used_descriptor(void **state)
{
    ring_rig_start(&rig, 3, ring_options(state) | RING_EVENT_IDX);
    for (unsigned i = 1; i < 20; i++) {
        advance(1);
        assert_int_equal(fake_packed_event_flags(&rig.ring), 2);
        assert_int_equal(fake_packed_event_off_wrap(&rig.ring),
                         i % 3 | (i / 3 % 2 == 0 ? 0x8000 : 0));
    }
    finish();
}

// SPLIT-31, PACKED-26: a buffer used while interrupts are off is not lost:
// enabling them reports it.
static void switching_on_tells_of_what_came_meanwhile(unsigned options)
{
    ring_rig_start(&rig, 8, options);
    ring_rig_send(&rig, 1, 1);
    virtqueue_interrupts_off(rig.queue);
    assert_int_equal(ring_rig_pop(&rig), 0);
    assert_false(fake_ring_use(&rig.ring, fake_ring_take(&rig.ring), 0));
    assert_true(virtqueue_interrupts_on(rig.queue));
    assert_int_equal(ring_rig_pop(&rig), 1);
    assert_false(virtqueue_interrupts_on(rig.queue));
    finish();
}

static void nothing_is_lost_between_off_and_on(void **state)
{
    switching_on_tells_of_what_came_meanwhile(ring_options(state));
    switching_on_tells_of_what_came_meanwhile(ring_options(state) |
                                              RING_EVENT_IDX);
}

// Popping until the ring is empty arms the interrupt for the next buffer.
static void popping_dry_arms_the_next_interrupt(void **state)
{
    ring_rig_start(&rig, 8, ring_options(state) | RING_EVENT_IDX);
    advance(1); // so that an event is requested, not all of them
    ring_rig_send(&rig, 1, 4);
    struct fake_chain *a = fake_ring_take(&rig.ring);
    struct fake_chain *b = fake_ring_take(&rig.ring);
    struct fake_chain *c = fake_ring_take(&rig.ring);
    assert_true(fake_ring_use(&rig.ring, a, 0));
    assert_false(fake_ring_use(&rig.ring, b, 0)); // one interrupt for both
    assert_int_equal(ring_rig_pop(&rig), 1);
    assert_int_equal(ring_rig_pop(&rig), 2);
    assert_int_equal(ring_rig_pop(&rig), 0);
    assert_true(fake_ring_use(&rig.ring, c, 0));
    finish();
}

// SPLIT-16.
static void an_interrupt_without_work_finds_nothing(void **state)
{
    ring_rig_start(&rig, 8, ring_options(state) | RING_EVENT_IDX);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(ring_rig_pop(&rig), 0);
    }
    ring_rig_send(&rig, 1, 1);
    assert_int_equal(ring_rig_pop(&rig), 0);
    assert_null(virtqueue_fault(rig.queue));
    finish();
}

static void what_the_device_has_taken_is_told_under_event_idx(void **state)
{
    bool taken = false;

    ring_rig_start(&rig, 8, ring_options(state) | RING_EVENT_IDX);
    ring_rig_send(&rig, 1, 1);
    assert_int_equal(virtqueue_all_taken(rig.queue, &taken), OK);
    assert_false(taken);
    (void)fake_ring_take(&rig.ring);
    assert_int_equal(virtqueue_all_taken(rig.queue, &taken), OK);
    assert_true(taken);
    finish();

    ring_rig_start(&rig, 8, ring_options(state));
    assert_int_equal(virtqueue_all_taken(rig.queue, &taken), ERR_UNSUPPORTED);
    finish();
}

static void
what_the_device_has_taken_is_never_told_by_a_packed_ring(void **state)
{
    bool taken = false;

    ring_rig_start(&rig, 8, ring_options(state) | RING_EVENT_IDX);
    ring_rig_send(&rig, 1, 1);
    (void)fake_ring_take(&rig.ring);
    assert_int_equal(virtqueue_all_taken(rig.queue, &taken), ERR_UNSUPPORTED);
    finish();
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        RING_TEST_BOTH(the_queue_kicks_when_a_batch_covers_the_event),
        RING_TEST_BOTH(an_event_in_an_older_batch_is_not_kicked_again),
        RING_TEST_BOTH(without_event_idx_only_the_flag_decides),
        RING_TEST(with_event_idx_the_split_flag_is_disregarded, split),
        RING_TEST(packed_flags_hold_with_and_without_event_idx, packed),
        RING_TEST(nonsense_in_the_packed_event_is_kicked, packed),
        RING_TEST_BOTH(interrupts_go_off_by_the_flag),
        RING_TEST_BOTH(interrupts_go_off_with_event_idx),
        RING_TEST(used_event_names_the_next_used_element, split),
        RING_TEST(off_wrap_names_the_next_used_descriptor, packed),
        RING_TEST_BOTH(nothing_is_lost_between_off_and_on),
        RING_TEST_BOTH(popping_dry_arms_the_next_interrupt),
        RING_TEST_BOTH(an_interrupt_without_work_finds_nothing),
        RING_TEST(what_the_device_has_taken_is_told_under_event_idx, split),
        RING_TEST(what_the_device_has_taken_is_never_told_by_a_packed_ring,
                  packed),
    };

    return cmocka_run_group_tests_name("queue_notify", tests, NULL, NULL);
}
