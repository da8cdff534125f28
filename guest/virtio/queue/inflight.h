// SPDX-License-Identifier: MIT
// The in-flight table of a virtqueue, private: the buffers in flight, how much
// the device may write into each, the free ids. Kept outside shared memory;
// shared by all ring formats. For the formats only. VIRTIO 1.4, 2.6
// "Virtqueues", 2.7.9 and 2.8.8 "In-order use of descriptors".
#ifndef VIRTIO_QUEUE_INFLIGHT_H
#define VIRTIO_QUEUE_INFLIGHT_H

#include "base/types.h"
#include "virtio/queue/format.h"

// One id. A buffer of n descriptors has n of them, linked by `next`, and is
// known by the first; a split ring uses them as descriptor indices.
struct queue_entry {
    void *token;       // of the buffer with this id; NULL: none
    uint64_t serial;   // of that buffer, counted from 0
    uint32_t writable; // bytes that the device may write, at most UINT32_MAX: a
                       // used length has 32 bits
    uint16_t next;     // of the same buffer, or in the free list
    uint16_t count;    // descriptors of that buffer
};

//  serials:     popped        used          published          added
//  ---------------|-------------|---------------|----------------|------>
//   returned      | in order:   | the device's  | in the ring,   | free
//                 | known used  |               | not published  |
//
// With IN_ORDER buffers are used by serial, and ids are allocated one after
// the other, so the links of the free list never change: i + 1, the last 0.
struct queue_inflight {
    struct queue_entry *entries;
    uint16_t size;
    uint16_t free_head;
    uint16_t free_count;
    bool in_order;
    bool length_reliable;
    uint16_t next_pop; // id of the next pop, while popped < used
    uint32_t length;   // used length of the last one before `used`
    uint64_t added;
    uint64_t published;
    uint64_t used;
    uint64_t popped;
};

// An empty table over config->size entries.
void queue_inflight_open(struct queue_inflight *inflight,
                         const struct virtqueue_config *config,
                         struct queue_entry *entries);

// Segments of a buffer, device-readable ones first.
static inline unsigned queue_segments(const struct queue_buffer *buffer)
{
    return (unsigned)buffer->readable + buffer->writable;
}

// Whether a buffer goes into an indirect table, which needs one descriptor.
// `indirect`: negotiated.
static inline bool queue_uses_table(bool indirect,
                                    const struct queue_buffer *buffer)
{
    return indirect && buffer->table != NULL && queue_segments(buffer) > 1;
}

// Whether a buffer that needs `needed` ring descriptors may be added; errors as
// virtqueue_add's.
enum error queue_inflight_check(const struct queue_inflight *inflight,
                                const struct queue_buffer *buffer,
                                unsigned needed) MUST_USE;

// Records a buffer that was checked: takes `needed` ids, returns the first.
uint16_t queue_inflight_add(struct queue_inflight *inflight,
                            const struct queue_buffer *buffer, unsigned needed);

// Records a used element, read once: the buffers that it covers can be popped.
// Marks the queue broken if it is impossible.
enum error queue_inflight_complete(struct queue_inflight *inflight,
                                   struct virtqueue *queue, uint32_t id,
                                   uint32_t length) MUST_USE;

// Used buffers that can be popped.
static inline uint64_t
queue_inflight_ready(const struct queue_inflight *inflight)
{
    return inflight->used - inflight->popped;
}

// Pops one of them; returns the number of its ring descriptors.
uint16_t queue_inflight_remove(struct queue_inflight *inflight, void **token,
                               uint32_t *written);

#endif
