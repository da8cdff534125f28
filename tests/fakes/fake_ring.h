// SPDX-License-Identifier: MIT
// The device's side of a virtqueue, split or packed, written from the
// specification alone: it decodes every byte itself and uses no header of the
// driver's. It checks what it reads, and can lie on request.
// VIRTIO 1.4, 2.7 "Split Virtqueues", 2.8 "Packed Virtqueues".
#ifndef FAKES_FAKE_RING_H
#define FAKES_FAKE_RING_H

#include <stdbool.h>
#include <stdint.h>

#define FAKE_SEGMENTS 64u

struct fake_segment {
    uint64_t address;
    uint32_t bytes;
    bool writable;
};

// A buffer that the device holds.
struct fake_chain {
    bool held;
    bool through_table;
    uint16_t id;          // split: of its first descriptor
    unsigned descriptors; // descriptors of the ring that it occupies
    unsigned order;       // running number, in the order of taking
    unsigned count;
    uint32_t readable_bytes;
    uint32_t writable_bytes;
    uint32_t sum; // of all that the driver must not change meanwhile
    struct fake_segment segments[FAKE_SEGMENTS];
};

// A place in a packed ring, with the wrap counter of its lap.
struct fake_lap_position {
    uint32_t index;
    bool wrap;
};

struct fake_ring {
    // The negotiated options, and a fault; to be set before fake_ring_attach.
    bool packed;
    bool event_idx;
    bool indirect;
    bool in_order;
    bool hides_taken; // never updates avail_event

    bool attached;
    uint32_t size;
    uint64_t descriptors; // addresses of the three areas
    uint64_t driver;
    uint64_t device;
    unsigned takes;
    unsigned held;
    unsigned interrupts;       // notifications sent on request
    unsigned no_interrupts;    // used buffers without notification
    struct fake_chain *chains; // by id

    // Split only.
    uint16_t taken; // next place of the available ring to look at
    uint16_t given; // used.idx
    uint16_t seen;  // available.idx as last read

    // Packed only.
    struct fake_lap_position next_available;
    struct fake_lap_position next_used;
    uint32_t *sums; // checksums of the device's descriptors; 0: the driver's
};

// Attaches to a ring at these device addresses: checks alignment and the areas
// that must be zero.
void fake_ring_attach(struct fake_ring *ring, uint32_t size,
                      uint64_t descriptors, uint64_t driver, uint64_t device);
// Detaches, after a reset or at the end of a test.
void fake_ring_detach(struct fake_ring *ring);

// Number of available buffers that are not taken yet.
unsigned fake_ring_waiting(struct fake_ring *ring);
// Takes the next buffer; NULL: none. The ring owns the chain.
struct fake_chain *fake_ring_take(struct fake_ring *ring);
// Returns a chain. True if the driver wants an interrupt. In order, all held
// chains taken before it are returned with it, by one used element.
bool fake_ring_use(struct fake_ring *ring, struct fake_chain *chain,
                   uint32_t length);

// Whether any byte of this page belongs to the ring or to a held chain.
bool fake_ring_uses_page(const struct fake_ring *ring, uint64_t page);

// A lie: reports a used buffer, held or not.
bool fake_ring_lie(struct fake_ring *ring, uint32_t id, uint32_t length);
// Sets what the driver reads before a kick: no kicks wanted, or with EVENT_IDX
// the running number of the buffer (one descriptor each) to kick for.
void fake_ring_set_no_kicks(struct fake_ring *ring, bool none);
void fake_ring_set_event(struct fake_ring *ring, uint64_t buffer);
// The driver's setting: no interrupts at all.
bool fake_ring_no_interrupts(const struct fake_ring *ring);

// Split only: set fields of the used ring; read fields that the driver wrote.
void fake_split_set_used_idx(struct fake_ring *ring, uint16_t idx);
void fake_split_set_used_flags(struct fake_ring *ring, uint16_t flags);
void fake_split_set_avail_event(struct fake_ring *ring, uint16_t event);
uint16_t fake_split_avail_idx(const struct fake_ring *ring);
uint16_t fake_split_avail_flags(const struct fake_ring *ring);
uint16_t fake_split_used_event(const struct fake_ring *ring);

// Packed only: sets the flags at the next used descriptor, sets the device's
// event structure; returns the driver's event structure.
void fake_packed_set_flags(struct fake_ring *ring, uint16_t flags);
void fake_packed_set_event(struct fake_ring *ring, uint16_t flags,
                           uint16_t off_wrap);
uint16_t fake_packed_event_flags(const struct fake_ring *ring);
uint16_t fake_packed_event_off_wrap(const struct fake_ring *ring);

#endif
