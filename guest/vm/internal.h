// SPDX-License-Identifier: MIT
// What the files of vm share: the state of all pages, and the steps of a fault.
#ifndef VM_INTERNAL_H
#define VM_INTERNAL_H

#include "vm/clock.h"
#include "vm/counters.h"
#include "vm/slots.h"
#include "vm/space.h"
#include "vm/store.h"
#include "vm/vm.h"

#define VM_SWAP_BAD_MAX 637u // bad pages that the mark has room for

struct vm_swap {
    const struct vm_store *store; // NULL: swap is off
    struct vm_slots slots;        // all zero then: no slot is free
};

struct vm_pool {
    uint64_t blocks;
    uint64_t tables; // for the largest number of blocks so far
};

struct vm {
    struct vm_space tasks[VM_TASKS];
    struct vm_space file;
    const struct vm_store *file_store;
    struct vm_swap swap;
    struct vm_clock file_clock;
    struct vm_clock anonymous_clock;
    struct vm_pool pool;
    uint64_t given_up_at; // room after a turn of the background that freed
                          // nothing; UINT64_MAX: it freed something
    struct vm_ending ending;
};

extern struct vm vm;

// mkswap's mark, as far as it matters.
struct vm_swap_mark {
    uint32_t last_page;
    uint32_t bad_count;
    uint32_t bad[VM_SWAP_BAD_MAX];
};

// Reads the mark out of a disk's first page. Pure. ERR_INVALID: there is none.
MUST_USE enum error vm_swap_mark_parse(const void *page,
                                       struct vm_swap_mark *mark);

// Anonymous pages in memory.
uint64_t vm_anonymous(void);

// One call of reclaim, direct or in the background. Returns the frames freed.
uint64_t vm_reclaim(bool direct, uint64_t goal);

// A frame for a touch of the space; docs/memory.md, "Taking a frame for a
// touch". All pages of the space may be EMPTY afterwards: see vm.ending.
paddr vm_take_frame(struct vm_space *toucher);

// Kills the largest task. False: none has a page, and no task touches.
bool vm_kill_largest(struct vm_space *toucher);

// Makes reclaim mm's source of frames, beside the balloon driver.
void vm_sources_start(const struct mm_sources *driver);

// The page fault of an EMPTY page of the file.
void vm_read_file(uint64_t page);

#endif
