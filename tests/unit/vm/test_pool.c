// SPDX-License-Identifier: MIT
// The pool of huge pages: blocks, tables, fragmentation, contents.
// docs/memory.md, "Huge pages".
#include "unit/vm/vm_test.h"

#define BLOCK 512u

static void
the_first_block_takes_two_tables_and_the_highest_frames(void **state)
{
    start(0, 0);
    assert_string_equal(vm_rig_order(VM_RIG_HUGE, 2),
                        "order huge pool=2 alloc=2 fail=0");
    assert_int_equal(mm_frames.free, MANAGED - 2 * BLOCK - 2);
    assert_true(fake_paging_is_table(FIRST));
    assert_true(fake_paging_is_table(FIRST + 1));
    assert_false(fake_paging_is_table(FIRST + 2));
    uint64_t *words = fake_touch(POOL_BASE, false);

    assert_ptr_equal(words, fake_frame(7 * BLOCK));
    assert_int_equal(words[0], UINT64_MAX); // no two words are alike
    assert_int_equal(words[1], UINT64_MAX - 1);
    words = fake_touch(POOL_BASE + BLOCK * PAGE_SIZE, false);
    assert_ptr_equal(words, fake_frame(6 * BLOCK));
    assert_int_equal(words[0], UINT64_MAX - BLOCK * 512);
    assert_int_equal(vm_counters.htlb_pgalloc, 2);
    assert_int_equal(vm_counters.htlb_pgfail, 0);
}

static void tables_stay_when_the_pool_shrinks(void **state)
{
    start(0, 0);
    vm_rig_order(VM_RIG_HUGE, 3);
    assert_string_equal(vm_rig_order(VM_RIG_HUGE, 1),
                        "order huge pool=1 alloc=0 fail=0");
    assert_int_equal(mm_frames.free, MANAGED - BLOCK - 2);
    assert_ptr_equal(fake_touch(POOL_BASE, false), fake_frame(7 * BLOCK));
    vm_rig_order(VM_RIG_HUGE, 0);
    assert_int_equal(mm_frames.free, MANAGED - 2);
    vm_rig_order(VM_RIG_HUGE, 1);
    assert_int_equal(mm_frames.free, MANAGED - BLOCK - 2);
    assert_int_equal(vm_counters.htlb_pgalloc, 4);
}

// Of the seven wholly free blocks, five get a frame in use.
static void a_block_with_one_frame_in_use_is_none(void **state)
{
    start(0, 0);
    for (uint64_t block = 1; block <= 5; block++) {
        frames_alloc_these(&mm_frames, block * BLOCK + 511, 1);
    }
    assert_string_equal(vm_rig_order(VM_RIG_HUGE, 4),
                        "order huge pool=2 alloc=2 fail=1");
    assert_true(mm_room() > MM_MARK_MIN + 2 * BLOCK);
    assert_int_equal(vm_counters.htlb_pgalloc, 2);
    assert_int_equal(vm_counters.htlb_pgfail, 1);
    for (uint64_t block = 1; block <= 5; block++) {
        mm_frame_give(paddr_of((block * BLOCK + 511) * PAGE_SIZE));
    }
    assert_string_equal(vm_rig_order(VM_RIG_HUGE, 3),
                        "order huge pool=3 alloc=1 fail=0");
}

static void a_block_leaves_the_mark_and_its_tables(void **state)
{
    start(0, 0);
    leave_room(MM_MARK_MIN + BLOCK + 1);
    assert_string_equal(vm_rig_order(VM_RIG_HUGE, 1),
                        "order huge pool=0 alloc=0 fail=1");
    assert_int_equal(mm_room(), MM_MARK_MIN + BLOCK + 1);
    vm_area_shrink(&mm_hold, PAGE_SIZE);
    assert_int_equal(vm_pool_grow(), OK);
    assert_int_equal(mm_room(), MM_MARK_MIN);
    assert_int_equal(vm_counters.htlb_pgfail, 1);
}

static void nothing_is_reclaimed_for_the_pool(void **state)
{
    start(0, 600);
    vm_rig_order(VM_RIG_LOAD, 600);
    leave_room(MM_MARK_MIN + BLOCK + 1);
    assert_int_equal(vm_pool_grow(), ERR_NO_MEMORY);
    assert_int_equal(vm_caches(), 600);
    assert_int_equal(vm_counters.alloc_stalls, 0);
    assert_int_equal(vm_counters.direct_scans, 0);
}

static void wrong_contents_are_found_when_the_block_goes(void **state)
{
    start(0, 0);
    assert_int_equal(vm_pool_grow(), OK);
    assert_int_equal(vm_pool_grow(), OK);
    fake_frame(6 * BLOCK + 511)[4095] ^= 1;
    assert_int_equal(vm_pool_shrink(), ERR_DEVICE);
    assert_int_equal(vm_pool_blocks(), 1);
    assert_int_equal(vm_pool_shrink(), OK);
    assert_int_equal(mm_frames.free, MANAGED - 2);
}

// The contents of one block in the place of another are wrong.
static void blocks_that_are_exchanged_are_found(void **state)
{
    start(0, 0);
    assert_int_equal(vm_pool_grow(), OK);
    assert_int_equal(vm_pool_grow(), OK);
    memcpy(fake_frame(6 * BLOCK), fake_frame(7 * BLOCK),
           (size_t)BLOCK * PAGE_SIZE);
    assert_int_equal(vm_pool_shrink(), ERR_DEVICE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(
            the_first_block_takes_two_tables_and_the_highest_frames, finish),
        cmocka_unit_test_teardown(tables_stay_when_the_pool_shrinks, finish),
        cmocka_unit_test_teardown(a_block_with_one_frame_in_use_is_none,
                                  finish),
        cmocka_unit_test_teardown(a_block_leaves_the_mark_and_its_tables,
                                  finish),
        cmocka_unit_test_teardown(nothing_is_reclaimed_for_the_pool, finish),
        cmocka_unit_test_teardown(wrong_contents_are_found_when_the_block_goes,
                                  finish),
        cmocka_unit_test_teardown(blocks_that_are_exchanged_are_found, finish),
    };

    return cmocka_run_group_tests_name("vm: the pool", tests, NULL, NULL);
}
