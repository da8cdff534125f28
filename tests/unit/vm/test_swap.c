// SPDX-License-Identifier: MIT
// The mark of mkswap, and swap on and off. docs/memory.md, "Disks".
#include "unit/vm/vm_test.h"

static struct fake_store *const disk = &vm_rig_swap;
static uint64_t frames;

// A disk of 100 pages with a mark for slots 1 to 50, and no swap yet.
static unsigned char *start_marked(void)
{
    vm_rig_start(
        &(const struct vm_rig_setup){.swap_pages = 100, .swap_last_page = 50});
    return fake_store_page(disk, 0);
}

static enum error parse(struct vm_swap_mark *mark)
{
    return vm_swap_mark_parse(fake_store_page(disk, 0), mark);
}

static void a_mark_has_its_last_page_and_its_bad_ones(void **state)
{
    static const uint32_t bad[] = {7, 0x01020304, 9};
    static struct vm_swap_mark mark;

    start_marked();
    fake_store_mark(disk, 0x0a0b0c0d, bad, 3);
    assert_int_equal(parse(&mark), OK);
    assert_int_equal(mark.last_page, 0x0a0b0c0d);
    assert_int_equal(mark.bad_count, 3);
    assert_int_equal(mark.bad[0], 7);
    assert_int_equal(mark.bad[1], 0x01020304);
    assert_int_equal(mark.bad[2], 9);
}

static void the_list_of_bad_pages_ends_at_637(void **state)
{
    static struct vm_swap_mark mark;
    unsigned char *page = start_marked();

    page[1032] = 637 & 255;
    page[1033] = 637 >> 8;
    memcpy(page + 1536 + 4 * 636, "\x11\0\0\0", 4);
    assert_int_equal(parse(&mark), OK);
    assert_int_equal(mark.bad_count, 637);
    assert_int_equal(mark.bad[636], 0x11);
    page[1032]++;
    assert_int_equal(parse(&mark), ERR_INVALID);
    memset(page + 1032, 0xff, 4);
    assert_int_equal(parse(&mark), ERR_INVALID);
}

// Any wrong byte of the magic, another version, no slot: no mark, and nothing
// is written.
static void without_its_mark_a_disk_is_no_swap(void **state)
{
    unsigned char *page = start_marked();

    for (unsigned i = 0; i < 10; i++) {
        page[4086 + i] ^= 0x20;
        assert_int_equal(vm_swap_on(&disk->store, &frames), ERR_INVALID);
        page[4086 + i] ^= 0x20;
    }
    for (unsigned i = 0; i < 4; i++) {
        page[1024 + i] ^= 2;
        assert_int_equal(vm_swap_on(&disk->store, &frames), ERR_INVALID);
        page[1024 + i] ^= 2;
    }
    page[1028] = 0; // the last page is 0
    assert_int_equal(vm_swap_on(&disk->store, &frames), ERR_INVALID);
    assert_int_equal(disk->writes, 0);
    assert_int_equal(mm_frames.free, MANAGED);
    task_with(1, 8, 8);
    assert_int_equal(vm_reclaim(true, 8), 0);
    assert_int_equal(disk->writes, 0);
    page[1028] = 50;
    assert_int_equal(vm_swap_on(&disk->store, &frames), OK);
}

static void a_disk_that_cannot_be_read_or_written_is_no_swap(void **state)
{
    start_marked();
    disk->store.read_only = true;
    assert_int_equal(vm_swap_on(&disk->store, &frames), ERR_INVALID);
    assert_int_equal(disk->calls, 0);
    disk->store.read_only = false;
    vm_rig_fail(VM_RIG_SWAP_READ, false, 0);
    assert_int_equal(vm_swap_on(&disk->store, &frames), ERR_DEVICE);
    assert_int_equal(mm_frames.free, MANAGED);
    assert_int_equal(vm_swap_off(), ERR_EMPTY);
}

static void slots_are_the_pages_behind_the_mark(void **state)
{
    static const uint32_t bad[] = {1, 3, 3, 50, 51, 4000000000};

    start_marked();
    fake_store_mark(disk, 50, bad, 6);
    assert_string_equal(vm_rig_order(VM_RIG_SWAPON, 0),
                        "order swapon slots=47 frames=1");
    assert_int_equal(mm_frames.free, MANAGED - 1);
    assert_int_equal(vm.swap.slots.frames[0].value, FIRST * PAGE_SIZE);
    const struct vm_space *task = task_with(1, 60, 60);

    assert_int_equal(vm_reclaim(true, 60), 47);
    assert_int_equal(slot_of(task, 0), 2);
    assert_int_equal(slot_of(task, 1), 4);
    assert_int_equal(slot_of(task, 46), 49);
}

static void slots_end_with_the_disk(void **state)
{
    start_marked();
    fake_store_mark(disk, 1000, NULL, 0);
    assert_int_equal(vm_swap_on(&disk->store, &frames), OK);
    assert_int_equal(vm_swap_size().slots, 99);
    const struct vm_space *task = task_with(1, 110, 110);

    assert_int_equal(vm_reclaim(true, 110), 99);
    assert_int_equal(slot_of(task, 98), 99);
}

static void a_frame_has_the_bits_of_32768_slots(void **state)
{
    vm_rig_start(&(const struct vm_rig_setup){.swap_pages = 40000,
                                              .swap_last_page = 32767});
    assert_string_equal(vm_rig_order(VM_RIG_SWAPON, 0),
                        "order swapon slots=32767 frames=1");
    assert_string_equal(vm_rig_order(VM_RIG_SWAPOFF, 0),
                        "order swapoff frames=1");
    fake_store_mark(disk, 32768, NULL, 0);
    assert_string_equal(vm_rig_order(VM_RIG_SWAPON, 0),
                        "order swapon slots=32768 frames=2");
    assert_string_equal(vm_rig_order(VM_RIG_SWAPON, 0),
                        "error what=\"order swapon: already on\"");
    assert_int_equal(mm_frames.free, MANAGED - 2);
}

static void swap_without_memory_says_what_it_needs(void **state)
{
    static const uint32_t bad[] = {3, 5};

    vm_rig_start(&(const struct vm_rig_setup){.swap_pages = 40000,
                                              .swap_last_page = 33000,
                                              .bad = bad,
                                              .bad_count = 2});
    leave_room(MM_MARK_MIN + 1);
    assert_string_equal(vm_rig_order(VM_RIG_SWAPON, 0),
                        "error what=\"order swapon: no memory\" frames=2");
    assert_int_equal(vm_swap_off(), ERR_EMPTY);
    assert_int_equal(mm_room(), MM_MARK_MIN + 1);
}

static void swap_ends_only_without_a_slot_in_use(void **state)
{
    start_marked();
    vm_rig_order(VM_RIG_SWAPON, 0);
    task_with(1, 8, 8);
    assert_int_equal(vm_reclaim(true, 2), 2);
    assert_string_equal(vm_rig_order(VM_RIG_SWAPOFF, 0),
                        "error what=\"order swapoff: slots in use\" slots=2");
    vm_rig_order(VM_RIG_READ, 8);
    assert_string_equal(vm_rig_order(VM_RIG_SWAPOFF, 0),
                        "order swapoff frames=1");
    assert_string_equal(vm_rig_order(VM_RIG_SWAPOFF, 0),
                        "error what=\"order swapoff: not on\"");
    assert_int_equal(mm_frames.free, MANAGED - 3 - 8);
    assert_int_equal(vm_reclaim(true, 8), 0);
}

static void a_new_swap_has_all_slots_again(void **state)
{
    start_marked();
    vm_rig_order(VM_RIG_SWAPON, 0);
    const struct vm_space *task = task_with(1, 8, 8);

    vm_rig_fail(VM_RIG_SWAP_WRITE, true, 1);
    assert_int_equal(vm_reclaim(true, 1), 1);
    assert_int_equal(slot_of(task, 1), 2);
    vm_rig_order_at(VM_RIG_READ, 1, 1, 0);
    assert_string_equal(vm_rig_order(VM_RIG_SWAPOFF, 0),
                        "order swapoff frames=1");
    assert_string_equal(vm_rig_order(VM_RIG_SWAPON, 0),
                        "order swapon slots=50 frames=1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_mark_has_its_last_page_and_its_bad_ones,
                                  finish),
        cmocka_unit_test_teardown(the_list_of_bad_pages_ends_at_637, finish),
        cmocka_unit_test_teardown(without_its_mark_a_disk_is_no_swap, finish),
        cmocka_unit_test_teardown(
            a_disk_that_cannot_be_read_or_written_is_no_swap, finish),
        cmocka_unit_test_teardown(slots_are_the_pages_behind_the_mark, finish),
        cmocka_unit_test_teardown(slots_end_with_the_disk, finish),
        cmocka_unit_test_teardown(a_frame_has_the_bits_of_32768_slots, finish),
        cmocka_unit_test_teardown(swap_without_memory_says_what_it_needs,
                                  finish),
        cmocka_unit_test_teardown(swap_ends_only_without_a_slot_in_use, finish),
        cmocka_unit_test_teardown(a_new_swap_has_all_slots_again, finish),
    };

    return cmocka_run_group_tests_name("vm: swap", tests, NULL, NULL);
}
