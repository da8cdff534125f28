// SPDX-License-Identifier: MIT
// What a touch does to a page in each state. docs/memory.md, "Pages and their
// states", "Reading the file", "Disks".
#include "unit/vm/vm_test.h"

static void expect_faults(uint64_t minor, uint64_t major)
{
    assert_int_equal(vm_counters.minor_faults, minor);
    assert_int_equal(vm_counters.major_faults, major);
}

static void a_mapping_takes_its_tables_and_no_page(void **state)
{
    start(0, 0);
    assert_string_equal(vm_rig_order(VM_RIG_MAP, 513 * PAGE_SIZE - 1),
                        "order map task=1 pages=513 tables=4");
    assert_int_equal(mm_frames.free, MANAGED - 4);
    assert_string_equal(vm_rig_order(VM_RIG_UNMAP, 0),
                        "order unmap task=1 pages=513");
    assert_string_equal(vm_rig_order(VM_RIG_MAP, 1025 * PAGE_SIZE),
                        "order map task=1 pages=1025 tables=1");
    assert_int_equal(fake_paging_tables(), 5);
    assert_true(fake_paging_has_word(vm.tasks[0].base + 1024 * PAGE_SIZE));
    expect_faults(0, 0);
}

static void the_first_touch_takes_the_lowest_frame_zeroed(void **state)
{
    start(0, 0);
    const struct vm_space *task = task_with(1, 4, 0);
    const uint64_t *words = vm_rig_touch(task, 2, false);

    for (unsigned i = 0; i < 512; i++) {
        assert_int_equal(words[i], 0);
    }
    assert_int_equal(state_of(task, 2), VM_MAPPED);
    assert_int_equal(frame_of(task, 2), FIRST + 3);
    expect_faults(1, 0);
    (void)vm_rig_touch(task, 2, true);
    expect_faults(1, 0);
    assert_int_equal(mm_frames.free, MANAGED - 4);
}

static void a_resting_page_comes_back_by_a_minor_fault(void **state)
{
    start(10, 0);
    const struct vm_space *task = task_with(1, 4, 4);

    assert_int_equal(vm_reclaim(true, 1), 1); // page 0 leaves
    assert_int_equal(state_of(task, 3), VM_RESTING);
    const uint64_t frame = frame_of(task, 3);
    const uint64_t free = mm_frames.free;

    (void)vm_rig_touch(task, 3, true);
    assert_int_equal(state_of(task, 3), VM_MAPPED);
    assert_int_equal(frame_of(task, 3), frame);
    assert_int_equal(mm_frames.free, free);
    expect_faults(5, 0);
}

static void a_swapped_page_is_read_and_its_slot_free(void **state)
{
    start(10, 0);
    const struct vm_space *task = task_with(1, 4, 4);

    assert_int_equal(vm_reclaim(true, 1), 1);
    assert_int_equal(state_of(task, 0), VM_SWAPPED);
    assert_int_equal(slot_of(task, 0), 1);
    assert_int_equal(vm_swap_size().used, 1);
    assert_string_equal(vm_rig_order(VM_RIG_READ, 1),
                        "order read task=1 pages=1 done=1 sum="
                        "16080665419479777280");
    assert_int_equal(state_of(task, 0), VM_MAPPED);
    assert_int_equal(vm_counters.swap_in, 1);
    assert_int_equal(vm_swap_size().used, 0);
    assert_int_equal(vm_swap_size().slots, 10);
    expect_faults(4, 1);
}

static void a_slot_that_cannot_be_read_loses_the_page(void **state)
{
    start(10, 0);
    const struct vm_space *task = task_with(1, 8, 4);

    assert_int_equal(vm_reclaim(true, 2), 2); // pages 0 and 1
    vm_rig_fail(VM_RIG_SWAP_READ, false, 1);
    assert_int_equal(*vm_rig_touch(task, 0, false), 0);
    assert_true(vm_is_ending());
    assert_int_equal(state_of(task, 0), VM_MAPPED);
    expect_faults(4, 0);
    assert_int_equal(vm_counters.swap_in, 0);
    assert_int_equal(vm_swap_size().used, 1);
    assert_int_equal(vm_swap_size().slots, 9);

    const struct vm_ending ending = vm_take_ending(vm_task(1));

    assert_int_equal(ending.why, VM_LOST);
    assert_int_equal(ending.page, 0);
    assert_int_equal(vm_pages(task), 0);
    assert_int_equal(vm_swap_size().used, 0);
    assert_int_equal(vm_swap_size().slots, 9);
    assert_false(vm_is_ending());
}

static void a_lost_page_ends_the_order_in_its_next_step(void **state)
{
    start(10, 0);
    task_with(1, 8, 4);
    assert_int_equal(vm_reclaim(true, 2), 2);
    vm_rig_fail(VM_RIG_SWAP_READ, false, 2);
    assert_string_equal(
        vm_rig_order_at(VM_RIG_WRITE, 4, 0, 1),
        "error what=\"order write: page lost\" task=1 page=1 done=2");
    assert_string_equal(vm_rig_order(VM_RIG_WRITE, 1),
                        "error what=\"order write: not mapped\" task=1");
}

// --- The file ----------------------------------------------------------------

static void a_touch_of_the_file_reads_its_group(void **state)
{
    start(0, 100);
    check_contains(vm_rig_order_at(VM_RIG_LOAD, 1, 11, 0), "done=1 sum=");
    expect_faults(0, 1);
    assert_int_equal(vm_caches(), 8);
    // Tables first, then the touched page, then the others in their order.
    assert_int_equal(frame_of(vm_file(), 11), FIRST + 3);
    assert_int_equal(frame_of(vm_file(), 8), FIRST + 4);
    assert_int_equal(frame_of(vm_file(), 15), FIRST + 10);
    assert_int_equal(state_of(vm_file(), 11), VM_MAPPED);
    assert_int_equal(state_of(vm_file(), 8), VM_RESTING);
    assert_int_equal(vm_rig_file.calls, 1);
    vm_rig_order_at(VM_RIG_LOAD, 2, 11, 0);
    expect_faults(1, 1);
}

static void a_group_ends_with_the_file(void **state)
{
    start(0, 11);
    vm_rig_order_at(VM_RIG_LOAD, 1, 9, 0);
    assert_int_equal(vm_caches(), 3); // 8, 9, 10
    assert_string_equal(
        vm_rig_order_at(VM_RIG_LOAD, 3, 9, 0),
        "error what=\"order load: beyond the file\" pages=3 page=9 file=11");
    assert_string_equal(vm_rig_order(VM_RIG_DROP, 0), "order drop pages=3");
    assert_int_equal(vm_caches(), 0);
    expect_faults(0, 1);
}

static void pages_that_are_in_memory_are_not_read_again(void **state)
{
    start(0, 16);
    vm_rig_order_at(VM_RIG_LOAD, 8, 0, 0);
    assert_int_equal(vm_reclaim(true, 3), 3); // pages 0 to 2
    vm_rig_order_at(VM_RIG_LOAD, 1, 1, 0);
    assert_int_equal(vm_rig_file.reads, 8 + 3);
    assert_int_equal(vm_caches(), 8);
    expect_faults(7, 2);
}

static void read_ahead_leaves_the_mark(void **state)
{
    uint64_t tables;

    start(0, 16);
    assert_int_equal(vm_file_grow(16, &tables), OK);
    assert_int_equal(tables, 3);
    leave_room(MM_MARK_MIN + 3);
    (void)vm_rig_touch(vm_file(), 6, false);
    assert_int_equal(mm_room(), MM_MARK_MIN);
    assert_int_equal(vm_caches(), 3); // 6, 0, 1
    assert_int_equal(state_of(vm_file(), 1), VM_RESTING);
    assert_int_equal(state_of(vm_file(), 2), VM_EMPTY);
    assert_int_equal(vm_counters.alloc_stalls, 0);
}

static void a_page_of_the_file_that_cannot_be_read_is_empty_again(void **state)
{
    start(0, 16);
    vm_rig_fail(VM_RIG_FILE_READ, false, 3);
    assert_string_equal(vm_rig_order(VM_RIG_LOAD, 5),
                        "error what=\"order load: page lost\" page=3 done=4");
    assert_int_equal(vm_caches(), 7);
    assert_int_equal(state_of(vm_file(), 3), VM_EMPTY);
    assert_int_equal(state_of(vm_file(), 4), VM_RESTING);
    expect_faults(2, 1);
    assert_int_equal(mm_frames.free, MANAGED - 3 - 7);
}

static void
the_lost_page_of_the_file_is_zeroed_until_the_next_step(void **state)
{
    uint64_t tables;

    start(0, 16);
    vm_rig_fail(VM_RIG_FILE_READ, false, 3);
    assert_int_equal(vm_file_grow(8, &tables), OK);
    assert_int_equal(*vm_rig_touch(vm_file(), 3, false), 0);
    assert_int_equal(state_of(vm_file(), 3), VM_MAPPED);
    assert_int_equal(vm_caches(), 8);
    assert_int_equal(vm_take_ending(vm_file()).page, 3);
    assert_int_equal(vm_caches(), 7);
}

static void faults_that_no_page_explains_are_refused(void **state)
{
    start(0, 16);
    const struct vm_space *task = task_with(1, 4, 4);

    (void)vm_rig_touch(task, 4, false); // beyond the mapping
    check_contains(fake_violations(), "is not served");
    fake_report_clear();
    vm_rig_order(VM_RIG_LOAD, 1);
    (void)vm_rig_touch(vm_file(), 0, true); // read-only
    check_contains(fake_violations(), "is not served");
    fake_report_clear();
    expect_faults(4, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_mapping_takes_its_tables_and_no_page,
                                  finish),
        cmocka_unit_test_teardown(the_first_touch_takes_the_lowest_frame_zeroed,
                                  finish),
        cmocka_unit_test_teardown(a_resting_page_comes_back_by_a_minor_fault,
                                  finish),
        cmocka_unit_test_teardown(a_swapped_page_is_read_and_its_slot_free,
                                  finish),
        cmocka_unit_test_teardown(a_slot_that_cannot_be_read_loses_the_page,
                                  finish),
        cmocka_unit_test_teardown(a_lost_page_ends_the_order_in_its_next_step,
                                  finish),
        cmocka_unit_test_teardown(a_touch_of_the_file_reads_its_group, finish),
        cmocka_unit_test_teardown(a_group_ends_with_the_file, finish),
        cmocka_unit_test_teardown(pages_that_are_in_memory_are_not_read_again,
                                  finish),
        cmocka_unit_test_teardown(read_ahead_leaves_the_mark, finish),
        cmocka_unit_test_teardown(
            a_page_of_the_file_that_cannot_be_read_is_empty_again, finish),
        cmocka_unit_test_teardown(
            the_lost_page_of_the_file_is_zeroed_until_the_next_step, finish),
        cmocka_unit_test_teardown(faults_that_no_page_explains_are_refused,
                                  finish),
    };

    return cmocka_run_group_tests_name("vm: page faults", tests, NULL, NULL);
}
