// SPDX-License-Identifier: MIT
// The page fault: the only way by which a page comes into memory. The handler
// runs on the interrupted stack with interrupts off. It halts with interrupts
// on while it waits for a disk: handlers of interrupts only note events, and so
// must every new one. docs/memory.md, "Pages and their states". Intel SDM
// volume 3, 4.7.
#include "arch/x86_64/paging.h"
#include "arch/x86_64/trap.h"
#include "mm/vm_area.h"
#include "vm/internal.h"

#include <string.h>

static struct vm_space *space_of(uintptr_t address)
{
    for (unsigned i = 0; i <= VM_TASKS; i++) {
        struct vm_space *space = i < VM_TASKS ? &vm.tasks[i] : &vm.file;

        if (address - space->base < space->pages * PAGE_SIZE) {
            return space;
        }
    }
    return NULL;
}

static void map_zeroed(struct vm_space *space, uint64_t page, paddr frame)
{
    memset(paging_borrow(frame), 0, PAGE_SIZE);
    vm_map_page(space, page, frame);
}

static void serve_resting(struct vm_space *space, uint64_t page)
{
    vm_map_page(space, page, vm_frame_of(vm_word(space, page)));
    vm_counters.minor_faults++;
}

static void serve_empty(struct vm_space *task, uint64_t page, paddr frame)
{
    map_zeroed(task, page, frame);
    vm_counters.minor_faults++;
}

// The slot is free again: there is no swap cache, so each swap-in is one major
// fault.
static void serve_swapped(struct vm_space *task, uint64_t page, paddr frame)
{
    const struct vm_store *store = vm.swap.store;
    struct vm_io io = {.page = vm_slot_of(vm_word(task, page)), .frame = frame};

    store->read(store->ctx, &io, 1);
    if (!io.done) {
        vm_slots_exclude(&vm.swap.slots, io.page, true);
        vm.ending = (struct vm_ending){VM_LOST, page};
        map_zeroed(task, page, frame);
        return;
    }
    vm_slots_give(&vm.swap.slots, io.page);
    vm_map_page(task, page, frame);
    vm_counters.major_faults++;
    vm_counters.swap_in++;
}

// The page's state is read after the frame was taken: the task may have been
// killed for it.
static void serve_task(struct vm_space *task, uint64_t page)
{
    const paddr frame = vm_take_frame(task);

    if (vm_state_of(vm_word(task, page)) == VM_SWAPPED) {
        serve_swapped(task, page, frame);
    } else {
        serve_empty(task, page, frame);
    }
}

static bool serve_fault(uintptr_t address, uint64_t error_code)
{
    struct vm_space *space = space_of(address);

    if (space == NULL) {
        return vm_area_fault(address, error_code);
    }
    if (error_code & (TRAP_FAULT_PRESENT | TRAP_FAULT_FETCH)) {
        return false;
    }
    const uint64_t page = (address - space->base) / PAGE_SIZE;

    if (vm_state_of(vm_word(space, page)) == VM_RESTING) {
        serve_resting(space, page);
    } else if (space == &vm.file) {
        vm_read_file(page);
    } else {
        serve_task(space, page);
    }
    return true;
}

void vm_start(const struct mm_sources *driver)
{
    vm_sources_start(driver);
    for (unsigned i = 0; i < VM_TASKS; i++) {
        vm.tasks[i].base = TASKS_BASE + i * VM_SPACE_BYTES;
        vm.tasks[i].writable = true;
    }
    vm.file.base = TASKS_BASE + VM_TASKS * VM_SPACE_BYTES;
    trap_on_page_fault(serve_fault);
}
