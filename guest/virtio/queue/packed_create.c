// SPDX-License-Identifier: MIT
// Building a packed virtqueue in memory of the caller's. VIRTIO 1.4, 2.8
// "Packed Virtqueues".
#include <string.h>

#include "base/panic.h"
#include "virtio/queue/packed_queue.h"
#include "virtio/queue/create.h"

// After the descriptors, which have 16 bytes each: so it is aligned.
static uint32_t driver_event_offset(const struct virtqueue_config *config)
{
    return config->size * (uint32_t)sizeof(struct packed_descriptor);
}

static uint32_t device_event_offset(const struct virtqueue_config *config)
{
    return driver_event_offset(config) + (uint32_t)sizeof(struct packed_event);
}

size_t packed_ring_bytes(const struct virtqueue_config *config)
{
    return device_event_offset(config) + sizeof(struct packed_event);
}

size_t packed_private_bytes(const struct virtqueue_config *config)
{
    return sizeof(struct packed_queue) +
           config->size * sizeof(struct queue_entry);
}

struct virtqueue *packed_create(const struct virtqueue_config *config,
                                struct queue_addresses *at)
{
    const uint32_t driver_event = driver_event_offset(config);
    const uint32_t device_event = device_event_offset(config);
    const struct packed_place start = packed_at(0, true, config->size); // 2.8.1
    struct packed_queue *queue = config->private_memory;
    unsigned char *ring = config->ring.cpu;

    // 2.8.13; the memory's earlier contents are undefined. Zero in the driver's
    // event structure means ENABLE.
    memset(ring, 0, packed_ring_bytes(config));
    *queue = (struct packed_queue){
        .base = {.format = &packed_format},
        .ring = (struct packed_descriptor *)(void *)ring,
        .driver_event = (struct packed_event *)(void *)(ring + driver_event),
        .device_event = (struct packed_event *)(void *)(ring + device_event),
        .added = start,
        .published = start,
        .popped = start,
        .event_idx = config->event_idx,
        .indirect = config->indirect,
        .interrupts = true,
    };
    queue_inflight_open(&queue->books, config, queue->entries);
    *at = (struct queue_addresses){
        .descriptors = config->ring.device,
        .driver = paddr_add(config->ring.device, driver_event),
        .device = paddr_add(config->ring.device, device_event),
    };
    return &queue->base;
}
