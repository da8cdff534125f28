// SPDX-License-Identifier: MIT
// A frame for a touch when room is at min: reclaim, the balloon, the killer.
// docs/memory.md, "Taking a frame for a touch".
#include "unit/vm/vm_test.h"

static void above_min_a_touch_does_not_stall(void **state)
{
    start(50, 0);
    const struct vm_space *task = task_with(1, 50, 40);

    leave_room(MM_MARK_MIN + 1);
    (void)vm_rig_touch(task, 40, true);
    assert_int_equal(vm_counters.alloc_stalls, 0);
    assert_int_equal(mm_room(), MM_MARK_MIN);
}

static void at_min_a_touch_reclaims_32(void **state)
{
    start(50, 0);
    const struct vm_space *task = task_with(1, 50, 40);

    leave_room(MM_MARK_MIN);
    (void)vm_rig_touch(task, 40, true);
    assert_int_equal(vm_counters.alloc_stalls, 1);
    assert_int_equal(vm_counters.direct_scans, 40 + 32);
    assert_int_equal(vm_counters.direct_reclaims, 32);
    assert_int_equal(mm_room(), MM_MARK_MIN + 32 - 1);
    assert_int_equal(task->swapped, 32);
    assert_int_equal(vm_counters.oom_kills, 0);
    assert_false(vm_is_ending());
}

static void the_balloon_gives_32_when_reclaim_frees_nothing(void **state)
{
    start_ballooned(100, 0);
    const struct vm_space *task = task_with(1, 50, 40);

    leave_room(MM_MARK_MIN);
    (void)vm_rig_touch(task, 40, true);
    assert_int_equal(vm_counters.alloc_stalls, 1);
    assert_int_equal(vm_rig_ballooned(), 68);
    assert_int_equal(mm_room(), MM_MARK_MIN + 32 - 1);
    assert_int_equal(vm_counters.oom_kills, 0);
    assert_false(mm_balloon_wants());
}

static void the_balloon_gives_what_it_has(void **state)
{
    start_ballooned(10, 0);
    const struct vm_space *task = task_with(1, 50, 40);

    leave_room(MM_MARK_MIN);
    (void)vm_rig_touch(task, 40, true);
    assert_int_equal(vm_rig_ballooned(), 0);
    assert_int_equal(mm_room(), MM_MARK_MIN + 10 - 1);
}

static void reclaim_comes_before_the_balloon(void **state)
{
    start_ballooned(100, 8);
    const struct vm_space *task = task_with(1, 50, 40);

    vm_rig_order(VM_RIG_LOAD, 8);
    leave_room(MM_MARK_MIN);
    (void)vm_rig_touch(task, 40, true);
    assert_int_equal(vm_rig_ballooned(), 100);
    assert_int_equal(mm_room(), MM_MARK_MIN + 8 - 1);
}

static void the_largest_task_is_killed(void **state)
{
    start(0, 0);
    const struct vm_space *first = task_with(1, 20, 10);
    const struct vm_space *second = task_with(2, 20, 20);

    leave_room(MM_MARK_MIN);
    (void)vm_rig_touch(first, 10, true);
    assert_int_equal(vm_counters.oom_kills, 1);
    assert_int_equal(vm_counters.alloc_stalls, 1);
    assert_int_equal(vm_pages(second), 0);
    assert_int_equal(vm_pages(first), 20);
    assert_int_equal(mm_room(), MM_MARK_MIN + 20 - 1);
    assert_int_equal(fake_log_count("vm kill task=2 memory=20 slots=0\n"), 1);
    assert_false(vm_is_ending());
}

static void of_largest_tasks_the_highest_number_is_killed(void **state)
{
    start(0, 0);
    const struct vm_space *sixth = task_with(6, 20, 20);
    const struct vm_space *second = task_with(2, 20, 20);
    const struct vm_space *first = task_with(1, 20, 10);

    leave_room(MM_MARK_MIN);
    (void)vm_rig_touch(first, 10, true);
    assert_int_equal(vm_pages(sixth), 0);
    assert_int_equal(vm_pages(second), 20);
}

static void pages_in_slots_count_for_the_killer(void **state)
{
    start(20, 0);
    const struct vm_space *second = task_with(2, 30, 25);
    const struct vm_space *third = task_with(3, 30, 24);

    assert_int_equal(vm_reclaim(true, 20), 20); // all slots
    assert_int_equal(second->swapped, 20);
    leave_room(MM_MARK_MIN);
    (void)vm_rig_touch(third, 24, true);
    assert_int_equal(vm_pages(second), 0);
    assert_int_equal(vm_pages(third), 30);
    assert_int_equal(vm_swap_size().used, 0);
    assert_int_equal(vm_swap_size().slots, 20);
    assert_int_equal(mm_room(), MM_MARK_MIN + 5 - 1);
    assert_int_equal(fake_log_count("vm kill task=2 memory=5 slots=20\n"), 1);
}

static void the_task_that_touches_is_killed_behind_its_touch(void **state)
{
    start(0, 0);
    const struct vm_space *task = task_with(1, 40, 30);
    const uint64_t minor = vm_counters.minor_faults;

    leave_room(MM_MARK_MIN);
    (void)vm_rig_touch(task, 30, true);
    assert_true(vm_is_ending());
    assert_int_equal(vm_counters.oom_kills, 1);
    assert_int_equal(vm_counters.minor_faults, minor + 1);
    assert_int_equal(vm_pages(task), 40);
    assert_int_equal(task->in_memory, 1);
    assert_int_equal(mm_room(), MM_MARK_MIN + 30 - 1);
    assert_int_equal(vm_take_ending(vm_task(1)).why, VM_KILLED);
    assert_int_equal(vm_pages(task), 0);
    assert_int_equal(mm_room(), MM_MARK_MIN + 30);
}

static void an_order_of_a_killed_task_says_so(void **state)
{
    start(0, 0);
    task_with(1, 40, 30);
    leave_room(MM_MARK_MIN);
    assert_string_equal(vm_rig_order_at(VM_RIG_WRITE, 10, 30, 0),
                        "order write task=1 pages=10 done=1 killed=oom");
}

static void a_swapped_page_of_a_killed_task_is_a_minor_fault(void **state)
{
    start(1, 0);
    const struct vm_space *task = task_with(1, 40, 30);
    const uint64_t minor = vm_counters.minor_faults;

    assert_int_equal(vm_reclaim(true, 1), 1);
    leave_room(MM_MARK_MIN);
    assert_int_equal(*vm_rig_touch(task, 0, false), 0);
    assert_int_equal(vm_counters.oom_kills, 1);
    assert_int_equal(vm_counters.swap_in, 0);
    assert_int_equal(vm_counters.major_faults, 0);
    assert_int_equal(vm_counters.minor_faults, minor + 1);
    assert_int_equal(vm_swap_size().used, 0);
    (void)vm_take_ending(vm_task(1));
}

static void without_any_page_the_task_that_touches_is_killed(void **state)
{
    start(0, 0);
    const struct vm_space *first = task_with(1, 40, 0);

    task_with(8, 40, 0);
    leave_room(MM_MARK_MIN);
    (void)vm_rig_touch(first, 0, true);
    assert_int_equal(vm_counters.oom_kills, 1);
    assert_int_equal(vm_pages(vm_task(8)), 40);
    assert_int_equal(mm_room(), MM_MARK_MIN - 1);
    assert_int_equal(vm_take_ending(vm_task(1)).why, VM_KILLED);
    assert_int_equal(vm_pages(first), 0);
}

static void
without_a_task_the_file_gets_its_page_and_the_order_ends(void **state)
{
    uint64_t tables;

    start(0, 16);
    assert_int_equal(vm_file_grow(16, &tables), OK);
    leave_room(MM_MARK_MIN);
    // The background takes the page when the step ends.
    assert_string_equal(vm_rig_order_at(VM_RIG_LOAD, 4, 9, 0),
                        "error what=\"order load: no memory\" page=9 done=1");
    assert_int_equal(vm_counters.alloc_stalls, 1);
    assert_int_equal(vm_counters.major_faults, 1);
    assert_int_equal(vm_counters.async_scans, 2);
    assert_int_equal(vm_counters.async_reclaims, 1);
    assert_int_equal(vm_rig_file.reads, 1); // no read-ahead
}

static void the_page_of_an_order_without_a_frame_stays(void **state)
{
    uint64_t tables;

    start(0, 16);
    assert_int_equal(vm_file_grow(16, &tables), OK);
    leave_room(MM_MARK_MIN);
    (void)vm_rig_touch(vm_file(), 9, false);
    assert_int_equal(vm_take_ending(vm_file()).why, VM_NO_FRAME);
    assert_int_equal(vm_caches(), 1);
    assert_int_equal(state_of(vm_file(), 9), VM_MAPPED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(above_min_a_touch_does_not_stall, finish),
        cmocka_unit_test_teardown(at_min_a_touch_reclaims_32, finish),
        cmocka_unit_test_teardown(
            the_balloon_gives_32_when_reclaim_frees_nothing, finish),
        cmocka_unit_test_teardown(the_balloon_gives_what_it_has, finish),
        cmocka_unit_test_teardown(reclaim_comes_before_the_balloon, finish),
        cmocka_unit_test_teardown(the_largest_task_is_killed, finish),
        cmocka_unit_test_teardown(of_largest_tasks_the_highest_number_is_killed,
                                  finish),
        cmocka_unit_test_teardown(pages_in_slots_count_for_the_killer, finish),
        cmocka_unit_test_teardown(
            the_task_that_touches_is_killed_behind_its_touch, finish),
        cmocka_unit_test_teardown(an_order_of_a_killed_task_says_so, finish),
        cmocka_unit_test_teardown(
            a_swapped_page_of_a_killed_task_is_a_minor_fault, finish),
        cmocka_unit_test_teardown(
            without_any_page_the_task_that_touches_is_killed, finish),
        cmocka_unit_test_teardown(
            without_a_task_the_file_gets_its_page_and_the_order_ends, finish),
        cmocka_unit_test_teardown(the_page_of_an_order_without_a_frame_stays,
                                  finish),
    };

    return cmocka_run_group_tests_name("vm: frames for touches", tests, NULL,
                                       NULL);
}
