// SPDX-License-Identifier: MIT
// A bitmap whose frames are mapped one at a time (paging_borrow), so that it
// needs no page tables.
#include "vm/slots.h"

#include "arch/x86_64/paging.h"
#include "base/panic.h"

#include <string.h>

static uint64_t *word_of(const struct vm_slots *slots, uint64_t slot)
{
    uint64_t *words = paging_borrow(slots->frames[slot / VM_SLOTS_OF_FRAME]);

    return words + slot % VM_SLOTS_OF_FRAME / 64;
}

void vm_slots_start(struct vm_slots *slots, uint64_t end)
{
    slots->end = end;
    slots->free = end;
    slots->used = 0;
    slots->lowest = 0;
    for (uint64_t slot = 0; slot < end; slot += VM_SLOTS_OF_FRAME) {
        memset(word_of(slots, slot), 0, PAGE_SIZE);
    }
}

// Sets the slot's bit, which is clear.
static void set(struct vm_slots *slots, uint64_t slot)
{
    uint64_t *word = word_of(slots, slot);
    const uint64_t bit = UINT64_C(1) << slot % 64;

    assert_that(!(*word & bit), "vm: a slot taken twice");
    *word |= bit;
    slots->free--;
}

void vm_slots_exclude(struct vm_slots *slots, uint64_t slot, bool taken)
{
    if (taken) {
        slots->used--; // its bit stays
    } else if (!(*word_of(slots, slot) & UINT64_C(1) << slot % 64)) {
        set(slots, slot);
    }
}

uint64_t vm_slots_take(struct vm_slots *slots)
{
    uint64_t slot = round_down(slots->lowest, 64);

    assert_that(slots->free > 0, "vm: no free slot");
    while (*word_of(slots, slot) == UINT64_MAX) {
        slot += 64;
    }
    slot += (uint64_t)__builtin_ctzll(~*word_of(slots, slot));
    set(slots, slot);
    slots->used++;
    slots->lowest = slot + 1;
    return slot;
}

void vm_slots_give(struct vm_slots *slots, uint64_t slot)
{
    uint64_t *word = word_of(slots, slot);
    const uint64_t bit = UINT64_C(1) << slot % 64;

    assert_that(slot < slots->end && *word & bit, "vm: a slot given twice");
    *word &= ~bit;
    slots->free++;
    slots->used--;
    slots->lowest = slot < slots->lowest ? slot : slots->lowest;
}
