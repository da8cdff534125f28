// SPDX-License-Identifier: MIT
// Building a split virtqueue in memory of the caller's. VIRTIO 1.4, 2.7 "Split
// Virtqueues".
#include <string.h>

#include "base/panic.h"
#include "virtio/queue/create.h"
#include "virtio/queue/split_queue.h"

size_t split_ring_bytes(const struct virtqueue_config *config)
{
    return split_layout(config->size, config->used_align).bytes;
}

size_t split_private_bytes(const struct virtqueue_config *config)
{
    return sizeof(struct split_queue) +
           config->size * sizeof(struct queue_entry);
}

struct virtqueue *split_create(const struct virtqueue_config *config,
                               struct queue_addresses *at)
{
    const struct split_layout layout =
        split_layout(config->size, config->used_align);
    struct split_queue *queue = config->private_memory;
    unsigned char *ring = config->ring.cpu;

    memset(ring, 0, layout.bytes); // 2.7.10.1 and 4.2.3.2
    *queue = (struct split_queue){
        .base = {.format = &split_format},
        .descriptors = (struct split_descriptor *)(void *)ring,
        .available =
            (struct split_available *)(void *)(ring + layout.available),
        .used = (struct split_used *)(void *)(ring + layout.used),
        .used_event = (le16 *)(void *)(ring + layout.used_event),
        .avail_event = (le16 *)(void *)(ring + layout.avail_event),
        .event_idx = config->event_idx,
        .indirect = config->indirect,
        .interrupts = true,
    };
    queue_inflight_open(&queue->books, config, queue->entries);
    *at = (struct queue_addresses){
        .descriptors = config->ring.device,
        .driver = paddr_add(config->ring.device, layout.available),
        .device = paddr_add(config->ring.device, layout.used),
    };
    return &queue->base;
}
