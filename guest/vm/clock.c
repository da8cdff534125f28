// SPDX-License-Identifier: MIT
// The hand.
#include "vm/clock.h"

bool vm_clock_look(struct vm_clock *clock, const struct vm_ring *ring)
{
    uint64_t place;

    if (!ring->find(ring->ctx, clock->hand, &place) &&
        !ring->find(ring->ctx, 0, &place)) {
        return false;
    }
    clock->hand = place + 1;
    ring->look(ring->ctx, place);
    return true;
}
