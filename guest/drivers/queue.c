// SPDX-License-Identifier: MIT
// The memory of a driver's virtqueue is taken once; a recovery uses it again.
// VIRTIO 1.4, 2.6 "Virtqueues".
#include "drivers/queue.h"

#include "virtio/queue/queue.h"

static enum error provide(struct dma_block *block, size_t bytes)
{
    if (block->bytes == 0) {
        return mm_alloc_dma(bytes, block);
    }
    return bytes <= block->bytes ? OK : ERR_NO_MEMORY;
}

enum error driver_queue_set_up(struct driver_queue *queue,
                               struct virtio_device *device, uint16_t number,
                               uint16_t wanted)
{
    uint16_t size = 0;
    enum error error = virtio_device_queue_size(device, number, wanted, &size);

    if (error == OK) {
        error = provide(&queue->ring, virtio_device_ring_bytes(device, size));
    }
    if (error == OK) {
        error = provide(&queue->private_memory,
                        virtio_device_private_bytes(device, size));
    }
    if (error != OK) {
        return error;
    }
    queue->size = size;
    queue->number = number;
    const struct virtio_queue_memory memory = {
        .size = size,
        .ring = queue->ring,
        .private_memory = queue->private_memory.cpu,
        .private_bytes = queue->private_memory.bytes,
    };
    return virtio_device_add_queue(device, number, &memory, &queue->virtqueue);
}
