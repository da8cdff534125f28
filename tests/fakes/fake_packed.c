// SPDX-License-Identifier: MIT
// The device's side of a packed ring. VIRTIO 1.4, 2.8 "Packed Virtqueues".
#include "fakes/fake_memory.h"
#include "fakes/fake_report.h"
#include "fakes/fake_ring_format.h"

#define AVAIL 0x0080u
#define USED 0x8000u

static uint64_t event_bytes(const struct fake_ring *ring)
{
    (void)ring;
    return 4;
}

uint16_t fake_packed_event_off_wrap(const struct fake_ring *ring)
{
    return (uint16_t)fake_peek(ring->driver, 2);
}

uint16_t fake_packed_event_flags(const struct fake_ring *ring)
{
    return (uint16_t)fake_peek(ring->driver + 2, 2);
}

void fake_packed_set_event(struct fake_ring *ring, uint16_t flags,
                           uint16_t off_wrap)
{
    fake_poke(ring->device, 2, off_wrap);
    fake_poke(ring->device + 2, 2, flags);
}

static uint64_t descriptor_at(const struct fake_ring *ring, uint32_t index)
{
    return ring->descriptors + 16 * (uint64_t)index;
}

static uint32_t flags_at(const struct fake_ring *ring, uint32_t index)
{
    return (uint32_t)fake_peek(descriptor_at(ring, index) + 14, 2);
}

static void step(const struct fake_ring *ring,
                 struct fake_lap_position *position)
{
    position->index++;
    if (position->index == ring->size) {
        position->index = 0;
        position->wrap = !position->wrap;
    }
}

static void attach(struct fake_ring *ring)
{
    ring->next_available = (struct fake_lap_position){.index = 0, .wrap = true};
    ring->next_used = ring->next_available;
}

// 2.8.1: AVAIL equals the wrap counter, USED is its inverse.
static bool is_available(const struct fake_ring *ring,
                         struct fake_lap_position position)
{
    const uint32_t flags = flags_at(ring, position.index);

    return ((flags & AVAIL) != 0) == position.wrap &&
           ((flags & USED) != 0) != position.wrap;
}

// The driver must not change available descriptors, 2.8.16.
static void check_owned(const struct fake_ring *ring)
{
    for (uint32_t i = 0; i < ring->size; i++) {
        if (ring->sums[i] != 0 &&
            ring->sums[i] != (fake_sum(descriptor_at(ring, i), 16) | 1)) {
            fake_violation("ring: descriptor %u changed while available", i);
        }
    }
}

// 2.8.10: legal values of the driver's event structure.
static void check_event(const struct fake_ring *ring)
{
    const uint32_t flags = fake_packed_event_flags(ring);
    const uint32_t off = fake_packed_event_off_wrap(ring) & 0x7fffu;

    if (flags > (ring->event_idx ? 2u : 1u)) {
        fake_violation("ring: driver event flags 0x%x", flags);
    }
    if (flags == 2 && off >= ring->size) {
        fake_violation("ring: driver event offset %u", off);
    }
}

// Takes one list from `position` on for the device. False: the list is
// incomplete.
static bool pass_list(struct fake_ring *ring,
                      struct fake_lap_position *position)
{
    for (uint32_t steps = 0; steps < ring->size; steps++) {
        const uint32_t index = position->index;

        if (!is_available(ring, *position)) {
            fake_violation("ring: list incomplete at descriptor %u", index);
            return false;
        }
        ring->sums[index] = fake_sum(descriptor_at(ring, index), 16) | 1;
        step(ring, position);
        if ((flags_at(ring, index) & FAKE_NEXT) == 0) {
            return true;
        }
    }
    fake_violation("ring: list longer than the ring");
    return false;
}

static unsigned waiting(struct fake_ring *ring)
{
    struct fake_lap_position position = ring->next_available;
    unsigned lists = 0;

    check_owned(ring);
    check_event(ring);
    while (lists < ring->size && is_available(ring, position) &&
           pass_list(ring, &position)) {
        lists++;
    }
    return lists;
}

// 2.8.7, 2.8.19: WRITE is the only flag, the id has no meaning.
static void walk_table(struct fake_chain *chain, uint64_t table, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const uint64_t at = table + 16 * (uint64_t)i;
        const uint32_t flags = (uint32_t)fake_peek(at + 14, 2);

        if ((flags & ~FAKE_WRITE) != 0 || fake_peek(at + 12, 2) != 0) {
            fake_violation("ring: entry %u of a table, flags 0x%x", i, flags);
        }
        fake_ring_add_segment(chain, fake_peek(at, 8),
                              (uint32_t)fake_peek(at + 8, 4), flags != 0);
    }
}

// A descriptor with INDIRECT is alone in its list, and WRITE is reserved.
static void open_table(struct fake_ring *ring, struct fake_chain *chain,
                       uint64_t at, uint32_t flags)
{
    const uint32_t bytes = (uint32_t)fake_peek(at + 8, 4);

    if (!ring->indirect || chain->descriptors != 0 || flags != FAKE_INDIRECT) {
        fake_violation("ring: INDIRECT is not allowed here");
        return;
    }
    chain->through_table = true;
    if (fake_ring_table_fits(ring, bytes)) {
        walk_table(chain, fake_peek(at, 8), bytes / 16);
    }
}

// Reads one descriptor of a list. True: another one follows.
static bool take_descriptor(struct fake_ring *ring, struct fake_chain *chain)
{
    const uint64_t at = descriptor_at(ring, ring->next_available.index);
    const uint32_t flags =
        flags_at(ring, ring->next_available.index) & ~(AVAIL | USED);

    if ((flags & FAKE_INDIRECT) != 0) {
        open_table(ring, chain, at, flags);
    } else {
        fake_ring_add_segment(chain, fake_peek(at, 8),
                              (uint32_t)fake_peek(at + 8, 4),
                              (flags & FAKE_WRITE) != 0);
    }
    if (flags > (FAKE_NEXT | FAKE_WRITE | FAKE_INDIRECT)) {
        fake_violation("ring: descriptor flags 0x%x", flags);
    }
    chain->descriptors++;
    step(ring, &ring->next_available);
    return (flags & FAKE_NEXT) != 0 && chain->descriptors < ring->size;
}

// 2.8.6: the id of a list is the id of its last descriptor.
static uint32_t id_of_next(const struct fake_ring *ring)
{
    struct fake_lap_position position = ring->next_available;
    uint32_t index = position.index;

    for (uint32_t i = 0; i < ring->size; i++) {
        index = position.index;
        if ((flags_at(ring, index) & FAKE_NEXT) == 0) {
            break;
        }
        step(ring, &position);
    }
    return (uint32_t)fake_peek(descriptor_at(ring, index) + 12, 2);
}

static struct fake_chain *take(struct fake_ring *ring)
{
    if (waiting(ring) == 0) {
        return NULL;
    }
    struct fake_chain *chain = fake_ring_fresh_chain(ring, id_of_next(ring));
    if (chain == NULL) {
        return NULL;
    }
    while (take_descriptor(ring, chain)) {
    }
    if (ring->event_idx && !ring->hides_taken) {
        fake_packed_set_event(
            ring, 2,
            (uint16_t)(ring->next_available.index |
                       (ring->next_available.wrap ? 0x8000u : 0)));
    }
    return chain;
}

// The descriptors are watched for changes while the device holds them.
static uint32_t sum(const struct fake_ring *ring,
                    const struct fake_chain *chain)
{
    (void)ring;
    return chain->id;
}

// 2.8.10: whether the driver requested a notification for this position.
static bool asked_for(const struct fake_ring *ring,
                      struct fake_lap_position position)
{
    const uint16_t off_wrap = fake_packed_event_off_wrap(ring);

    return (off_wrap & 0x7fffu) == position.index &&
           ((off_wrap & 0x8000u) != 0) == position.wrap;
}

// 2.8.4: without WRITE the length has no meaning, so junk is written.
static void put_descriptor(struct fake_ring *ring, uint32_t id, uint32_t length)
{
    const uint64_t at = descriptor_at(ring, ring->next_used.index);
    const uint32_t marks = ring->next_used.wrap ? AVAIL | USED : 0;

    fake_poke(at + 8, 4, length != 0 ? length : 0xdeadbeef);
    fake_poke(at + 12, 2, id);
    fake_poke(at + 14, 2, marks | (length != 0 ? FAKE_WRITE : 0));
}

// 2.8.8: written at the position of the buffer's first descriptor.
static bool put_used(struct fake_ring *ring, uint32_t id, uint32_t length,
                     unsigned buffers, unsigned descriptors)
{
    const uint16_t flags = fake_packed_event_flags(ring);
    bool asked = false;

    (void)buffers;
    check_owned(ring);
    check_event(ring);
    put_descriptor(ring, id, length);
    for (unsigned i = 0; i < descriptors; i++) {
        ring->sums[ring->next_used.index] = 0;
        asked = asked || asked_for(ring, ring->next_used);
        step(ring, &ring->next_used);
    }
    return flags == 0 || (flags == 2 && asked);
}

void fake_packed_set_flags(struct fake_ring *ring, uint16_t flags)
{
    const uint32_t index = ring->next_used.index;

    fake_poke(descriptor_at(ring, index) + 14, 2, flags);
    ring->sums[index] = 0;
}

const struct fake_ring_format fake_packed_format = {
    .attach = attach,
    .waiting = waiting,
    .take = take,
    .sum = sum,
    .put_used = put_used,
    .driver_bytes = event_bytes,
    .device_bytes = event_bytes,
};
