// SPDX-License-Identifier: MIT
// Making a virtqueue in memory that the caller gives; everything else goes
// through queue.h. VIRTIO 1.4, 2.6 "Virtqueues".
#ifndef VIRTIO_QUEUE_CREATE_H
#define VIRTIO_QUEUE_CREATE_H

#include "base/types.h"
#include "virtio/queue.h"
#include "virtio/transport.h"

struct virtqueue_config {
    bool packed;           // negotiated
    uint16_t size;         // entries; split: a power of two
    uint32_t used_align;   // of a split ring's used ring
    bool event_idx;        // negotiated
    bool indirect;         // negotiated
    bool in_order;         // negotiated
    bool length_reliable;  // used lengths mean something; not on legacy
    struct dma_block ring; // virtqueue_ring_bytes, 16-byte aligned, any content
    void *private_memory;  // virtqueue_private_bytes, 8-byte aligned
    size_t private_bytes;
};

// What such a queue needs of either memory. The two memories themselves need
// not be known yet.
size_t virtqueue_ring_bytes(const struct virtqueue_config *config);
size_t virtqueue_private_bytes(const struct virtqueue_config *config);

// Asserts all that is said above. `at` is what the device must be told.
// Interrupts are on.
struct virtqueue *virtqueue_create(const struct virtqueue_config *config,
                                   struct queue_addresses *at);

#endif
