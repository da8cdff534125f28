// SPDX-License-Identifier: MIT
// Who tells whom, and when: kicks and interrupts of a split ring, with and
// without EVENT_IDX. VIRTIO 1.4, 2.7.7, 2.7.10.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fakes/fake_report.h"
#include "fakes/ring_rig.h"
#include "virtio/split_layout.h"

static struct ring_rig rig;

static void finish(void)
{
    assert_string_equal(fake_violations(), "");
    ring_rig_stop(&rig);
}

// The rule as the text has it: of the indices published one after another, was
// one equal to the event?
static bool walked(uint16_t event, uint16_t before, uint16_t after)
{
    for (uint16_t idx = before; idx != after; idx++) {
        if (idx == event) {
            return true;
        }
    }
    return false;
}

// SPLIT-24, SPLIT-25, around every edge and through 65535 -> 0.
static void an_event_is_passed_exactly_when_a_batch_covers_it(void **state)
{
    static const uint16_t bases[] = {0, 1, 100, 32760, 65520, 65528, 65535};

    (void)state;
    for (size_t b = 0; b < sizeof(bases) / sizeof(bases[0]); b++) {
        for (unsigned batch = 0; batch <= 9; batch++) {
            for (int near = -12; near <= 12; near++) {
                const uint16_t before = bases[b];
                const uint16_t after = (uint16_t)(before + batch);
                const uint16_t event = (uint16_t)(before + near);

                assert_int_equal(split_event_passed(event, before, after),
                                 walked(event, before, after));
            }
        }
    }
    assert_true(split_event_passed(65535, 65535, 0));
    assert_false(split_event_passed(0, 65535, 0));
    assert_true(split_event_passed(0, 65535, 1));
}

// Moves both sides `count` buffers on.
static void advance(unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        assert_int_equal(ring_rig_add(&rig, 1), OK);
        (void)!virtqueue_publish(rig.queue);
        struct fake_chain *chain = fake_ring_take(&rig.ring);
        assert_non_null(chain);
        (void)fake_ring_use(&rig.ring, chain, 0);
        assert_int_equal(ring_rig_pop(&rig), 1);
    }
}

// The same through the queue: batches of 1 to 8 and the event in each place.
static void the_queue_kicks_by_avail_event_through_the_wrap(void **state)
{
    (void)state;
    ring_rig_start(&rig, 8, RING_EVENT_IDX);
    rig.ring.hides_taken = true;
    advance(65530);
    for (unsigned batch = 1; batch <= 8; batch++) {
        for (int near = -2; near <= 9; near++) {
            const uint16_t idx = fake_ring_avail_idx(&rig.ring);

            fake_ring_set_avail_event(&rig.ring, (uint16_t)(idx + near));
            for (unsigned i = 0; i < batch; i++) {
                assert_int_equal(ring_rig_add(&rig, 1), OK);
            }
            assert_int_equal(virtqueue_publish(rig.queue),
                             near >= 0 && near < (int)batch);
            for (unsigned i = 0; i < batch; i++) {
                (void)fake_ring_use(&rig.ring, fake_ring_take(&rig.ring), 0);
                assert_int_equal(ring_rig_pop(&rig), 1);
            }
        }
    }
    assert_true(fake_ring_avail_idx(&rig.ring) < 1000); // it has wrapped
    finish();
}

// SPLIT-20, SPLIT-21, SPLIT-22.
static void without_event_idx_only_the_flag_decides(void **state)
{
    (void)state;
    ring_rig_start(&rig, 8, 0);
    for (unsigned event = 0; event < 4; event++) {
        fake_ring_set_avail_event(&rig.ring, (uint16_t)(event * 21845));
        for (uint16_t flags = 0; flags < 2; flags++) {
            fake_ring_set_used_flags(&rig.ring, flags);
            assert_int_equal(ring_rig_add(&rig, 1), OK);
            assert_int_equal(virtqueue_publish(rig.queue), flags == 0);
        }
    }
    finish();
}

// SPLIT-23: bit 0 of the flags means nothing then.
static void with_event_idx_the_flag_is_disregarded(void **state)
{
    (void)state;
    ring_rig_start(&rig, 8, RING_EVENT_IDX);
    fake_ring_set_used_flags(&rig.ring, 1);
    assert_int_equal(ring_rig_add(&rig, 1), OK);
    assert_true(virtqueue_publish(rig.queue)); // avail_event is 0: wanted
    fake_ring_set_used_flags(&rig.ring, 0);
    fake_ring_set_avail_event(&rig.ring, 99);
    assert_int_equal(ring_rig_add(&rig, 2), OK);
    assert_false(virtqueue_publish(rig.queue));
    finish();
}

// SPLIT-12, SPLIT-13.
static void interrupts_go_off_by_the_flag(void **state)
{
    (void)state;
    ring_rig_start(&rig, 8, 0);
    assert_int_equal(fake_ring_avail_flags(&rig.ring), 0);
    virtqueue_interrupts_off(rig.queue);
    assert_int_equal(fake_ring_avail_flags(&rig.ring), 1);
    advance(5);
    assert_int_equal(rig.ring.interrupts, 0);
    assert_int_equal(fake_ring_avail_flags(&rig.ring), 1);
    assert_false(virtqueue_interrupts_on(rig.queue));
    assert_int_equal(fake_ring_avail_flags(&rig.ring), 0);
    advance(5);
    assert_int_equal(rig.ring.interrupts, 5);
    finish();
}

// SPLIT-14, SPLIT-15: by used_event, and the flags stay 0 (the fake looks).
static void interrupts_go_off_by_used_event(void **state)
{
    (void)state;
    ring_rig_start(&rig, 8, RING_EVENT_IDX);
    advance(3);
    assert_int_equal(rig.ring.interrupts, 3);
    virtqueue_interrupts_off(rig.queue);
    advance(1000);
    assert_int_equal(rig.ring.interrupts, 3);
    assert_false(virtqueue_interrupts_on(rig.queue));
    assert_int_equal(fake_ring_used_event(&rig.ring), 1003);
    advance(2);
    assert_int_equal(rig.ring.interrupts, 5);
    assert_int_equal(fake_ring_avail_flags(&rig.ring), 0);
    finish();
}

// SPLIT-31: a buffer used while interrupts are off is not lost: switching
// them on tells of it.
static void switching_on_tells_of_what_came_meanwhile(unsigned options)
{
    ring_rig_start(&rig, 8, options);
    assert_int_equal(ring_rig_add(&rig, 1), OK);
    (void)!virtqueue_publish(rig.queue);
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
    (void)state;
    switching_on_tells_of_what_came_meanwhile(0);
    switching_on_tells_of_what_came_meanwhile(RING_EVENT_IDX);
}

// Popping until there is nothing left arms the interrupt for the next one.
static void popping_dry_arms_the_next_interrupt(void **state)
{
    (void)state;
    ring_rig_start(&rig, 8, RING_EVENT_IDX);
    for (uintptr_t i = 1; i <= 4; i++) {
        assert_int_equal(ring_rig_add(&rig, i), OK);
    }
    (void)!virtqueue_publish(rig.queue);
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
    (void)state;
    ring_rig_start(&rig, 8, RING_EVENT_IDX);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(ring_rig_pop(&rig), 0);
    }
    assert_int_equal(ring_rig_add(&rig, 1), OK);
    (void)!virtqueue_publish(rig.queue);
    assert_int_equal(ring_rig_pop(&rig), 0);
    assert_null(virtqueue_fault(rig.queue));
    finish();
}

static void what_the_device_has_taken_is_told_under_event_idx(void **state)
{
    bool taken = false;

    (void)state;
    ring_rig_start(&rig, 8, RING_EVENT_IDX);
    assert_int_equal(ring_rig_add(&rig, 1), OK);
    (void)!virtqueue_publish(rig.queue);
    assert_int_equal(virtqueue_all_taken(rig.queue, &taken), OK);
    assert_false(taken);
    (void)fake_ring_take(&rig.ring);
    assert_int_equal(virtqueue_all_taken(rig.queue, &taken), OK);
    assert_true(taken);
    finish();

    ring_rig_start(&rig, 8, 0);
    assert_int_equal(virtqueue_all_taken(rig.queue, &taken), ERR_UNSUPPORTED);
    finish();
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event_is_passed_exactly_when_a_batch_covers_it),
        cmocka_unit_test(the_queue_kicks_by_avail_event_through_the_wrap),
        cmocka_unit_test(without_event_idx_only_the_flag_decides),
        cmocka_unit_test(with_event_idx_the_flag_is_disregarded),
        cmocka_unit_test(interrupts_go_off_by_the_flag),
        cmocka_unit_test(interrupts_go_off_by_used_event),
        cmocka_unit_test(nothing_is_lost_between_off_and_on),
        cmocka_unit_test(popping_dry_arms_the_next_interrupt),
        cmocka_unit_test(an_interrupt_without_work_finds_nothing),
        cmocka_unit_test(what_the_device_has_taken_is_told_under_event_idx),
    };

    return cmocka_run_group_tests_name("split_notify", tests, NULL, NULL);
}
