// SPDX-License-Identifier: MIT
// The background, memory for an order, and available-memory: what the marks
// do. docs/memory.md, "The background", "Memory for an order", "The sixteen".
#include "unit/vm/vm_test.h"

// --- The background ----------------------------------------------------------

static void below_low_the_background_reclaims_up_to_high(void **state)
{
    start(200, 0);
    task_with(1, 200, 200);
    leave_room(MM_MARK_LOW - 1);
    assert_true(vm_background_is_due());
    vm_background();
    assert_int_equal(mm_room(), MM_MARK_HIGH);
    assert_int_equal(vm_counters.async_scans, 200 + 65);
    assert_int_equal(vm_counters.async_reclaims, 65);
    assert_int_equal(vm_counters.direct_scans, 0);
    assert_int_equal(vm_counters.alloc_stalls, 0);
    assert_false(vm_background_is_due());
}

static void at_low_it_reclaims_only_for_the_balloon(void **state)
{
    start(200, 0);
    task_with(1, 200, 200);
    leave_room(MM_MARK_LOW);
    assert_false(vm_background_is_due());
    vm_background();
    assert_int_equal(vm_counters.async_scans, 0);
    mm_inflate_demand(1);
    assert_true(vm_background_is_due());
    assert_true(mm_more_will_come());
    vm_background();
    assert_int_equal(mm_room(), MM_MARK_HIGH);
    assert_int_equal(vm_counters.async_reclaims, 64);
    mm_inflate_demand(0);
}

static void it_gives_up_until_room_has_changed(void **state)
{
    start(0, 0);
    const struct vm_space *task = task_with(1, 50, 40);

    leave_room(100);
    assert_true(vm_background_is_due());
    vm_background();
    assert_false(vm_background_is_due());
    assert_false(mm_more_will_come());
    (void)vm_rig_touch(task, 40, true);
    assert_true(vm_background_is_due());
    vm_background();
    assert_false(vm_background_is_due());
}

static void
a_room_that_comes_back_between_two_looks_has_not_changed(void **state)
{
    start(0, 0);
    task_with(1, 50, 40);
    leave_room(100);
    vm_background();
    const paddr frame = mm_frame_take();

    mm_frame_give(frame);
    vm_background();
    assert_false(vm_background_is_due());
}

static void a_room_that_was_seen_to_change_is_forgotten(void **state)
{
    start(0, 0);
    task_with(1, 50, 40);
    leave_room(100);
    vm_background();
    vm_rig_order(VM_RIG_FREE, 100 * PAGE_SIZE); // room is 200
    vm_background();
    leave_room(100);
    assert_true(vm_background_is_due());
}

// Every turn fails until the disk's slots are used up.
static void a_turn_that_frees_nothing_ends_the_turns(void **state)
{
    start(3, 0);
    task_with(1, 50, 40);
    for (uint64_t slot = 1; slot <= 3; slot++) {
        vm_rig_fail(VM_RIG_SWAP_WRITE, false, slot);
    }
    leave_room(100);
    vm_background();
    assert_int_equal(vm_counters.async_scans, 40 + 3);
    assert_int_equal(vm_counters.async_reclaims, 0);
    assert_int_equal(vm_swap_size().slots, 0);
    assert_false(vm_background_is_due());
}

// --- Memory for an order -----------------------------------------------------

static void an_order_that_fits_reclaims_nothing(void **state)
{
    start(0, 16);
    vm_rig_order(VM_RIG_LOAD, 16);
    leave_room(MM_MARK_MIN + 20);
    assert_true(mm_can_reserve(20));
    assert_int_equal(vm_counters.alloc_stalls, 0);
}

static void an_order_reclaims_the_missing_frames(void **state)
{
    start(0, 16);
    vm_rig_order(VM_RIG_LOAD, 16);
    leave_room(MM_MARK_MIN + 10);
    assert_true(mm_can_reserve(20));
    assert_int_equal(vm_counters.alloc_stalls, 1);
    assert_int_equal(vm_counters.direct_scans, 16 + 10);
    assert_int_equal(vm_counters.direct_reclaims, 10);
    assert_int_equal(mm_room(), MM_MARK_MIN + 20);
    assert_int_equal(vm_counters.oom_kills, 0);
}

static void what_cannot_be_met_is_not_tried(void **state)
{
    start(0, 8);
    vm_rig_order(VM_RIG_LOAD, 8);
    leave_room(MM_MARK_MIN);
    assert_false(mm_can_reserve(9));
    assert_int_equal(vm_counters.alloc_stalls, 0);
    assert_int_equal(vm_counters.direct_scans, 0);
    assert_true(mm_can_reserve(8));
    assert_int_equal(vm_counters.alloc_stalls, 1);
}

static void free_slots_limit_what_can_be_met(void **state)
{
    start(5, 8);
    task_with(1, 30, 30);
    vm_rig_order(VM_RIG_LOAD, 8);
    leave_room(MM_MARK_MIN);
    assert_false(mm_can_reserve(8 + 6));
    assert_int_equal(vm_counters.alloc_stalls, 0);
    assert_true(mm_can_reserve(8 + 5));
    assert_int_equal(vm_counters.alloc_stalls, 1);
    assert_int_equal(vm_counters.swap_out, 5);
}

static void anonymous_pages_limit_what_can_be_met(void **state)
{
    start(50, 0);
    task_with(1, 30, 3);
    leave_room(MM_MARK_MIN);
    assert_false(mm_can_reserve(4));
    assert_int_equal(vm_counters.alloc_stalls, 0);
    assert_true(mm_can_reserve(3));
}

static void the_balloon_gives_the_missing_number_or_none(void **state)
{
    start_ballooned(50, 0);
    leave_room(MM_MARK_MIN);
    assert_false(mm_can_reserve(51));
    assert_int_equal(vm_rig_ballooned(), 50);
    assert_true(mm_can_reserve(7));
    assert_int_equal(vm_rig_ballooned(), 43);
    assert_int_equal(mm_room(), MM_MARK_MIN + 7);
    assert_int_equal(vm_counters.alloc_stalls, 0);
}

static void pages_that_the_balloon_wants_are_left_free(void **state)
{
    start(0, 0);
    leave_room(MM_MARK_MIN + 20);
    mm_inflate_demand(10);
    assert_false(mm_can_reserve(11));
    assert_true(mm_can_reserve(10));
    mm_deflate_on_oom(true);
    assert_true(mm_can_reserve(20));
    mm_inflate_demand(0);
}

static void a_mapping_without_memory_for_its_tables_is_refused(void **state)
{
    start(0, 0);
    leave_room(MM_MARK_MIN + 2);
    assert_string_equal(vm_rig_order(VM_RIG_MAP, PAGE_SIZE),
                        "error what=\"order map: no memory\" task=1 pages=1 "
                        "tables=3");
    assert_int_equal(vm_pages(vm_task(1)), 0);
    assert_string_equal(vm_rig_order(VM_RIG_MAP, UINT64_C(257) << 30),
                        "error what=\"order map: too large\" task=1 "
                        "pages=67371008");
    assert_int_equal(mm_room(), MM_MARK_MIN + 2);
}

// --- Available memory --------------------------------------------------------

// 3840 - 64 = 3776 frames: n + ceil(n / 512) + 1 + 1 of tables.
static void available_memory_is_what_alloc_gets_without_swap(void **state)
{
    start(0, 0);
    assert_int_equal(vm_available(), (3776 - 8 - 2) * PAGE_SIZE);
    vm_rig_order(VM_RIG_ALLOC, (3776 - 9) * PAGE_SIZE);
    check_contains(vm_rig_answer(), "order alloc: no memory");
    check_contains(vm_rig_order(VM_RIG_ALLOC, (3776 - 10) * PAGE_SIZE),
                   "order alloc bytes=");
    assert_int_equal(vm_available(), 0);
}

static void available_memory_includes_the_caches(void **state)
{
    start(0, 16);
    vm_rig_order(VM_RIG_LOAD, 16); // 3 tables
    assert_int_equal(vm_available(), (3840 - 3 - 64 - 8 - 2) * PAGE_SIZE);
}

static void with_swap_available_memory_causes_no_swap_out(void **state)
{
    start(100, 0);          // 1 frame of bits
    task_with(1, 100, 100); // 3 tables
    assert_int_equal(vm_available(),
                     (3840 - 1 - 103 - 192 - 7 - 2) * PAGE_SIZE);
    check_contains(vm_rig_order(VM_RIG_ALLOC, vm_available()), "held=");
    vm_rig_order(VM_RIG_FILL, 1);
    assert_int_equal(vm_counters.swap_out, 0);
    assert_int_equal(mm_room(), MM_MARK_HIGH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(below_low_the_background_reclaims_up_to_high,
                                  finish),
        cmocka_unit_test_teardown(at_low_it_reclaims_only_for_the_balloon,
                                  finish),
        cmocka_unit_test_teardown(it_gives_up_until_room_has_changed, finish),
        cmocka_unit_test_teardown(
            a_room_that_comes_back_between_two_looks_has_not_changed, finish),
        cmocka_unit_test_teardown(a_room_that_was_seen_to_change_is_forgotten,
                                  finish),
        cmocka_unit_test_teardown(a_turn_that_frees_nothing_ends_the_turns,
                                  finish),
        cmocka_unit_test_teardown(an_order_that_fits_reclaims_nothing, finish),
        cmocka_unit_test_teardown(an_order_reclaims_the_missing_frames, finish),
        cmocka_unit_test_teardown(what_cannot_be_met_is_not_tried, finish),
        cmocka_unit_test_teardown(free_slots_limit_what_can_be_met, finish),
        cmocka_unit_test_teardown(anonymous_pages_limit_what_can_be_met,
                                  finish),
        cmocka_unit_test_teardown(the_balloon_gives_the_missing_number_or_none,
                                  finish),
        cmocka_unit_test_teardown(pages_that_the_balloon_wants_are_left_free,
                                  finish),
        cmocka_unit_test_teardown(
            a_mapping_without_memory_for_its_tables_is_refused, finish),
        cmocka_unit_test_teardown(
            available_memory_is_what_alloc_gets_without_swap, finish),
        cmocka_unit_test_teardown(available_memory_includes_the_caches, finish),
        cmocka_unit_test_teardown(with_swap_available_memory_causes_no_swap_out,
                                  finish),
    };

    return cmocka_run_group_tests_name("vm: the marks", tests, NULL, NULL);
}
