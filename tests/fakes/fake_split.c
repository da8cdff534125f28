// SPDX-License-Identifier: MIT
// The device's side of a split ring. VIRTIO 1.4, 2.7 "Split Virtqueues".
#include "fakes/fake_memory.h"
#include "fakes/fake_report.h"
#include "fakes/fake_ring_format.h"

static uint64_t driver_bytes(const struct fake_ring *ring)
{
    return 6 + 2 * (uint64_t)ring->size;
}

static uint64_t device_bytes(const struct fake_ring *ring)
{
    return 6 + 8 * (uint64_t)ring->size;
}

uint16_t fake_split_avail_flags(const struct fake_ring *ring)
{
    return (uint16_t)fake_peek(ring->driver, 2);
}

uint16_t fake_split_avail_idx(const struct fake_ring *ring)
{
    return (uint16_t)fake_peek(ring->driver + 2, 2);
}

uint16_t fake_split_used_event(const struct fake_ring *ring)
{
    return (uint16_t)fake_peek(ring->driver + 4 + 2 * (uint64_t)ring->size, 2);
}

void fake_split_set_used_idx(struct fake_ring *ring, uint16_t idx)
{
    fake_poke(ring->device + 2, 2, idx);
}

void fake_split_set_used_flags(struct fake_ring *ring, uint16_t flags)
{
    fake_poke(ring->device, 2, flags);
}

void fake_split_set_avail_event(struct fake_ring *ring, uint16_t event)
{
    fake_poke(ring->device + 4 + 8 * (uint64_t)ring->size, 2, event);
}

static void attach(struct fake_ring *ring)
{
    ring->taken = 0;
    ring->given = 0;
    ring->seen = 0;
}

static uint64_t descriptor_at(uint64_t table, uint32_t index)
{
    return table + 16 * (uint64_t)index;
}

// 2.7.5.2, 2.7.5.3.1: in order, `next` is implied.
static void check_next(const struct fake_ring *ring, bool nested,
                       uint32_t index, uint32_t next, uint32_t limit)
{
    const uint32_t due = nested ? index + 1 : (index + 1) % ring->size;

    if (next >= limit) {
        fake_violation("ring: next is %u of %u", next, limit);
    }
    if (ring->in_order && next != due) {
        fake_violation("ring: next of %u is %u, in order", index, next);
    }
}

static void walk_table(struct fake_ring *ring, struct fake_chain *chain,
                       uint64_t table, uint32_t count)
{
    uint32_t index = 0;

    for (uint32_t steps = 0; steps < count && index < count; steps++) {
        const uint64_t at = descriptor_at(table, index);
        const uint32_t flags = (uint32_t)fake_peek(at + 12, 2);

        if ((flags & ~(FAKE_NEXT | FAKE_WRITE)) != 0) {
            fake_violation("ring: flags 0x%x in a table", flags);
        }
        fake_ring_add_segment(chain, fake_peek(at, 8),
                              (uint32_t)fake_peek(at + 8, 4),
                              (flags & FAKE_WRITE) != 0);
        if ((flags & FAKE_NEXT) == 0) {
            return;
        }
        const uint32_t next = (uint32_t)fake_peek(at + 14, 2);
        check_next(ring, true, index, next, count);
        index = next;
    }
    fake_violation("ring: chain longer than its table");
}

// A descriptor with INDIRECT is alone in its chain, 2.7.5.3.1.
static void open_table(struct fake_ring *ring, struct fake_chain *chain,
                       uint64_t at)
{
    const uint32_t bytes = (uint32_t)fake_peek(at + 8, 4);

    if (!ring->indirect || chain->descriptors != 1 ||
        fake_peek(at + 12, 2) != FAKE_INDIRECT) {
        fake_violation("ring: INDIRECT is not allowed here");
        return;
    }
    chain->through_table = true;
    if (fake_ring_table_fits(ring, bytes)) {
        walk_table(ring, chain, fake_peek(at, 8), bytes / 16);
    }
}

static void walk(struct fake_ring *ring, struct fake_chain *chain)
{
    uint32_t index = chain->id;

    while (chain->descriptors < ring->size && index < ring->size) {
        const uint64_t at = descriptor_at(ring->descriptors, index);
        const uint32_t flags = (uint32_t)fake_peek(at + 12, 2);

        chain->descriptors++;
        if ((flags & FAKE_INDIRECT) != 0) {
            open_table(ring, chain, at);
            return;
        }
        if ((flags & ~(FAKE_NEXT | FAKE_WRITE)) != 0) {
            fake_violation("ring: descriptor flags 0x%x", flags);
        }
        fake_ring_add_segment(chain, fake_peek(at, 8),
                              (uint32_t)fake_peek(at + 8, 4),
                              (flags & FAKE_WRITE) != 0);
        if ((flags & FAKE_NEXT) == 0) {
            return;
        }
        const uint32_t next = (uint32_t)fake_peek(at + 14, 2);
        check_next(ring, false, index, next, ring->size);
        index = next;
    }
    fake_violation("ring: chain longer than its table");
}

static uint32_t sum(const struct fake_ring *ring,
                    const struct fake_chain *chain)
{
    return fake_sum(descriptor_at(ring->descriptors, chain->id), 16);
}

static unsigned waiting(struct fake_ring *ring)
{
    const uint16_t idx = fake_split_avail_idx(ring);
    const uint16_t flags = fake_split_avail_flags(ring);

    if (ring->event_idx ? flags != 0 : flags > 1) {
        fake_violation("ring: available flags %u", flags);
    }
    if ((uint16_t)(idx - ring->seen) > ring->size) {
        fake_violation("ring: available idx from %u to %u", ring->seen, idx);
    }
    ring->seen = idx;
    return (uint16_t)(idx - ring->taken);
}

// 2.7.5: in order, heads follow the ring of descriptors from 0 on.
static void check_order(struct fake_ring *ring, const struct fake_chain *chain)
{
    if (ring->in_order && chain->id != ring->next_available.index) {
        fake_violation("ring: head %u, in order %u expected", chain->id,
                       ring->next_available.index);
    }
    ring->next_available.index = (chain->id + chain->descriptors) % ring->size;
}

static struct fake_chain *take(struct fake_ring *ring)
{
    if (waiting(ring) == 0) {
        return NULL;
    }
    const uint32_t index = ring->taken & (ring->size - 1);
    const uint32_t head =
        (uint32_t)fake_peek(ring->driver + 4 + 2 * (uint64_t)index, 2);
    struct fake_chain *chain = fake_ring_fresh_chain(ring, head);
    if (chain == NULL) {
        return NULL;
    }
    walk(ring, chain);
    check_order(ring, chain);
    ring->taken++;
    if (ring->event_idx && !ring->hides_taken) {
        fake_split_set_avail_event(ring, ring->taken);
    }
    return chain;
}

// 2.7.7: whether a notification is due for a step that used.idx just made.
static bool wants_interrupt(const struct fake_ring *ring, unsigned steps)
{
    if (!ring->event_idx) {
        return (fake_split_avail_flags(ring) & 1) == 0;
    }
    for (unsigned i = 1; i <= steps; i++) {
        if (fake_split_used_event(ring) == (uint16_t)(ring->given - i)) {
            return true;
        }
    }
    return false;
}

// 2.7.9: the element is written at the place of the batch's first buffer.
static bool put_used(struct fake_ring *ring, uint32_t id, uint32_t length,
                     unsigned buffers, unsigned descriptors)
{
    const uint32_t index = ring->given & (ring->size - 1);
    const uint64_t at = ring->device + 4 + 8 * (uint64_t)index;

    (void)descriptors;
    fake_poke(at, 4, id);
    fake_poke(at + 4, 4, length);
    ring->given = (uint16_t)(ring->given + buffers);
    fake_split_set_used_idx(ring, ring->given);
    return wants_interrupt(ring, buffers);
}

const struct fake_ring_format fake_split_format = {
    .attach = attach,
    .waiting = waiting,
    .take = take,
    .sum = sum,
    .put_used = put_used,
    .driver_bytes = driver_bytes,
    .device_bytes = device_bytes,
};
