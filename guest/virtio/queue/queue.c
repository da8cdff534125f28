// SPDX-License-Identifier: MIT
// The part of a virtqueue that all ring formats share: mainly, that no call
// reaches a queue whose device broke the protocol. VIRTIO 1.4, 2.6
// "Virtqueues".
#include "virtio/queue/queue.h"

#include "base/panic.h"
#include "virtio/queue/format.h"

uint16_t virtqueue_choose_size(uint32_t device_max, uint16_t wanted)
{
    uint32_t limit = device_max < wanted ? device_max : wanted;
    uint32_t size = VIRTQUEUE_SIZE_MAX;

    while (size > limit) {
        size /= 2; // ends at 0
    }
    return (uint16_t)size;
}

enum error virtqueue_add(struct virtqueue *queue,
                         const struct queue_buffer *buffer)
{
    return queue->fault != NULL ? ERR_DEVICE
                                : queue->format->add(queue, buffer);
}

bool virtqueue_publish(struct virtqueue *queue)
{
    return queue->fault == NULL && queue->format->publish(queue);
}

enum error virtqueue_pop(struct virtqueue *queue, void **token,
                         uint32_t *written)
{
    return queue->fault != NULL ? ERR_DEVICE
                                : queue->format->pop(queue, token, written);
}

void virtqueue_interrupts_off(struct virtqueue *queue)
{
    queue->format->interrupts_off(queue);
}

bool virtqueue_interrupts_on(struct virtqueue *queue)
{
    return queue->format->interrupts_on(queue);
}

enum error virtqueue_all_taken(const struct virtqueue *queue, bool *taken)
{
    return queue->format->all_taken(queue, taken);
}

const char *virtqueue_fault(const struct virtqueue *queue)
{
    return queue->fault;
}

uint16_t virtqueue_in_flight(const struct virtqueue *queue)
{
    return queue->format->in_flight(queue);
}

enum error virtqueue_mark_broken(struct virtqueue *queue, const char *fault)
{
    queue->fault = fault;
    return ERR_DEVICE;
}

// --- Creation ---------------------------------------------------------------

static const struct queue_format *
format_of(const struct virtqueue_config *config)
{
    assert_that(config->size != 0 && config->size <= VIRTQUEUE_SIZE_MAX,
                "queue: size");
    return config->packed ? &packed_format : &split_format;
}

size_t virtqueue_ring_bytes(const struct virtqueue_config *config)
{
    return format_of(config)->ring_bytes(config);
}

size_t virtqueue_private_bytes(const struct virtqueue_config *config)
{
    return format_of(config)->private_bytes(config);
}

struct virtqueue *virtqueue_create(const struct virtqueue_config *config,
                                   struct queue_addresses *at)
{
    const struct queue_format *format = format_of(config);

    assert_that(config->ring.bytes >= format->ring_bytes(config),
                "queue: ring memory");
    assert_that(config->ring.device.value % 16 == 0 &&
                    (uintptr_t)config->ring.cpu % 16 == 0,
                "queue: ring alignment");
    assert_that(config->private_bytes >= format->private_bytes(config),
                "queue: private memory");
    assert_that((uintptr_t)config->private_memory % 8 == 0,
                "queue: private alignment");
    return format->create(config, at);
}
