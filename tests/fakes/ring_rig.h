// SPDX-License-Identifier: MIT
// A virtqueue connected to a fake device's ring directly, without registers.
// One at a time.
#ifndef FAKES_RING_RIG_H
#define FAKES_RING_RIG_H

#include "fakes/fake_ring.h"
#include "virtio/queue/queue.h"
#include "virtio/queue/queue.h"

struct ring_rig {
    struct virtqueue *queue;
    struct fake_ring ring;
    struct dma_block memory;
    struct dma_block buffer; // memory for segments to point at
    struct queue_addresses at;
    void *private_memory;
};

// The negotiated options.
#define RING_EVENT_IDX 1u
#define RING_INDIRECT 2u
#define RING_LEGACY 4u // no reliable used lengths, page-aligned used ring
#define RING_PACKED 8u
#define RING_IN_ORDER 16u

void ring_rig_start(struct ring_rig *rig, uint16_t size, unsigned options);
void ring_rig_stop(struct ring_rig *rig);

// Adds a buffer of one device-readable segment; the token is `number`, not 0.
enum error ring_rig_add(struct ring_rig *rig, uintptr_t number);
// Adds a buffer with that many 16-byte segments of either kind.
enum error ring_rig_add_chain(struct ring_rig *rig, uintptr_t number,
                              uint16_t readable, uint16_t writable,
                              const struct dma_block *table);
// Adds `count` buffers with tokens from `number` on, publishes them together.
void ring_rig_send(struct ring_rig *rig, uintptr_t number, unsigned count);
// Pops and returns the token's number, 0 for ERR_EMPTY; any other error is
// recorded as a violation.
uintptr_t ring_rig_pop(struct ring_rig *rig);
// Whether the device's write kills the queue, with this fault. The queue stays
// dead even if the device undoes its write; the rig is stopped.
bool ring_rig_dies(struct ring_rig *rig, const char *fault);

// Initial states: the options of each ring format.
extern const unsigned ring_split;
extern const unsigned ring_packed;

// For cmocka: a test whose claim holds for one format, or for both; it gets its
// options by ring_options(state).
#define RING_TEST(function, format)                                            \
    {                                                                          \
        .name = #function " (" #format ")", .test_func = (function),           \
        .initial_state = (void *)&ring_##format,                               \
    }
#define RING_TEST_BOTH(function)                                               \
    RING_TEST(function, split), RING_TEST(function, packed)

static inline unsigned ring_options(void **state)
{
    return *(const unsigned *)*state;
}

#endif
