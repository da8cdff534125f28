// SPDX-License-Identifier: MIT
// Shared by the fake ring's files: the operations of a format, and helpers for
// both.
#ifndef FAKES_FAKE_RING_FORMAT_H
#define FAKES_FAKE_RING_FORMAT_H

#include "fakes/fake_ring.h"

// Flags of a descriptor, 2.7.5 and 2.8.13.
#define FAKE_NEXT 1u
#define FAKE_WRITE 2u
#define FAKE_INDIRECT 4u

struct fake_ring_format {
    void (*attach)(struct fake_ring *ring);
    unsigned (*waiting)(struct fake_ring *ring);
    // Reads the next buffer; NULL: none, or a recorded violation.
    struct fake_chain *(*take)(struct fake_ring *ring);
    // Checksum over the descriptors of a held chain.
    uint32_t (*sum)(const struct fake_ring *ring,
                    const struct fake_chain *chain);
    // Writes one used element for `buffers` buffers of `descriptors`
    // descriptors. True if the driver asked for a notification.
    bool (*put_used)(struct fake_ring *ring, uint32_t id, uint32_t length,
                     unsigned buffers, unsigned descriptors);
    uint64_t (*driver_bytes)(const struct fake_ring *ring);
    uint64_t (*device_bytes)(const struct fake_ring *ring);
};

extern const struct fake_ring_format fake_split_format;
extern const struct fake_ring_format fake_packed_format;

// Adds one element to a chain and checks it.
void fake_ring_add_segment(struct fake_chain *chain, uint64_t address,
                           uint32_t bytes, bool writable);
// The chain with this id; NULL, and a violation, if the id is invalid.
struct fake_chain *fake_ring_fresh_chain(struct fake_ring *ring, uint32_t id);
// Whether an indirect table may have that many bytes.
bool fake_ring_table_fits(const struct fake_ring *ring, uint32_t bytes);

#endif
