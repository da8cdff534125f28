// SPDX-License-Identifier: MIT
// The private books of a virtqueue: which buffers are with the device, what it
// may write into them, which ids are free. Where the device can't reach them,
// and the same for every ring format. For the formats only.
// VIRTIO 1.4, 2.6 "Virtqueues", 2.7.9 and 2.8.8 "In-order use of descriptors".
#ifndef VIRTIO_QUEUE_BOOKS_H
#define VIRTIO_QUEUE_BOOKS_H

#include "base/types.h"
#include "virtio/queue_format.h"

// One id. A buffer of n descriptors has n of them, linked by `next`, and goes
// by the first; a split ring uses them as indices of its descriptors.
struct queue_entry {
    void *token;       // of the buffer that goes by this id; NULL: none does
    uint64_t serial;   // of that buffer, the first one being 0
    uint32_t writable; // its bytes that the device may write, UINT32_MAX at
                       // most, for no device can say more
    uint16_t next;     // of the same buffer, or in the free list
    uint16_t count;    // descriptors of that buffer
};

//  serials:     popped        used          published          added
//  ---------------|-------------|---------------|----------------|------>
//   ours again    | in order:   | the device's  | in the ring,   | free
//                 | known used  |               | not shown      |
//
// With IN_ORDER buffers come back by serial, and ids are handed out one after
// the other, so the links of the free list never change: i + 1, the last 0.
struct queue_books {
    struct queue_entry *entries;
    uint16_t size;
    uint16_t free_head;
    uint16_t free_count;
    bool in_order;
    bool length_reliable;
    uint16_t leaving; // the id that is popped next, while popped < used
    uint32_t length;  // that the device said of the last one before `used`
    uint64_t added;
    uint64_t published;
    uint64_t used;
    uint64_t popped;
};

// Empty books over config->size entries.
void queue_books_open(struct queue_books *books,
                      const struct virtqueue_config *config,
                      struct queue_entry *entries);

// Segments of a buffer: what the device reads stands first.
static inline unsigned queue_segments(const struct queue_buffer *buffer)
{
    return (unsigned)buffer->readable + buffer->writable;
}

// Whether a buffer may be added that takes `needed` descriptors of the ring,
// with virtqueue_add's errors.
enum error queue_books_check(const struct queue_books *books,
                             const struct queue_buffer *buffer,
                             unsigned needed) MUST_USE;

// Enters a buffer that was checked: takes `needed` ids, returns the first.
uint16_t queue_books_enter(struct queue_books *books,
                           const struct queue_buffer *buffer, unsigned needed);

// What the device said of used buffers, read once: those that it stands for
// can be popped. Condemns the queue if it can't be true.
enum error queue_books_use(struct queue_books *books, struct virtqueue *queue,
                           uint32_t id, uint32_t length) MUST_USE;

// Buffers that were used and can be popped.
static inline uint64_t queue_books_waiting(const struct queue_books *books)
{
    return books->used - books->popped;
}

// Pops one of them; returns how many descriptors of the ring it had.
uint16_t queue_books_leave(struct queue_books *books, void **token,
                           uint32_t *written);

#endif
