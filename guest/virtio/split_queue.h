// SPDX-License-Identifier: MIT
// The private shadow of a split virtqueue: everything that the device could
// overwrite, where it can't. For split.c and split_create.c only.
// VIRTIO 1.4, 2.7 "Split Virtqueues".
#ifndef VIRTIO_SPLIT_QUEUE_H
#define VIRTIO_SPLIT_QUEUE_H

#include "base/types.h"
#include "virtio/queue_format.h"
#include "virtio/split_layout.h"

// The private side of one descriptor.
struct split_slot {
    void *token;       // of the buffer that starts here; NULL: none does
    uint64_t writable; // bytes of that buffer that the device may write
    uint16_t next;     // in the chain, or in the free list
    uint16_t chain;    // descriptors of that buffer
};

//        popped             published            added
//  ---------|--------------------|------------------|----------->  (mod 65536)
//   ours    | the device's, used | written into the |  free
//   again   | up to used.idx     | ring, not shown  |
struct split_queue {
    struct virtqueue base;
    struct split_descriptor *descriptors;
    struct split_available *available;
    struct split_used *used;
    le16 *used_event;  // ours: interrupt when used.idx passes it
    le16 *avail_event; // the device's: kick when available.idx passes it
    uint16_t size;
    uint16_t added;
    uint16_t published; // what available.idx holds
    uint16_t popped;
    uint16_t free_head;
    uint16_t free_count;
    bool event_idx;
    bool indirect;
    bool length_reliable;
    bool interrupts;
    struct split_slot slots[];
};

// The head is the first member; a format gets its own queues only.
static inline struct split_queue *split_of(struct virtqueue *queue)
{
    return (struct split_queue *)queue;
}

static inline const struct split_queue *
split_of_const(const struct virtqueue *queue)
{
    return (const struct split_queue *)queue;
}

static inline uint16_t slot_of(const struct split_queue *queue, uint16_t index)
{
    return index & (uint16_t)(queue->size - 1);
}

// In split_create.c, for the format's table.
size_t split_ring_bytes(const struct virtqueue_config *config);
size_t split_private_bytes(const struct virtqueue_config *config);
struct virtqueue *split_create(const struct virtqueue_config *config,
                               struct queue_addresses *at);

#endif
