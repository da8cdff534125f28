// SPDX-License-Identifier: MIT
// One call of reclaim: looks, batches, what is freed and counted.
// docs/memory.md, "Reclaim".
#include "unit/vm/vm_test.h"

static void expect_direct(uint64_t scans, uint64_t reclaims)
{
    assert_int_equal(vm_counters.direct_scans, scans);
    assert_int_equal(vm_counters.direct_reclaims, reclaims);
}

static void a_mapped_page_rests_and_leaves_at_the_second_look(void **state)
{
    start(0, 16);
    vm_rig_order(VM_RIG_LOAD, 16);
    assert_int_equal(vm_reclaim(true, 5), 5);
    expect_direct(16 + 5, 5);
    assert_int_equal(vm_caches(), 11);
    assert_int_equal(state_of(vm_file(), 4), VM_EMPTY);
    assert_int_equal(state_of(vm_file(), 5), VM_RESTING);
    assert_int_equal(mm_frames.free, MANAGED - 3 - 11);
}

static void a_page_read_ahead_leaves_at_the_first_look(void **state)
{
    start(0, 16);
    vm_rig_order_at(VM_RIG_LOAD, 1, 2, 0);
    assert_int_equal(vm_reclaim(true, 3), 3); // 0, 1, not 2, 3
    expect_direct(4, 3);
    assert_int_equal(state_of(vm_file(), 2), VM_RESTING);
    assert_int_equal(state_of(vm_file(), 3), VM_EMPTY);
    assert_int_equal(state_of(vm_file(), 4), VM_RESTING);
}

static void a_touched_page_has_a_second_chance(void **state)
{
    start(0, 8);
    vm_rig_order(VM_RIG_LOAD, 8);
    assert_int_equal(vm_reclaim(true, 1), 1); // page 0, the others rest
    (void)vm_rig_touch(vm_file(), 1, false);
    assert_int_equal(vm_reclaim(true, 2), 2); // not 1, 2, 3
    expect_direct(9 + 3, 3);
    assert_int_equal(state_of(vm_file(), 1), VM_RESTING);
    assert_int_equal(state_of(vm_file(), 3), VM_EMPTY);
}

static void the_hand_goes_on_where_the_last_call_ended(void **state)
{
    start(0, 16);
    vm_rig_order(VM_RIG_LOAD, 16);
    assert_int_equal(vm_reclaim(true, 5), 5);
    vm_rig_order(VM_RIG_LOAD, 1); // reads 0 to 4 again
    assert_int_equal(vm_reclaim(true, 1), 1);
    assert_int_equal(state_of(vm_file(), 5), VM_EMPTY);
    assert_int_equal(state_of(vm_file(), 1), VM_RESTING);
    expect_direct(22, 6);
}

static void a_ring_that_runs_empty_ends_its_part(void **state)
{
    start(0, 16);
    vm_rig_order(VM_RIG_LOAD, 16);
    assert_int_equal(vm_reclaim(false, 100), 16);
    assert_int_equal(vm_counters.async_scans, 32);
    assert_int_equal(vm_counters.async_reclaims, 16);
    expect_direct(0, 0);
    assert_int_equal(vm_reclaim(false, 100), 0);
    assert_int_equal(vm_counters.async_scans, 32);
}

static void pages_are_written_in_batches_of_16(void **state)
{
    start(100, 0);
    const struct vm_space *task = task_with(1, 40, 40);

    vm_rig_swap.calls = 0;
    assert_int_equal(vm_reclaim(true, 40), 40);
    expect_direct(80, 40);
    assert_int_equal(vm_rig_swap.calls, 3); // 16, 16, 8
    assert_int_equal(vm_rig_swap.largest_call, 16);
    assert_int_equal(vm_counters.swap_out, 40);
    assert_int_equal(vm_swap_size().used, 40);
    for (uint64_t page = 0; page < 40; page++) {
        assert_int_equal(state_of(task, page), VM_SWAPPED);
        assert_int_equal(slot_of(task, page), page + 1);
    }
    assert_int_equal(task->in_memory, 0);
    assert_int_equal(task->swapped, 40);
}

static void the_last_batch_only_meets_the_goal(void **state)
{
    start(100, 0);
    const struct vm_space *task = task_with(1, 40, 40);

    vm_rig_swap.calls = 0;
    assert_int_equal(vm_reclaim(true, 20), 20);
    expect_direct(60, 20);
    assert_int_equal(vm_rig_swap.calls, 2); // 16, 4
    assert_int_equal(state_of(task, 19), VM_SWAPPED);
    assert_int_equal(state_of(task, 20), VM_RESTING);
    assert_int_equal(vm.anonymous_clock.hand, 20);
}

static void looks_are_twice_the_ring_at_most(void **state)
{
    start(100, 0);
    task_with(1, 40, 40);
    assert_int_equal(vm_reclaim(true, 1000), 40);
    expect_direct(80, 40);
}

static void without_a_free_slot_no_anonymous_page_is_looked_at(void **state)
{
    start(10, 0);
    task_with(1, 40, 40);
    assert_int_equal(vm_reclaim(true, 40), 10);
    expect_direct(40 + 10, 10);
    assert_int_equal(vm_reclaim(true, 40), 0);
    expect_direct(50, 10);
}

static void without_swap_no_anonymous_page_is_looked_at(void **state)
{
    start(0, 0);
    task_with(1, 40, 40);
    assert_int_equal(vm_reclaim(true, 40), 0);
    expect_direct(0, 0);
}

static void a_write_that_fails_leaves_the_page_and_loses_the_slot(void **state)
{
    start(20, 0);
    const struct vm_space *task = task_with(1, 8, 8);

    vm_rig_fail(VM_RIG_SWAP_WRITE, false, 3);
    assert_int_equal(vm_reclaim(true, 8), 7);
    expect_direct(16, 7);
    assert_int_equal(vm_counters.swap_out, 7);
    assert_int_equal(state_of(task, 2), VM_RESTING);
    assert_int_equal(task->in_memory, 1);
    assert_int_equal(vm_swap_size().used, 7);
    assert_int_equal(vm_swap_size().slots, 19);
    assert_int_equal(vm_reclaim(true, 8), 1);
    expect_direct(17, 8);
    assert_int_equal(slot_of(task, 2), 9);
    check_contains(vm_rig_order(VM_RIG_READ, 8), "done=8 sum=");
    // The slot is free in no other way either.
    assert_int_equal(vm_reclaim(true, 8), 8);
    for (uint64_t page = 0; page < 8; page++) {
        assert_true(slot_of(task, page) != 3);
    }
}

static void a_write_that_fails_is_tried_again_while_looks_remain(void **state)
{
    start(20, 0);
    task_with(1, 8, 8);
    vm_rig_fail(VM_RIG_SWAP_WRITE, true, 1);
    // 8 looks to rest, 2 queued; page 0 fails; 3 more looks: 2, which is then
    // the second one.
    assert_int_equal(vm_reclaim(true, 2), 2);
    expect_direct(8 + 2 + 1, 2);
    assert_int_equal(vm_swap_size().used, 2);
    assert_int_equal(state_of(vm_task(1), 0), VM_RESTING);
    assert_int_equal(slot_of(vm_task(1), 2), 3);
}

static void the_file_comes_first(void **state)
{
    start(20, 4);
    const struct vm_space *task = task_with(1, 4, 4);

    vm_rig_order(VM_RIG_LOAD, 4);
    assert_int_equal(vm_reclaim(true, 4), 4);
    expect_direct(8, 4);
    assert_int_equal(state_of(task, 0), VM_MAPPED);
    vm_rig_order(VM_RIG_LOAD, 4);
    assert_int_equal(vm_reclaim(true, 6), 6);
    expect_direct(8 + 8 + 4 + 2, 10);
    assert_int_equal(task->swapped, 2);
    assert_int_equal(vm_caches(), 0);
}

static void the_anonymous_ring_is_in_the_order_of_tasks(void **state)
{
    start(20, 0);
    const struct vm_space *fifth = task_with(5, 3, 3);
    const struct vm_space *second = task_with(2, 2, 2);

    assert_int_equal(vm_reclaim(true, 3), 3); // 2:0, 2:1, 5:0
    expect_direct(5 + 3, 3);
    assert_int_equal(slot_of(second, 0), 1);
    assert_int_equal(slot_of(second, 1), 2);
    assert_int_equal(slot_of(fifth, 0), 3);
    assert_int_equal(state_of(fifth, 1), VM_RESTING);
}

static void a_page_is_reached_again_only_behind_a_flush(void **state)
{
    start(20, 0);
    const struct vm_space *task = task_with(1, 4, 4);

    assert_int_equal(vm_reclaim(true, 1), 1);
    for (uint64_t page = 0; page < 4; page++) {
        (void)vm_rig_touch(task, page, true); // finish looks for violations
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(
            a_mapped_page_rests_and_leaves_at_the_second_look, finish),
        cmocka_unit_test_teardown(a_page_read_ahead_leaves_at_the_first_look,
                                  finish),
        cmocka_unit_test_teardown(a_touched_page_has_a_second_chance, finish),
        cmocka_unit_test_teardown(the_hand_goes_on_where_the_last_call_ended,
                                  finish),
        cmocka_unit_test_teardown(a_ring_that_runs_empty_ends_its_part, finish),
        cmocka_unit_test_teardown(pages_are_written_in_batches_of_16, finish),
        cmocka_unit_test_teardown(the_last_batch_only_meets_the_goal, finish),
        cmocka_unit_test_teardown(looks_are_twice_the_ring_at_most, finish),
        cmocka_unit_test_teardown(
            without_a_free_slot_no_anonymous_page_is_looked_at, finish),
        cmocka_unit_test_teardown(without_swap_no_anonymous_page_is_looked_at,
                                  finish),
        cmocka_unit_test_teardown(
            a_write_that_fails_leaves_the_page_and_loses_the_slot, finish),
        cmocka_unit_test_teardown(
            a_write_that_fails_is_tried_again_while_looks_remain, finish),
        cmocka_unit_test_teardown(the_file_comes_first, finish),
        cmocka_unit_test_teardown(the_anonymous_ring_is_in_the_order_of_tasks,
                                  finish),
        cmocka_unit_test_teardown(a_page_is_reached_again_only_behind_a_flush,
                                  finish),
    };

    return cmocka_run_group_tests_name("vm: reclaim", tests, NULL, NULL);
}
