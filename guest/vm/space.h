// SPDX-License-Identifier: MIT
// A space: the pages of one task, or of the file, each with its word in the
// page tables. There is no other record of a page. Intel SDM volume 3, 4.5.
#ifndef VM_SPACE_H
#define VM_SPACE_H

#include "base/error.h"
#include "base/types.h"
#include "vm/entry.h"

struct vm_space {
    uintptr_t base;
    bool writable;
    uint64_t pages;     // mapped: these may be touched
    uint64_t prepared;  // pages whose tables exist; never less
    uint64_t in_memory; // MAPPED or RESTING: what the hand looks at
    uint64_t swapped;
};

// Address space of a space: what one entry of the top table covers.
#define VM_SPACE_BYTES (UINT64_C(512) << 30)
#define VM_SPACE_PAGES_MAX (UINT64_C(256) << 18) // 256 GiB

static inline uintptr_t vm_page_address(const struct vm_space *space,
                                        uint64_t page)
{
    return space->base + page * PAGE_SIZE;
}

// The space's first `pages` pages may be touched. Its tables are made now.
// *tables: how many it lacked. ERR_NO_MEMORY: too few frames for them.
MUST_USE enum error vm_space_grow(struct vm_space *space, uint64_t pages,
                                  uint64_t *tables);

// All pages are EMPTY: frames and slots are free. The tables stay.
void vm_space_clear(struct vm_space *space);

uint64_t vm_word(const struct vm_space *space, uint64_t page);

// Replaces the word and keeps the space's counts. A page that was MAPPED may be
// touched only after paging_flush_tlb.
void vm_set_word(struct vm_space *space, uint64_t page, uint64_t word);

// Maps the frame, as the space allows access.
void vm_map_page(struct vm_space *space, uint64_t page, paddr frame);

// The first page in memory at or behind `from`; space->pages: there is none.
uint64_t vm_next_in_memory(const struct vm_space *space, uint64_t from);

#endif
