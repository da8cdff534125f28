// SPDX-License-Identifier: MIT
// Starts of the rig, and its state in the words of docs/memory.md.
#ifndef UNIT_VM_VM_TEST_H
#define UNIT_VM_VM_TEST_H

#include "fakes/fake_paging.h"
#include "fakes/fake_report.h"
#include "fakes/vm_internals_rig.h"
#include "fakes/vm_rig.h"
#include "mm/balloon.h"
#include "mm/internal.h"
#include "mm/mm.h"
#include "mm/room.h"
#include "unit/checks.h"
#include "vm/internal.h"

// The lowest managed frame, and their number.
#define FIRST 256u
#define MANAGED 3840u

// A swap disk with these slots and a file, with the swap on.
static inline void start(uint64_t slots, uint64_t file_pages)
{
    const struct vm_rig_setup setup = {
        .swap_pages = slots > 0 ? slots + 1 : 0,
        .swap_last_page = (uint32_t)slots,
        .file_pages = file_pages,
    };

    vm_rig_start(&setup);
    if (slots > 0) {
        check_contains(vm_rig_order(VM_RIG_SWAPON, 0), "order swapon slots=");
    }
}

// Without swap, but with DEFLATE_ON_OOM and pages in the balloon.
static inline void start_ballooned(uint64_t pages, uint64_t file_pages)
{
    vm_rig_start(&(const struct vm_rig_setup){.deflate_on_oom = true,
                                              .file_pages = file_pages});
    assert_int_equal(vm_rig_balloon(pages), pages);
}

// A test's end: no violation.
static inline int finish(void **state)
{
    vm_rig_audit();
    vm_rig_end();
    assert_string_equal(fake_violations(), "");
    return 0;
}

// A task with this mapping, of which the first pages are written.
static inline struct vm_space *task_with(unsigned number, uint64_t mapped,
                                         uint64_t written)
{
    vm_rig_order(VM_RIG_TASK, number);
    check_contains(vm_rig_order(VM_RIG_MAP, mapped * PAGE_SIZE), "order map");
    check_contains(vm_rig_order(VM_RIG_WRITE, written), "sum=");
    return vm_task(number);
}

// Promises memory, without a turn of the background, until room has this value.
static inline void leave_room(uint64_t room)
{
    const uint64_t frames = mm_room() - room;
    uint64_t pages = frames;
    uintptr_t at;

    while (pages + paging_tables(mm_hold.bytes / PAGE_SIZE + pages) -
               mm_hold.tables >
           frames) {
        pages--;
    }
    assert_int_equal(vm_area_grow(&mm_hold, pages * PAGE_SIZE, &at), OK);
    assert_int_equal(mm_room(), room);
}

static inline enum vm_state state_of(const struct vm_space *space,
                                     uint64_t page)
{
    return vm_state_of(vm_word(space, page));
}

static inline uint64_t frame_of(const struct vm_space *space, uint64_t page)
{
    return vm_frame_of(vm_word(space, page)).value / PAGE_SIZE;
}

static inline uint64_t slot_of(const struct vm_space *space, uint64_t page)
{
    return vm_slot_of(vm_word(space, page));
}

#endif
