// SPDX-License-Identifier: MIT
// A split virtqueue with a fake device's ring at its other end, without any
// registers between them. One at a time.
#ifndef FAKES_RING_RIG_H
#define FAKES_RING_RIG_H

#include "fakes/fake_ring.h"
#include "virtio/queue.h"
#include "virtio/queue_create.h"

struct ring_rig {
    struct virtqueue *queue;
    struct fake_ring ring;
    struct dma_block memory;
    struct dma_block buffer; // some memory to point segments at
    struct queue_addresses at;
    void *private_memory;
};

// What is negotiated.
#define RING_EVENT_IDX 1u
#define RING_INDIRECT 2u
#define RING_LEGACY 4u // no reliable used lengths, used ring on a page

void ring_rig_start(struct ring_rig *rig, uint16_t size, unsigned options);
void ring_rig_stop(struct ring_rig *rig);

// Adds a buffer of one device-readable segment; the token is `number`, not 0.
enum error ring_rig_add(struct ring_rig *rig, uintptr_t number);
// Adds a buffer with that many segments of 16 bytes of either kind.
enum error ring_rig_add_chain(struct ring_rig *rig, uintptr_t number,
                              uint16_t readable, uint16_t writable,
                              const struct dma_block *table);
// Pops and returns the token's number, 0 for ERR_EMPTY; any other error is
// noted as a violation.
uintptr_t ring_rig_pop(struct ring_rig *rig);

#endif
