// SPDX-License-Identifier: MIT
// The device's side of a split ring. VIRTIO 1.4, 2.7 "Split Virtqueues".
#include "fakes/fake_ring.h"

#include <stdlib.h>

#include "fakes/fake_memory.h"
#include "fakes/fake_report.h"

// Flags of a descriptor, 2.7.5.
#define NEXT 1u
#define WRITE 2u
#define INDIRECT 4u

static uint64_t avail_event_at(const struct fake_ring *ring)
{
    return ring->used + 4 + 8 * (uint64_t)ring->size;
}

uint16_t fake_ring_avail_flags(const struct fake_ring *ring)
{
    return (uint16_t)fake_peek(ring->available, 2);
}

uint16_t fake_ring_avail_idx(const struct fake_ring *ring)
{
    return (uint16_t)fake_peek(ring->available + 2, 2);
}

uint16_t fake_ring_used_event(const struct fake_ring *ring)
{
    return (uint16_t)fake_peek(ring->available + 4 + 2 * (uint64_t)ring->size,
                               2);
}

static void expect_zeros(const char *what, uint64_t at, uint64_t bytes)
{
    for (uint64_t i = 0; i < bytes; i++) {
        if (fake_peek(at + i, 1) != 0) {
            fake_violation("ring: %s not zeroed at byte %llu", what,
                           (unsigned long long)i);
            return;
        }
    }
}

void fake_ring_attach(struct fake_ring *ring, uint32_t size,
                      uint64_t descriptors, uint64_t available, uint64_t used)
{
    if (size == 0 || size > 32768 || (size & (size - 1)) != 0) {
        fake_violation("ring: size %u", size);
        return;
    }
    if (descriptors % 16 != 0 || available % 2 != 0 || used % 4 != 0) {
        fake_violation("ring: alignment 0x%llx 0x%llx 0x%llx",
                       (unsigned long long)descriptors,
                       (unsigned long long)available, (unsigned long long)used);
    }
    ring->attached = true;
    ring->size = size;
    ring->descriptors = descriptors;
    ring->available = available;
    ring->used = used;
    ring->chains = calloc(size, sizeof(ring->chains[0]));
    if (ring->chains == NULL) {
        abort();
    }
    expect_zeros("available ring", available, 4); // flags and idx
    expect_zeros("used ring", used, 6 + 8 * (uint64_t)size);
}

void fake_ring_detach(struct fake_ring *ring)
{
    free(ring->chains);
    *ring = (struct fake_ring){0};
}

static uint64_t descriptor_at(uint64_t table, uint32_t index)
{
    return table + 16 * (uint64_t)index;
}

// One descriptor's address and length into the chain.
static void add_segment(struct fake_chain *chain, uint64_t at)
{
    const uint32_t bytes = (uint32_t)fake_peek(at + 8, 4);
    const bool writable = (fake_peek(at + 12, 2) & WRITE) != 0;

    if (chain->count == FAKE_SEGMENTS) {
        fake_violation("ring: chain of more than %u", FAKE_SEGMENTS);
        return;
    }
    if (bytes == 0) {
        fake_violation("ring: zero sized buffer");
    }
    if (!writable && chain->writable_bytes != 0) {
        fake_violation("ring: readable after writable");
    }
    chain->segments[chain->count] = (struct fake_segment){
        .address = fake_peek(at, 8),
        .bytes = bytes,
        .writable = writable,
    };
    chain->count++;
    *(writable ? &chain->writable_bytes : &chain->readable_bytes) += bytes;
}

// Walks `limit` descriptors of a table at most, from `index` on.
static void walk(struct fake_ring *ring, struct fake_chain *chain,
                 uint64_t table, uint32_t limit, uint32_t index, bool nested)
{
    for (uint32_t steps = 0; steps < limit; steps++) {
        const uint64_t at = descriptor_at(table, index);
        const uint32_t flags = (uint32_t)fake_peek(at + 12, 2);

        if ((flags & INDIRECT) != 0 &&
            (nested || !ring->indirect || (flags & NEXT) != 0 || steps != 0)) {
            fake_violation("ring: INDIRECT where it may not be");
            return;
        }
        if ((flags & INDIRECT) != 0) {
            const uint32_t bytes = (uint32_t)fake_peek(at + 8, 4);

            chain->through_table = true;
            if (bytes == 0 || bytes % 16 != 0) {
                fake_violation("ring: table of %u bytes", bytes);
            }
            walk(ring, chain, fake_peek(at, 8), bytes / 16, 0, true);
            return;
        }
        add_segment(chain, at);
        if ((flags & NEXT) == 0) {
            return;
        }
        index = (uint32_t)fake_peek(at + 14, 2);
        if (index >= limit) {
            fake_violation("ring: next is %u of %u", index, limit);
            return;
        }
    }
    fake_violation("ring: chain longer than its table");
}

static uint32_t sum_of(const struct fake_ring *ring,
                       const struct fake_chain *chain)
{
    uint32_t sum = fake_sum(descriptor_at(ring->descriptors, chain->head), 16);

    for (unsigned i = 0; i < chain->count; i++) {
        if (!chain->segments[i].writable) {
            sum = sum * 31 + fake_sum(chain->segments[i].address,
                                      chain->segments[i].bytes);
        }
    }
    return sum;
}

unsigned fake_ring_waiting(struct fake_ring *ring)
{
    const uint16_t idx = fake_ring_avail_idx(ring);
    const uint16_t flags = fake_ring_avail_flags(ring);

    if (ring->event_idx ? flags != 0 : flags > 1) {
        fake_violation("ring: available flags %u", flags);
    }
    if ((uint16_t)(idx - ring->seen) > ring->size) {
        fake_violation("ring: available idx from %u to %u", ring->seen, idx);
    }
    ring->seen = idx;
    return (uint16_t)(idx - ring->taken);
}

struct fake_chain *fake_ring_take(struct fake_ring *ring)
{
    if (fake_ring_waiting(ring) == 0) {
        return NULL;
    }
    const uint32_t slot = ring->taken & (ring->size - 1);
    const uint32_t head =
        (uint32_t)fake_peek(ring->available + 4 + 2 * (uint64_t)slot, 2);
    if (head >= ring->size || ring->chains[head].held) {
        fake_violation("ring: head %u is %s", head,
                       head >= ring->size ? "no descriptor" : "held already");
        return NULL;
    }
    struct fake_chain *chain = &ring->chains[head];
    *chain = (struct fake_chain){.held = true, .head = (uint16_t)head};
    walk(ring, chain, ring->descriptors, ring->size, head, false);
    chain->sum = sum_of(ring, chain);
    ring->taken++;
    ring->held++;
    if (ring->event_idx && !ring->hides_taken) {
        fake_ring_set_avail_event(ring, ring->taken);
    }
    return chain;
}

// 2.7.7: whether the step of used.idx that just happened is to be announced.
static bool wants_interrupt(struct fake_ring *ring)
{
    bool wanted = (fake_ring_avail_flags(ring) & 1) == 0;

    if (ring->event_idx) {
        wanted = fake_ring_used_event(ring) == (uint16_t)(ring->given - 1);
    }
    if (wanted) {
        ring->interrupts++;
    } else {
        ring->no_interrupts++;
    }
    return wanted;
}

bool fake_ring_lie(struct fake_ring *ring, uint32_t id, uint32_t length)
{
    const uint32_t slot = ring->given & (ring->size - 1);
    const uint64_t at = ring->used + 4 + 8 * (uint64_t)slot;

    fake_poke(at, 4, id);
    fake_poke(at + 4, 4, length);
    ring->given++;
    fake_ring_set_used_idx(ring, ring->given);
    return wants_interrupt(ring);
}

bool fake_ring_use(struct fake_ring *ring, struct fake_chain *chain,
                   uint32_t length)
{
    if (!chain->held) {
        fake_violation("fake: gives back what it does not hold");
    }
    if (sum_of(ring, chain) != chain->sum) {
        fake_violation("ring: a held buffer was changed");
    }
    chain->held = false;
    ring->held--;
    return fake_ring_lie(ring, chain->head, length);
}

static bool touches(uint64_t from, uint64_t bytes, uint64_t page)
{
    return from < page + 4096 && page < from + bytes;
}

bool fake_ring_uses_page(const struct fake_ring *ring, uint64_t page)
{
    if (!ring->attached) {
        return false;
    }
    bool uses = touches(ring->descriptors, 16 * (uint64_t)ring->size, page) ||
                touches(ring->available, 6 + 2 * (uint64_t)ring->size, page) ||
                touches(ring->used, 6 + 8 * (uint64_t)ring->size, page);

    for (uint32_t i = 0; i < ring->size; i++) {
        const struct fake_chain *chain = &ring->chains[i];

        for (unsigned s = 0; chain->held && s < chain->count; s++) {
            uses = uses || touches(chain->segments[s].address,
                                   chain->segments[s].bytes, page);
        }
    }
    return uses;
}

void fake_ring_set_used_idx(struct fake_ring *ring, uint16_t idx)
{
    fake_poke(ring->used + 2, 2, idx);
}

void fake_ring_set_used_flags(struct fake_ring *ring, uint16_t flags)
{
    fake_poke(ring->used, 2, flags);
}

void fake_ring_set_avail_event(struct fake_ring *ring, uint16_t event)
{
    fake_poke(avail_event_at(ring), 2, event);
}
