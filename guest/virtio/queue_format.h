// SPDX-License-Identifier: MIT
// What one ring format gives to queue.c, which keeps what all have in common:
// a dead queue stays dead. For queue.c, device.c and the formats only.
// VIRTIO 1.4, 2.6 "Virtqueues".
#ifndef VIRTIO_QUEUE_FORMAT_H
#define VIRTIO_QUEUE_FORMAT_H

#include "virtio/queue.h"

// Each does what its namesake in queue.h promises, for a queue that lives.
struct queue_format {
    enum error (*add)(struct virtqueue *queue,
                      const struct queue_buffer *buffer);
    bool (*publish)(struct virtqueue *queue);
    // ERR_DEVICE only after virtqueue_condemn.
    enum error (*pop)(struct virtqueue *queue, void **token, uint32_t *written);
    void (*interrupts_off)(struct virtqueue *queue);
    bool (*interrupts_on)(struct virtqueue *queue);
    enum error (*all_taken)(const struct virtqueue *queue, bool *taken);
    uint16_t (*in_flight)(const struct virtqueue *queue);
};

// The head of every format's own struct.
struct virtqueue {
    const struct queue_format *format;
    const char *fault; // NULL: alive
};

// Declares the queue dead for what the device did; returns ERR_DEVICE.
enum error virtqueue_condemn(struct virtqueue *queue, const char *fault);

#endif
