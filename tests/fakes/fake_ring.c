// SPDX-License-Identifier: MIT
// The device's side of a virtqueue, for both formats: it holds buffers and
// returns them.
// VIRTIO 1.4, 2.6 "Virtqueues".
#include "fakes/fake_ring.h"

#include <stdlib.h>

#include "fakes/fake_memory.h"
#include "fakes/fake_report.h"
#include "fakes/fake_ring_format.h"

static const struct fake_ring_format *format_of(const struct fake_ring *ring)
{
    return ring->packed ? &fake_packed_format : &fake_split_format;
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

static void check_place(const struct fake_ring *ring)
{
    const unsigned driver_align = ring->packed ? 4 : 2;
    const bool size_ok = ring->size != 0 && ring->size <= 32768 &&
                         (ring->packed || (ring->size & (ring->size - 1)) == 0);

    if (!size_ok) {
        fake_violation("ring: size %u", ring->size);
    }
    if (ring->descriptors % 16 != 0 || ring->driver % driver_align != 0 ||
        ring->device % 4 != 0) {
        fake_violation("ring: alignment 0x%llx 0x%llx 0x%llx",
                       (unsigned long long)ring->descriptors,
                       (unsigned long long)ring->driver,
                       (unsigned long long)ring->device);
    }
}

void fake_ring_attach(struct fake_ring *ring, uint32_t size,
                      uint64_t descriptors, uint64_t driver, uint64_t device)
{
    ring->attached = true;
    ring->size = size;
    ring->descriptors = descriptors;
    ring->driver = driver;
    ring->device = device;
    check_place(ring);
    ring->chains = calloc(size, sizeof(ring->chains[0]));
    ring->sums = calloc(size, sizeof(ring->sums[0]));
    if (ring->chains == NULL || ring->sums == NULL) {
        abort();
    }
    expect_zeros("driver area", driver, 4); // split: flags and idx
    expect_zeros("device area", device, format_of(ring)->device_bytes(ring));
    if (ring->packed) {
        expect_zeros("descriptor ring", descriptors, 16 * (uint64_t)size);
    }
    format_of(ring)->attach(ring);
}

void fake_ring_detach(struct fake_ring *ring)
{
    free(ring->chains);
    free(ring->sums);
    *ring = (struct fake_ring){0};
}

void fake_ring_add_segment(struct fake_chain *chain, uint64_t address,
                           uint32_t bytes, bool writable)
{
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
        .address = address,
        .bytes = bytes,
        .writable = writable,
    };
    chain->count++;
    *(writable ? &chain->writable_bytes : &chain->readable_bytes) += bytes;
}

struct fake_chain *fake_ring_fresh_chain(struct fake_ring *ring, uint32_t id)
{
    if (id >= ring->size || ring->chains[id].held) {
        fake_violation("ring: id %u is %s", id,
                       id >= ring->size ? "out of range" : "held already");
        return NULL;
    }
    ring->chains[id] = (struct fake_chain){.id = (uint16_t)id};
    return &ring->chains[id];
}

bool fake_ring_table_fits(const struct fake_ring *ring, uint32_t bytes)
{
    const bool fits = bytes != 0 && bytes % 16 == 0 && bytes / 16 <= ring->size;

    if (!fits) {
        fake_violation("ring: table of %u bytes", bytes);
    }
    return fits;
}

// Checksum of all that the driver must not touch while the device holds the
// chain.
static uint32_t sum_of(const struct fake_ring *ring,
                       const struct fake_chain *chain)
{
    uint32_t sum = format_of(ring)->sum(ring, chain);

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
    return format_of(ring)->waiting(ring);
}

struct fake_chain *fake_ring_take(struct fake_ring *ring)
{
    struct fake_chain *chain = format_of(ring)->take(ring);

    if (chain != NULL) {
        chain->held = true;
        chain->order = ring->takes;
        chain->sum = sum_of(ring, chain);
        ring->takes++;
        ring->held++;
    }
    return chain;
}

static void let_go(struct fake_ring *ring, struct fake_chain *chain)
{
    if (sum_of(ring, chain) != chain->sum) {
        fake_violation("ring: a held buffer was changed");
    }
    chain->held = false;
    ring->held--;
}

bool fake_ring_use(struct fake_ring *ring, struct fake_chain *chain,
                   uint32_t length)
{
    unsigned buffers = 0;
    unsigned descriptors = 0;

    if (!chain->held) {
        fake_violation("fake: a chain returned that is not held");
    }
    for (uint32_t i = 0; i < ring->size; i++) {
        struct fake_chain *other = &ring->chains[i];
        const bool before = ring->in_order && other->order < chain->order;

        if (other == chain || (other->held && before)) {
            let_go(ring, other);
            buffers++;
            descriptors += other->descriptors;
        }
    }
    const bool wanted = format_of(ring)->put_used(ring, chain->id, length,
                                                  buffers, descriptors);
    *(wanted ? &ring->interrupts : &ring->no_interrupts) += 1;
    return wanted;
}

bool fake_ring_lie(struct fake_ring *ring, uint32_t id, uint32_t length)
{
    const unsigned descriptors =
        id < ring->size ? ring->chains[id].descriptors : 0;

    return format_of(ring)->put_used(ring, id, length, 1,
                                     descriptors == 0 ? 1 : descriptors);
}

static bool touches(uint64_t from, uint64_t bytes, uint64_t page)
{
    return from < page + 4096 && page < from + bytes;
}

bool fake_ring_uses_page(const struct fake_ring *ring, uint64_t page)
{
    const struct fake_ring_format *format = format_of(ring);

    if (!ring->attached) {
        return false;
    }
    bool uses = touches(ring->descriptors, 16 * (uint64_t)ring->size, page) ||
                touches(ring->driver, format->driver_bytes(ring), page) ||
                touches(ring->device, format->device_bytes(ring), page);

    for (uint32_t i = 0; i < ring->size; i++) {
        const struct fake_chain *chain = &ring->chains[i];

        for (unsigned s = 0; chain->held && s < chain->count; s++) {
            uses = uses || touches(chain->segments[s].address,
                                   chain->segments[s].bytes, page);
        }
    }
    return uses;
}

void fake_ring_set_no_kicks(struct fake_ring *ring, bool none)
{
    if (ring->packed) {
        fake_packed_set_event(ring, none ? 1 : 0, 0);
    } else {
        fake_split_set_used_flags(ring, none ? 1 : 0);
    }
}

void fake_ring_set_event(struct fake_ring *ring, uint64_t buffer)
{
    const uint64_t lap = buffer / ring->size;
    const uint64_t index = buffer % ring->size;

    if (ring->packed) {
        fake_packed_set_event(ring, 2,
                              (uint16_t)(index | (lap % 2 == 0 ? 0x8000 : 0)));
    } else {
        fake_split_set_avail_event(ring, (uint16_t)buffer);
    }
}

bool fake_ring_no_interrupts(const struct fake_ring *ring)
{
    return (ring->packed ? fake_packed_event_flags(ring)
                         : fake_split_avail_flags(ring)) == 1;
}
