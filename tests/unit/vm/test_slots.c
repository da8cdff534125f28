// SPDX-License-Identifier: MIT
// Slots of the swap disk: lowest first, bad ones never. docs/memory.md,
// "Disks".
#include "unit/vm/vm_test.h"

static struct vm_slots slots;

static void start_slots(uint64_t end)
{
    start(0, 0);
    memset(&slots, 0, sizeof slots);
    for (uint64_t i = 0; i * VM_SLOTS_OF_FRAME < end; i++) {
        slots.frames[i] = mm_frame_take();
    }
    vm_slots_start(&slots, end);
}

static int finish_slots(void **state)
{
    for (uint64_t i = 0; i * VM_SLOTS_OF_FRAME < slots.end; i++) {
        mm_frame_give(slots.frames[i]);
    }
    return finish(state);
}

static void expect_counts(uint64_t free, uint64_t used)
{
    assert_int_equal(slots.free, free);
    assert_int_equal(slots.used, used);
}

static void the_lowest_free_slot_is_taken(void **state)
{
    start_slots(200);
    for (uint64_t i = 0; i < 150; i++) {
        assert_int_equal(vm_slots_take(&slots), i);
    }
    expect_counts(50, 150);
    vm_slots_give(&slots, 130);
    vm_slots_give(&slots, 7);
    vm_slots_give(&slots, 64);
    expect_counts(53, 147);
    assert_int_equal(vm_slots_take(&slots), 7);
    assert_int_equal(vm_slots_take(&slots), 64);
    assert_int_equal(vm_slots_take(&slots), 130);
    assert_int_equal(vm_slots_take(&slots), 150);
}

static void excluded_slots_are_never_taken(void **state)
{
    start_slots(10);
    vm_slots_exclude(&slots, 0, false);
    vm_slots_exclude(&slots, 2, false);
    vm_slots_exclude(&slots, 2, false); // a mark may name it twice
    expect_counts(8, 0);
    assert_int_equal(vm_slots_take(&slots), 1);
    assert_int_equal(vm_slots_take(&slots), 3);
    vm_slots_exclude(&slots, 3, true);
    expect_counts(6, 1);
    vm_slots_give(&slots, 1);
    assert_int_equal(vm_slots_take(&slots), 1);
    assert_int_equal(vm_slots_take(&slots), 4);
    expect_counts(5, 2);
}

static void all_slots_of_several_frames_are_taken(void **state)
{
    const uint64_t end = UINT64_C(2) * VM_SLOTS_OF_FRAME + 70;

    start_slots(end);
    for (uint64_t i = 0; i < end; i++) {
        assert_int_equal(vm_slots_take(&slots), i);
    }
    expect_counts(0, end);
    vm_slots_give(&slots, end - 1);
    vm_slots_give(&slots, VM_SLOTS_OF_FRAME);
    assert_int_equal(vm_slots_take(&slots), VM_SLOTS_OF_FRAME);
    assert_int_equal(vm_slots_take(&slots), end - 1);
    expect_counts(0, end);
}

static void a_slot_given_twice_panics(void **state)
{
    start_slots(10);
    assert_int_equal(vm_slots_take(&slots), 0);
    vm_slots_give(&slots, 0);
    expect_assert_failure(vm_slots_give(&slots, 0));
}

static void a_slot_beyond_the_end_panics(void **state)
{
    start_slots(10);
    expect_assert_failure(vm_slots_give(&slots, 10));
}

static void taking_from_none_panics(void **state)
{
    start_slots(1);
    assert_int_equal(vm_slots_take(&slots), 0);
    expect_assert_failure(vm_slots_take(&slots));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(the_lowest_free_slot_is_taken, finish_slots),
        cmocka_unit_test_teardown(excluded_slots_are_never_taken, finish_slots),
        cmocka_unit_test_teardown(all_slots_of_several_frames_are_taken,
                                  finish_slots),
        cmocka_unit_test_teardown(a_slot_given_twice_panics, finish_slots),
        cmocka_unit_test_teardown(a_slot_beyond_the_end_panics, finish_slots),
        cmocka_unit_test_teardown(taking_from_none_panics, finish_slots),
    };

    return cmocka_run_group_tests_name("vm: slots", tests, NULL, NULL);
}
