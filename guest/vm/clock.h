// SPDX-License-Identifier: MIT
// The hand of a ring of pages in memory: second chance. Pure. docs/memory.md,
// "Reclaim".
#ifndef VM_CLOCK_H
#define VM_CLOCK_H

#include "base/types.h"

// Places of a ring ascend; a test can give any ring.
struct vm_ring {
    void *ctx;
    // The first place in memory at or behind `from`. False: none.
    bool (*find)(void *ctx, uint64_t from, uint64_t *place);
    // Looks at the page there. It leaves the ring, or goes to rest.
    void (*look)(void *ctx, uint64_t place);
};

struct vm_clock {
    uint64_t hand; // the place where the next look begins
};

// One look, at the next page in memory; behind the last place the hand goes on
// at the first. False: no page is in memory.
bool vm_clock_look(struct vm_clock *clock, const struct vm_ring *ring);

#endif
