// SPDX-License-Identifier: MIT
// A page's word: its page table entry, and all that is known of the page.
// Present, it is in the CPU's format; otherwise it is ours. Pure. Intel SDM
// volume 3, 4.5.
//
//   63         52 51                    12 11   10    9         1   0
//   +------------+------------------------+------+----+----------+---+
//   | no execute | frame                  |                      | 1 |  MAPPED
//   |     0      | frame                  |   0  | 0  | 1     0  | 0 |  RESTING
//   |     0      | frame                  |   1  | 0  | 1     0  | 0 |  QUEUED
//   |     0      | slot                   |   0  | 1  | 0     0  | 0 |  SWAPPED
//   |     0      | 0                      |          0           | 0 |  EMPTY
//   +------------+------------------------+----------------------+---+
#ifndef VM_ENTRY_H
#define VM_ENTRY_H

#include "arch/x86_64/paging.h"
#include "base/types.h"

// docs/memory.md, "Pages and their states". QUEUED: RESTING, and waiting with
// others to be written to the swap disk.
enum vm_state {
    VM_EMPTY,
    VM_MAPPED,
    VM_RESTING,
    VM_QUEUED,
    VM_SWAPPED
};

#define VM_WORD_REST (UINT64_C(1) << 9)
#define VM_WORD_SWAP (UINT64_C(1) << 10)
#define VM_WORD_QUEUE (UINT64_C(1) << 11)
#define VM_WORD_SLOT 12 // the slot's lowest bit

static inline enum vm_state vm_state_of(uint64_t word)
{
    if (word & PAGING_WORD_PRESENT) {
        return VM_MAPPED;
    }
    if (word & VM_WORD_REST) {
        return (word & VM_WORD_QUEUE) ? VM_QUEUED : VM_RESTING;
    }
    return (word & VM_WORD_SWAP) ? VM_SWAPPED : VM_EMPTY;
}

static inline bool vm_has_frame(enum vm_state state)
{
    return state == VM_MAPPED || state == VM_RESTING || state == VM_QUEUED;
}

// The frame of a word that has one.
static inline paddr vm_frame_of(uint64_t word)
{
    return paddr_of(word & PAGING_WORD_FRAME);
}

static inline uint64_t vm_slot_of(uint64_t word)
{
    return word >> VM_WORD_SLOT;
}

static inline uint64_t vm_resting_word(paddr frame)
{
    return frame.value | VM_WORD_REST;
}

static inline uint64_t vm_queued_word(paddr frame)
{
    return frame.value | VM_WORD_REST | VM_WORD_QUEUE;
}

static inline uint64_t vm_swapped_word(uint64_t slot)
{
    return slot << VM_WORD_SLOT | VM_WORD_SWAP;
}

#endif
