// SPDX-License-Identifier: MIT
// The slots of the swap disk: which are free. One bit a page of the disk, in
// frames of RAM that are not mapped. Pure.
#ifndef VM_SLOTS_H
#define VM_SLOTS_H

#include "base/error.h"
#include "base/types.h"

#define VM_SLOTS_OF_FRAME 32768u
// 8 GiB of swap; the rest of a larger disk is not used.
#define VM_SLOT_FRAMES_MAX 64u

struct vm_slots {
    uint64_t end;    // slots 0 to end - 1 have a bit; 1: not free
    uint64_t free;   // slots
    uint64_t used;   // by pages; the others are never used
    uint64_t lowest; // no free slot lies below this one
    paddr frames[VM_SLOT_FRAMES_MAX];
};

// All slots below `end` are free; slots->frames has a frame for each
// VM_SLOTS_OF_FRAME of them.
void vm_slots_start(struct vm_slots *slots, uint64_t end);

// The slot is never used again; it is free, or taken by vm_slots_take.
void vm_slots_exclude(struct vm_slots *slots, uint64_t slot, bool taken);

// Takes the lowest free slot. There is one: slots->free.
uint64_t vm_slots_take(struct vm_slots *slots);
void vm_slots_give(struct vm_slots *slots, uint64_t slot);

#endif
