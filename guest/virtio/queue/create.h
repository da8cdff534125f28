// SPDX-License-Identifier: MIT
// Making a virtqueue in memory of the caller's; all other functions are in
// queue.h. VIRTIO 1.4, 2.6 "Virtqueues".
#ifndef VIRTIO_QUEUE_CREATE_H
#define VIRTIO_QUEUE_CREATE_H

#include "base/types.h"
#include "virtio/queue/queue.h"
#include "virtio/transport.h"

struct virtqueue_config {
    bool packed;           // negotiated
    uint16_t size;         // entries; split: a power of two
    uint32_t used_align;   // of a split ring's used ring
    bool event_idx;        // negotiated
    bool indirect;         // negotiated
    bool in_order;         // negotiated
    bool length_reliable;  // used lengths are valid; not on legacy
    struct dma_block ring; // virtqueue_ring_bytes, 16-byte aligned, undefined
    void *private_memory;  // virtqueue_private_bytes, 8-byte aligned
    size_t private_bytes;
};

// Bytes of both memories that such a queue needs. `ring` and `private_memory`
// need not be set yet.
size_t virtqueue_ring_bytes(const struct virtqueue_config *config);
size_t virtqueue_private_bytes(const struct virtqueue_config *config);

// Asserts the requirements above. `at` receives the addresses for the device.
// Interrupts are on.
struct virtqueue *virtqueue_create(const struct virtqueue_config *config,
                                   struct queue_addresses *at);

#endif
