// SPDX-License-Identifier: MIT
// Windows: stretches of address space whose pages come on first touch, zeroed.
// Each such touch is a minor fault: served without any I/O, and counted.
#ifndef MM_WINDOW_H
#define MM_WINDOW_H

#include "base/error.h"
#include "base/types.h"

struct window {
    uintptr_t base;
    uint64_t limit;  // bytes that it may grow to
    uint64_t bytes;  // bytes that may be touched now, from base on
    uint64_t mapped; // pages that have been
    uint64_t tables; // page tables that were made for it, and stay
};

// Makes more of the window touchable, at *at. Promises a frame for each page,
// so touching it can't fail. ERR_NO_MEMORY: not that many frames are left.
MUST_USE enum error window_grow(struct window *window, uint64_t bytes,
                                uintptr_t *at);

// Gives the upper end back, at most all of it. Whatever was there is gone.
void window_shrink(struct window *window, uint64_t bytes);

#endif
