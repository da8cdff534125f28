// SPDX-License-Identifier: MIT
// Making a split virtqueue; everything else goes through queue.h.
// VIRTIO 1.4, 2.7 "Split Virtqueues".
#ifndef VIRTIO_SPLIT_H
#define VIRTIO_SPLIT_H

#include "base/types.h"
#include "virtio/queue.h"
#include "virtio/transport.h"

struct split_config {
    uint16_t size;         // entries, a power of two
    uint32_t used_align;   // of the used ring behind the available ring
    bool event_idx;        // negotiated
    bool indirect;         // negotiated
    bool length_reliable;  // used lengths mean something; not on legacy
    struct dma_block ring; // 16-byte aligned; split_layout().bytes, any content
    void *private_memory;  // virtqueue_private_bytes(size), 8-byte aligned
    size_t private_bytes;
};

// Asserts all that is said above. `at` is what the device must be told.
// Interrupts are on.
struct virtqueue *split_create(const struct split_config *config,
                               struct queue_addresses *at);

// 2.7.7.2, 2.7.10: whether an index that moved from `before` to `after` has
// passed the event that the other side asked to be told of, modulo 65536.
static inline bool split_event_passed(uint16_t event, uint16_t before,
                                      uint16_t after)
{
    return (uint16_t)(after - event - 1) < (uint16_t)(after - before);
}

#endif
