// SPDX-License-Identifier: MIT
// The device's side of a split ring, written from the specification alone:
// its own reading of every byte, and no header of the driver's. It checks what
// it reads and can be told to lie. VIRTIO 1.4, 2.7 "Split Virtqueues".
#ifndef FAKES_FAKE_RING_H
#define FAKES_FAKE_RING_H

#include <stdbool.h>
#include <stdint.h>

#define FAKE_SEGMENTS 16u

struct fake_segment {
    uint64_t address;
    uint32_t bytes;
    bool writable;
};

// A chain that the device has taken and holds.
struct fake_chain {
    bool held;
    bool through_table;
    uint16_t head;
    unsigned count;
    uint32_t readable_bytes;
    uint32_t writable_bytes;
    uint32_t sum; // over descriptors and what they have the device read
    struct fake_segment segments[FAKE_SEGMENTS];
};

struct fake_ring {
    bool attached;
    bool event_idx;
    bool indirect;
    bool hides_taken; // leaves avail_event where it is
    uint32_t size;
    uint64_t descriptors;
    uint64_t available;
    uint64_t used;
    uint16_t taken; // next place of the available ring to look at
    uint16_t given; // used.idx
    uint16_t seen;  // available.idx as last read
    unsigned held;
    unsigned interrupts;       // asked for
    unsigned no_interrupts;    // used buffers that the driver wanted none for
    struct fake_chain *chains; // by head
};

// Starts on a ring at these device addresses: checks alignment, and that the
// available and the used ring hold nothing but zeros.
void fake_ring_attach(struct fake_ring *ring, uint32_t size,
                      uint64_t descriptors, uint64_t available, uint64_t used);
// Forgets it, after a reset or at the end of a test.
void fake_ring_detach(struct fake_ring *ring);

// Buffers made available and not taken yet.
unsigned fake_ring_waiting(struct fake_ring *ring);
// Takes the next one; NULL if there is none. The chain is the ring's.
struct fake_chain *fake_ring_take(struct fake_ring *ring);
// Gives a chain back. True if the driver wants an interrupt.
bool fake_ring_use(struct fake_ring *ring, struct fake_chain *chain,
                   uint32_t length);

// Whether bytes of this page are part of the ring or of a held chain.
bool fake_ring_uses_page(const struct fake_ring *ring, uint64_t page);

// Lies: writes any used element and steps used.idx; sets used.idx; sets the
// hints that the driver reads.
bool fake_ring_lie(struct fake_ring *ring, uint32_t id, uint32_t length);
void fake_ring_set_used_idx(struct fake_ring *ring, uint16_t idx);
void fake_ring_set_used_flags(struct fake_ring *ring, uint16_t flags);
void fake_ring_set_avail_event(struct fake_ring *ring, uint16_t event);

// What the driver wrote there.
uint16_t fake_ring_avail_idx(const struct fake_ring *ring);
uint16_t fake_ring_avail_flags(const struct fake_ring *ring);
uint16_t fake_ring_used_event(const struct fake_ring *ring);

#endif
