// SPDX-License-Identifier: MIT
// The part of a virtqueue that all ring formats share: mainly, that no call
// reaches a queue whose device broke the protocol. VIRTIO 1.4, 2.6
// "Virtqueues".
#include "virtio/queue/queue.h"

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

enum error virtqueue_condemn(struct virtqueue *queue, const char *fault)
{
    queue->fault = fault;
    return ERR_DEVICE;
}
