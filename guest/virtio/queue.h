// SPDX-License-Identifier: MIT
// A virtqueue as a driver sees it: buffers go in, come back used. What the
// memory shared with the device looks like is the business of one format
// (split.c, packed.c); nothing here asks which one it is.
// Not for two callers at once: normal context, the queue's owner only.
// VIRTIO 1.4, 2.6 "Virtqueues".
#ifndef VIRTIO_QUEUE_H
#define VIRTIO_QUEUE_H

#include "base/error.h"
#include "base/types.h"

struct virtqueue;

// The largest queue that the specification knows (VIRTIO 1.4, 2.7).
#define VIRTQUEUE_SIZE_MAX 32768u

// One physically contiguous piece of a buffer.
struct queue_segment {
    paddr address;
    uint32_t bytes; // not 0
};

// One buffer. The device reads the first `readable` segments and writes the
// `writable` ones behind them (VIRTIO 1.4, 2.7.4.2: never mixed).
struct queue_buffer {
    const struct queue_segment *segments;
    uint16_t readable;
    uint16_t writable;
    void *token; // what virtqueue_pop gives back; not NULL
    // Memory for an indirect table, 16 bytes a segment, 16-byte aligned, the
    // device's until the buffer is popped. Used if INDIRECT_DESC was
    // negotiated and there is more than one segment; NULL: never.
    const struct dma_block *table;
};

// Size in entries for a queue whose device allows `device_max`: the largest
// power of two not above it, `wanted` and VIRTQUEUE_SIZE_MAX. 0 if there is
// none, that is if the queue does not exist.
uint16_t virtqueue_choose_size(uint32_t device_max, uint16_t wanted);

// Puts a buffer where the device will find it; the device does not look before
// virtqueue_publish. Several can be added and published at once.
// ERR_FULL: not enough descriptors, nothing changed, pop and try again.
// ERR_RANGE: more segments than the queue has entries, or more than 2^32 bytes
// together. ERR_INVALID: no segment, or an empty one. ERR_DEVICE: queue dead.
enum error virtqueue_add(struct virtqueue *queue,
                         const struct queue_buffer *buffer) MUST_USE;

// Shows everything added to the device. True if the device wants to be
// notified of it: then kick the queue.
bool virtqueue_publish(struct virtqueue *queue) MUST_USE;

// Takes one used buffer back. `written` is how many bytes the device says to
// have written, checked against what it was allowed to; 0 where the length
// can't be relied on (legacy devices; VIRTIO 1.4, 2.7.8.1).
// ERR_EMPTY: none, and while interrupts are on one will announce the next, so
// popping until ERR_EMPTY loses nothing. ERR_DEVICE: the device broke the
// protocol; the queue is dead until the device is reset, see virtqueue_fault.
enum error virtqueue_pop(struct virtqueue *queue, void **token,
                         uint32_t *written) MUST_USE;

// Asks the device not to interrupt for used buffers. Advice only: interrupts
// without work must still be borne (VIRTIO 1.4, 2.7.7).
void virtqueue_interrupts_off(struct virtqueue *queue);

// Asks for the interrupt of the next used buffer. True if one is there
// already, for which no interrupt may come: pop before going to sleep.
bool virtqueue_interrupts_on(struct virtqueue *queue) MUST_USE;

// Whether the device has taken every published buffer, which a device tells in
// a split ring under EVENT_IDX alone; otherwise the answer is ERR_UNSUPPORTED.
enum error virtqueue_all_taken(const struct virtqueue *queue,
                               bool *taken) MUST_USE;

// What the device did wrong, as one word for the log; NULL while alive.
const char *virtqueue_fault(const struct virtqueue *queue);

// Buffers added and not yet popped.
uint16_t virtqueue_in_flight(const struct virtqueue *queue);

#endif
