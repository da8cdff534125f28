// SPDX-License-Identifier: MIT
// A virtqueue of a device together with its memory, for all drivers.
// VIRTIO 1.4, 2.6 "Virtqueues".
#ifndef DRIVERS_QUEUE_H
#define DRIVERS_QUEUE_H

#include "base/error.h"
#include "base/types.h"
#include "mm/dma.h"
#include "virtio/device.h"

struct virtqueue;

struct driver_queue {
    struct virtqueue *virtqueue; // NULL: not set up
    uint16_t size;               // entries
    uint16_t number;             // index on the device
    struct dma_block ring;
    struct dma_block private_memory; // not shared with the device
};

// Sets up the queue under the device's number, of `wanted` entries unless the
// device dictates another size; between FEATURES_OK and DRIVER_OK. Memory that
// the queue holds from before a reset is used again. ERR_NO_MEMORY: it is too
// small now, or there is none to take. ERR_EMPTY: the device has no such queue.
// After an error memory may be held.
enum error driver_queue_set_up(struct driver_queue *queue,
                               struct virtio_device *device, uint16_t number,
                               uint16_t wanted) MUST_USE;

// Frees a block, if there is one. Only while the device is reset: before that
// it may access every byte.
static inline void driver_block_release(struct dma_block *block)
{
    if (block->bytes != 0) {
        mm_free_dma(*block);
        *block = (struct dma_block){0};
    }
}

// Frees the queue's memory, on the same condition.
static inline void driver_queue_release(struct driver_queue *queue)
{
    driver_block_release(&queue->ring);
    driver_block_release(&queue->private_memory);
    queue->virtqueue = NULL;
}

static inline bool driver_queue_holds_memory(const struct driver_queue *queue)
{
    return queue->ring.bytes != 0 || queue->private_memory.bytes != 0;
}

// Entries that may be in use at once. One stays free: QEMU 11.1 returns no
// buffer from a full packed ring with IN_ORDER.
static inline unsigned driver_queue_room(const struct driver_queue *queue)
{
    return queue->size > 1 ? queue->size - 1u : 1u;
}

#endif
