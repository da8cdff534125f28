// SPDX-License-Identifier: MIT
// The private side of a packed virtqueue. For packed.c and packed_create.c
// only. VIRTIO 1.4, 2.8 "Packed Virtqueues".
#ifndef VIRTIO_QUEUE_PACKED_QUEUE_H
#define VIRTIO_QUEUE_PACKED_QUEUE_H

#include "base/types.h"
#include "virtio/queue/packed_ring.h"
#include "virtio/queue/inflight.h"

struct packed_queue {
    struct virtqueue base;
    struct packed_descriptor *ring;
    struct packed_event *driver_event; // the driver's: when to interrupt
    struct packed_event *device_event; // the device's: when to kick
    struct packed_place added;         // the next descriptor to fill
    struct packed_place published;     // the first one not published
    struct packed_place popped;        // position of the next used one
    uint16_t first_flags;              // of `published`; stored by publish
    bool event_idx;
    bool indirect;
    bool interrupts;
    struct queue_inflight books;
    struct queue_entry entries[];
};

// `base` is the first member; a format receives its own queues only.
static inline struct packed_queue *packed_of(struct virtqueue *queue)
{
    return (struct packed_queue *)queue;
}

static inline const struct packed_queue *
packed_of_const(const struct virtqueue *queue)
{
    return (const struct packed_queue *)queue;
}

// In packed_create.c, for the format's table.
size_t packed_ring_bytes(const struct virtqueue_config *config);
size_t packed_private_bytes(const struct virtqueue_config *config);
struct virtqueue *packed_create(const struct virtqueue_config *config,
                                struct queue_addresses *at);

#endif
