// SPDX-License-Identifier: MIT
// The private side of a split virtqueue. For split.c and split_create.c only.
// VIRTIO 1.4, 2.7 "Split Virtqueues".
#ifndef VIRTIO_QUEUE_SPLIT_QUEUE_H
#define VIRTIO_QUEUE_SPLIT_QUEUE_H

#include "base/types.h"
#include "virtio/queue/inflight.h"
#include "virtio/queue/split_ring.h"

// The indices of both rings are the books' serials, modulo 65536.
struct split_queue {
    struct virtqueue base;
    struct split_descriptor *descriptors;
    struct split_available *available;
    struct split_used *used;
    le16 *used_event;  // the driver's: interrupt when used.idx passes it
    le16 *avail_event; // the device's: kick when available.idx passes it
    bool event_idx;
    bool indirect;
    bool interrupts;
    struct queue_inflight books;
    struct queue_entry entries[];
};

// `base` is the first member; a format receives its own queues only.
static inline struct split_queue *split_of(struct virtqueue *queue)
{
    return (struct split_queue *)queue;
}

static inline const struct split_queue *
split_of_const(const struct virtqueue *queue)
{
    return (const struct split_queue *)queue;
}

// In split_create.c, for the format's table.
size_t split_ring_bytes(const struct virtqueue_config *config);
size_t split_private_bytes(const struct virtqueue_config *config);
struct virtqueue *split_create(const struct virtqueue_config *config,
                               struct queue_addresses *at);

#endif
