// SPDX-License-Identifier: MIT
// A virtqueue as a driver sees it: buffers are added, and popped when used. The
// layout of the memory shared with the device is known to one format only
// (split.c, packed.c). Normal context; one caller, the queue's owner. VIRTIO
// 1.4, 2.6 "Virtqueues".
#ifndef VIRTIO_QUEUE_QUEUE_H
#define VIRTIO_QUEUE_QUEUE_H

#include "base/error.h"
#include "base/types.h"

struct virtqueue;

// The largest queue that the specification allows (VIRTIO 1.4, 2.7).
#define VIRTQUEUE_SIZE_MAX 32768u

// One physically contiguous piece of a buffer.
struct queue_segment {
    paddr address;
    uint32_t bytes; // not 0
};

// One buffer. The device reads the first `readable` segments and writes the
// `writable` ones after them (VIRTIO 1.4, 2.7.4.2: never mixed).
struct queue_buffer {
    const struct queue_segment *segments;
    uint16_t readable;
    uint16_t writable;
    void *token; // returned by virtqueue_pop; not NULL
    // Memory for an indirect table, 16 bytes a segment, 16-byte aligned, owned
    // by the device until the buffer is popped. Used if INDIRECT_DESC was
    // negotiated and there is more than one segment; NULL: never.
    const struct dma_block *table;
};

// Size in entries for a queue whose device allows `device_max`: the largest
// power of two not above it, `wanted` and VIRTQUEUE_SIZE_MAX. 0 if there is
// none, that is if the queue does not exist.
uint16_t virtqueue_choose_size(uint32_t device_max, uint16_t wanted);

// Adds a buffer to the ring; the device sees it only after virtqueue_publish.
// Several can be added and published at once. ERR_FULL: not enough descriptors,
// nothing changed, pop and try again. ERR_RANGE: more segments than the queue
// has entries, or more than 2^32 bytes together. ERR_INVALID: no segment, or an
// empty one. ERR_DEVICE: the queue is broken.
enum error virtqueue_add(struct virtqueue *queue,
                         const struct queue_buffer *buffer) MUST_USE;

// Makes all added buffers visible to the device. True if the device wants a
// notification: the caller then kicks the queue.
bool virtqueue_publish(struct virtqueue *queue) MUST_USE;

// Removes one used buffer. `written` is the number of bytes that the device
// reports as written, checked against the buffer's size; 0 where the length is
// not reliable (legacy devices; VIRTIO 1.4, 2.7.8.1). ERR_EMPTY: none, and
// while interrupts are on one will announce the next, so popping until
// ERR_EMPTY loses nothing. ERR_DEVICE: the device broke the protocol; the queue
// is broken until the device is reset, see virtqueue_fault.
enum error virtqueue_pop(struct virtqueue *queue, void **token,
                         uint32_t *written) MUST_USE;

// Asks the device not to interrupt for used buffers. Advice only: the driver
// must still accept interrupts without work (VIRTIO 1.4, 2.7.7).
void virtqueue_interrupts_off(struct virtqueue *queue);

// Requests an interrupt for the next used buffer. True if one is there already,
// for which no interrupt may come: pop before halting.
bool virtqueue_interrupts_on(struct virtqueue *queue) MUST_USE;

// Whether the device has taken every published buffer. Only a split ring with
// EVENT_IDX shows it; otherwise ERR_UNSUPPORTED.
enum error virtqueue_all_taken(const struct virtqueue *queue,
                               bool *taken) MUST_USE;

// The device's violation, as one word for the log; NULL: the queue is not
// broken.
const char *virtqueue_fault(const struct virtqueue *queue);

// Buffers added and not yet popped.
uint16_t virtqueue_in_flight(const struct virtqueue *queue);

// --- Creation, in memory of the caller's: for device.c -----------------------

// Addresses of a ring's parts, as the device sees them.
struct queue_addresses {
    paddr descriptors; // Descriptor Area
    paddr driver;      // Driver Area: available ring, driver events
    paddr device;      // Device Area: used ring, device events
};

struct virtqueue_config {
    bool packed;           // negotiated
    uint16_t size;         // entries; split: a power of two
    uint32_t used_align;   // of a split ring's used ring
    bool event_idx;        // negotiated
    bool indirect;         // negotiated
    bool in_order;         // negotiated
    bool length_reliable;  // used lengths are valid; not on legacy
    struct dma_block ring; // virtqueue_ring_bytes, 16-byte aligned, undefined
    void *private_memory;  // virtqueue_private_bytes, 8-byte aligned
    size_t private_bytes;
};

// Bytes of both memories that such a queue needs. `ring` and `private_memory`
// need not be set yet.
size_t virtqueue_ring_bytes(const struct virtqueue_config *config);
size_t virtqueue_private_bytes(const struct virtqueue_config *config);

// Asserts the requirements above. `at` receives the addresses for the device.
// Interrupts are on.
struct virtqueue *virtqueue_create(const struct virtqueue_config *config,
                                   struct queue_addresses *at);

#endif
