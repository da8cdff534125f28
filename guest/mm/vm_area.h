// SPDX-License-Identifier: MIT
// Areas of the address space whose pages are mapped on first touch and
// zeroed. Each such touch is a minor fault: served without I/O, and counted.
#ifndef MM_VM_AREA_H
#define MM_VM_AREA_H

#include "base/error.h"
#include "base/types.h"

struct vm_area {
    uintptr_t base;
    uint64_t limit;  // the largest size, in bytes
    uint64_t bytes;  // the current size, from base on; may be touched
    uint64_t mapped; // pages that are mapped
    uint64_t tables; // page tables allocated for it; vm_area_shrink keeps them
};

// Extends the area; the new pages begin at *at. Reserves a frame for each, so
// a touch can't fail. ERR_NO_MEMORY: too few frames. ERR_RANGE: beyond the
// limit.
MUST_USE enum error vm_area_grow(struct vm_area *area, uint64_t bytes,
                                 uintptr_t *at);

// Pages by which the area can grow if `frames` more frames can be reserved: its
// further page tables come from these frames too.
uint64_t vm_area_growth(const struct vm_area *area, uint64_t frames);

// Removes the upper `bytes` of the area, at most all of it. The contents are
// lost, the frames become free.
void vm_area_shrink(struct vm_area *area, uint64_t bytes);

// The page fault handler of the areas: maps the page. False: no area has the
// address, or the access is not allowed.
bool vm_area_fault(uintptr_t address, uint64_t error_code);

#endif
