// SPDX-License-Identifier: MIT
// Operations of a ring format. queue.c holds the part that formats share: a
// broken queue stays broken. For queue.c and the formats only.
// VIRTIO 1.4, 2.6 "Virtqueues".
#ifndef VIRTIO_QUEUE_FORMAT_H
#define VIRTIO_QUEUE_FORMAT_H

#include "virtio/queue/queue.h"

// Each follows the contract of its namesake in queue.h, for a queue that is
// not broken, or for a configuration that was checked.
struct queue_format {
    size_t (*ring_bytes)(const struct virtqueue_config *config);
    size_t (*private_bytes)(const struct virtqueue_config *config);
    struct virtqueue *(*create)(const struct virtqueue_config *config,
                                struct queue_addresses *at);
    enum error (*add)(struct virtqueue *queue,
                      const struct queue_buffer *buffer);
    bool (*publish)(struct virtqueue *queue);
    // ERR_DEVICE only after virtqueue_mark_broken.
    enum error (*pop)(struct virtqueue *queue, void **token, uint32_t *written);
    void (*interrupts_off)(struct virtqueue *queue);
    bool (*interrupts_on)(struct virtqueue *queue);
    enum error (*all_taken)(const struct virtqueue *queue, bool *taken);
    uint16_t (*in_flight)(const struct virtqueue *queue);
};

// The first member of every format's own struct.
struct virtqueue {
    const struct queue_format *format;
    const char *fault; // NULL: not broken
};

extern const struct queue_format split_format;
extern const struct queue_format packed_format;

// Marks the queue broken because of a violation; returns ERR_DEVICE.
enum error virtqueue_mark_broken(struct virtqueue *queue, const char *fault);

#endif
