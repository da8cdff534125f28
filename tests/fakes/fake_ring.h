// SPDX-License-Identifier: MIT
// The device's side of a virtqueue, split or packed, written from the
// specification alone: its own reading of every byte, and no header of the
// driver's. It checks what it reads and can be told to lie.
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

// A buffer that the device has taken and holds.
struct fake_chain {
    bool held;
    bool through_table;
    uint16_t id;    // split: of its first descriptor
    unsigned slots; // descriptors of the ring that it takes
    unsigned order; // the how many-eth that was taken
    unsigned count;
    uint32_t readable_bytes;
    uint32_t writable_bytes;
    uint32_t sum; // over what the driver may not change meanwhile
    struct fake_segment segments[FAKE_SEGMENTS];
};

// A place in a packed ring, with the wrap counter of its lap.
struct fake_lap_place {
    uint32_t slot;
    bool wrap;
};

struct fake_ring {
    // What was negotiated, and a mood; to be set before fake_ring_attach.
    bool packed;
    bool event_idx;
    bool indirect;
    bool in_order;
    bool hides_taken; // never says what it waits for

    bool attached;
    uint32_t size;
    uint64_t descriptors; // where the three areas are
    uint64_t driver;
    uint64_t device;
    unsigned takes;
    unsigned held;
    unsigned interrupts;       // asked for
    unsigned no_interrupts;    // used buffers that the driver wanted none for
    struct fake_chain *chains; // by id

    // Split only.
    uint16_t taken; // next place of the available ring to look at
    uint16_t given; // used.idx
    uint16_t seen;  // available.idx as last read

    // Packed only.
    struct fake_lap_place next_available;
    struct fake_lap_place next_used;
    uint32_t *sums; // of the descriptors that are the device's; 0: it is not
};

// Starts on a ring at these device addresses: checks alignment, and that what
// must be zero is.
void fake_ring_attach(struct fake_ring *ring, uint32_t size,
                      uint64_t descriptors, uint64_t driver, uint64_t device);
// Forgets it, after a reset or at the end of a test.
void fake_ring_detach(struct fake_ring *ring);

// Buffers made available and not taken yet.
unsigned fake_ring_waiting(struct fake_ring *ring);
// Takes the next one; NULL if there is none. The chain is the ring's.
struct fake_chain *fake_ring_take(struct fake_ring *ring);
// Gives a chain back. True if the driver wants an interrupt. In order, all
// that are held and were taken before it go with it, by one used element.
bool fake_ring_use(struct fake_ring *ring, struct fake_chain *chain,
                   uint32_t length);

// Whether bytes of this page are part of the ring or of a held chain.
bool fake_ring_uses_page(const struct fake_ring *ring, uint64_t page);

// A lie: says that a buffer was used, whatever is held.
bool fake_ring_lie(struct fake_ring *ring, uint32_t id, uint32_t length);
// Sets what a driver reads before it kicks: whether it should without, and
// from which buffer on (the how many-eth, of one descriptor each) with
// EVENT_IDX.
void fake_ring_set_no_kicks(struct fake_ring *ring, bool none);
void fake_ring_set_event(struct fake_ring *ring, uint64_t buffer);
// What the driver said: whether it wants no interrupts at all.
bool fake_ring_no_interrupts(const struct fake_ring *ring);

// Split only: sets used.idx; what the driver wrote there.
void fake_split_set_used_idx(struct fake_ring *ring, uint16_t idx);
void fake_split_set_used_flags(struct fake_ring *ring, uint16_t flags);
void fake_split_set_avail_event(struct fake_ring *ring, uint16_t event);
uint16_t fake_split_avail_idx(const struct fake_ring *ring);
uint16_t fake_split_avail_flags(const struct fake_ring *ring);
uint16_t fake_split_used_event(const struct fake_ring *ring);

// Packed only: sets flags where the next used descriptor goes, the device's
// event structure; what the driver wrote into its own.
void fake_packed_set_flags(struct fake_ring *ring, uint16_t flags);
void fake_packed_set_event(struct fake_ring *ring, uint16_t flags,
                           uint16_t off_wrap);
uint16_t fake_packed_event_flags(const struct fake_ring *ring);
uint16_t fake_packed_event_off_wrap(const struct fake_ring *ring);

#endif
