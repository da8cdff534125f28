// SPDX-License-Identifier: MIT
// A page's word: each state has its bits, and keeps its frame or slot. Intel
// SDM volume 3, 4.5.
#include "unit/vm/vm_test.h"

#define NO_EXECUTE (UINT64_C(1) << 63)

static void words_have_the_bits_of_their_state(void **state)
{
    const paddr frame = paddr_of(0xabcde000);

    assert_int_equal(vm_resting_word(frame), 0xabcde200);
    assert_int_equal(vm_queued_word(frame), 0xabcdea00);
    assert_int_equal(vm_swapped_word(0x1ff), 0x1ff400);
}

static void a_word_tells_its_state(void **state)
{
    assert_int_equal(vm_state_of(0), VM_EMPTY);
    assert_int_equal(vm_state_of(0xabcde003), VM_MAPPED);
    assert_int_equal(vm_state_of(0xabcde001 | NO_EXECUTE), VM_MAPPED);
    assert_int_equal(vm_state_of(0xabcde200), VM_RESTING);
    assert_int_equal(vm_state_of(0xabcdea00), VM_QUEUED);
    assert_int_equal(vm_state_of(0x1ff400), VM_SWAPPED);
    // The CPU sets Accessed and Dirty: bits 5 and 6.
    assert_int_equal(vm_state_of(0xabcde063), VM_MAPPED);
}

static void frames_and_slots_are_kept_whole(void **state)
{
    const paddr frame = paddr_of(0x000ffffffffff000);
    const uint64_t slot = (UINT64_C(1) << 52) - 1;

    assert_int_equal(vm_frame_of(vm_resting_word(frame)).value, frame.value);
    assert_int_equal(vm_frame_of(vm_queued_word(frame)).value, frame.value);
    assert_int_equal(vm_frame_of(0xabcde063 | NO_EXECUTE).value, 0xabcde000);
    assert_int_equal(vm_slot_of(vm_swapped_word(slot)), slot);
    assert_int_equal(vm_slot_of(vm_swapped_word(0)), 0);
}

static void mapped_resting_and_queued_pages_have_a_frame(void **state)
{
    assert_false(vm_has_frame(VM_EMPTY));
    assert_true(vm_has_frame(VM_MAPPED));
    assert_true(vm_has_frame(VM_RESTING));
    assert_true(vm_has_frame(VM_QUEUED));
    assert_false(vm_has_frame(VM_SWAPPED));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_have_the_bits_of_their_state),
        cmocka_unit_test(a_word_tells_its_state),
        cmocka_unit_test(frames_and_slots_are_kept_whole),
        cmocka_unit_test(mapped_resting_and_queued_pages_have_a_frame),
    };

    return cmocka_run_group_tests_name("vm: words of pages", tests, NULL, NULL);
}
