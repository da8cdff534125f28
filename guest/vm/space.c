// SPDX-License-Identifier: MIT
// Words of pages, and what is counted of them.
#include "vm/space.h"

#include "arch/x86_64/paging.h"
#include "base/panic.h"
#include "mm/room.h"
#include "vm/internal.h"

enum error vm_space_grow(struct vm_space *space, uint64_t pages,
                         uint64_t *tables)
{
    const uint64_t have = paging_tables(space->prepared);
    const uint64_t want = paging_tables(pages);

    *tables = want > have ? want - have : 0;
    if (*tables > 0 && !mm_can_reserve(*tables)) {
        return ERR_NO_MEMORY;
    }
    if (pages > space->prepared) {
        const enum error error =
            paging_prepare(vm_page_address(space, space->prepared),
                           (pages - space->prepared) * PAGE_SIZE);

        assert_that(error == OK, "vm: no frames for tables that were granted");
        space->prepared = pages;
    }
    space->pages = pages > space->pages ? pages : space->pages;
    return OK;
}

uint64_t vm_word(const struct vm_space *space, uint64_t page)
{
    return paging_word(vm_page_address(space, page));
}

static void count(struct vm_space *space, enum vm_state state, uint64_t by)
{
    if (state == VM_MAPPED || state == VM_RESTING) {
        space->in_memory += by;
    } else if (state == VM_SWAPPED) {
        space->swapped += by;
    }
}

void vm_set_word(struct vm_space *space, uint64_t page, uint64_t word)
{
    count(space, vm_state_of(vm_word(space, page)), UINT64_MAX); // -1
    count(space, vm_state_of(word), 1);
    paging_set_word(vm_page_address(space, page), word);
}

void vm_map_page(struct vm_space *space, uint64_t page, paddr frame)
{
    const unsigned flags = space->writable ? PAGING_WRITE : PAGING_READ;

    vm_set_word(space, page, paging_present_word(frame, flags));
}

uint64_t vm_next_in_memory(const struct vm_space *space, uint64_t from)
{
    uint64_t page = from;

    if (space->in_memory == 0) {
        return space->pages;
    }
    while (page < space->pages) {
        const enum vm_state state = vm_state_of(vm_word(space, page));

        if (state == VM_MAPPED || state == VM_RESTING) {
            break;
        }
        page++;
    }
    return page;
}

void vm_space_clear(struct vm_space *space)
{
    uint64_t left = space->in_memory + space->swapped;

    for (uint64_t page = 0; left > 0 && page < space->pages; page++) {
        const uint64_t word = vm_word(space, page);
        const enum vm_state state = vm_state_of(word);

        if (state == VM_EMPTY) {
            continue;
        }
        if (state == VM_SWAPPED) {
            vm_slots_give(&vm.swap.slots, vm_slot_of(word));
        } else {
            mm_frame_give(vm_frame_of(word));
        }
        vm_set_word(space, page, 0);
        left--;
    }
    paging_flush_tlb();
}
