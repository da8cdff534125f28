// SPDX-License-Identifier: MIT
// Windows: areas of the address space whose pages are mapped on first touch and
// zeroed. Each such touch is a minor fault: served without I/O, and counted.
#ifndef MM_VM_AREA_H
#define MM_VM_AREA_H

#include "base/error.h"
#include "base/types.h"

struct window {
    uintptr_t base;
    uint64_t limit;  // the largest size, in bytes
    uint64_t bytes;  // the current size, from base on; may be touched
    uint64_t mapped; // pages that are mapped
    uint64_t tables; // page tables allocated for it; window_shrink keeps them
};

// Extends the window; the new pages begin at *at. Reserves a frame for each, so
// a touch can't fail. ERR_NO_MEMORY: too few frames, or beyond the limit.
MUST_USE enum error window_grow(struct window *window, uint64_t bytes,
                                uintptr_t *at);

// Removes the upper `bytes` of the window, at most all of it. The contents are
// lost, the frames become free.
void window_shrink(struct window *window, uint64_t bytes);

#endif
