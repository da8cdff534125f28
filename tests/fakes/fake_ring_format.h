// SPDX-License-Identifier: MIT
// Between the files of the fake ring: what a format does, and what both need.
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
    // Reads the next buffer; NULL: none, or a violation that is noted.
    struct fake_chain *(*take)(struct fake_ring *ring);
    // Over the descriptors of a held chain.
    uint32_t (*sum)(const struct fake_ring *ring,
                    const struct fake_chain *chain);
    // Writes one used element for `buffers` buffers of `slots` descriptors.
    // True if the driver asked to be told.
    bool (*put_used)(struct fake_ring *ring, uint32_t id, uint32_t length,
                     unsigned buffers, unsigned slots);
    uint64_t (*driver_bytes)(const struct fake_ring *ring);
    uint64_t (*device_bytes)(const struct fake_ring *ring);
};

extern const struct fake_ring_format fake_split_format;
extern const struct fake_ring_format fake_packed_format;

// Adds one element to a chain and checks it.
void fake_ring_add_segment(struct fake_chain *chain, uint64_t address,
                           uint32_t bytes, bool writable);
// The chain that goes by an id; NULL, and a violation, if it may be no id.
struct fake_chain *fake_ring_fresh_chain(struct fake_ring *ring, uint32_t id);
// Whether a table of that many bytes may be.
bool fake_ring_table_fits(const struct fake_ring *ring, uint32_t bytes);

#endif
