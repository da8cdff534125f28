// SPDX-License-Identifier: MIT
// The private books of a virtqueue. No function here accesses memory that the
// device shares. VIRTIO 1.4, 2.6 "Virtqueues".
#include "virtio/queue/inflight.h"

#include "base/panic.h"
#include "virtio/queue/queue.h"

void queue_inflight_open(struct queue_inflight *books,
                         const struct virtqueue_config *config,
                         struct queue_entry *entries)
{
    *books = (struct queue_inflight){
        .entries = entries,
        .size = config->size,
        .free_count = config->size,
        .in_order = config->in_order,
        .length_reliable = config->length_reliable,
    };
    for (uint32_t i = 0; i < config->size; i++) {
        entries[i] = (struct queue_entry){
            .next = (uint16_t)(i + 1),
        };
    }
    entries[config->size - 1].next = 0;
}

static uint64_t segment_bytes(const struct queue_buffer *buffer, unsigned from)
{
    uint64_t bytes = 0;

    for (unsigned i = from; i < queue_segments(buffer); i++) {
        bytes += buffer->segments[i].bytes;
    }
    return bytes;
}

static bool has_empty_segment(const struct queue_buffer *buffer)
{
    bool empty = false;

    for (unsigned i = 0; i < queue_segments(buffer); i++) {
        empty = empty || buffer->segments[i].bytes == 0;
    }
    return empty;
}

// 2.7.5.2, 2.7.5.3.1, 2.8.17, 2.8.19: bounds of a chain, in a table or not.
enum error queue_inflight_check(const struct queue_inflight *books,
                                const struct queue_buffer *buffer,
                                unsigned needed)
{
    const unsigned count = queue_segments(buffer);

    assert_that(buffer->token != NULL, "queue: a buffer without a token");
    if (count == 0) {
        return ERR_INVALID;
    }
    if (count > books->size) {
        return ERR_RANGE;
    }
    if (has_empty_segment(buffer)) {
        return ERR_INVALID;
    }
    if (segment_bytes(buffer, 0) > UINT64_C(1) << 32) {
        return ERR_RANGE;
    }
    return needed > books->free_count ? ERR_FULL : OK;
}

uint16_t queue_inflight_add(struct queue_inflight *books,
                            const struct queue_buffer *buffer, unsigned needed)
{
    const uint16_t id = books->free_head;
    const uint64_t writable = segment_bytes(buffer, buffer->readable);
    struct queue_entry *entry = &books->entries[id];

    entry->token = buffer->token;
    entry->serial = books->added;
    entry->writable = writable > UINT32_MAX ? UINT32_MAX : (uint32_t)writable;
    entry->count = (uint16_t)needed;
    books->added++;
    for (unsigned i = 0; i < needed; i++) {
        books->free_head = books->entries[books->free_head].next;
    }
    books->free_count = (uint16_t)(books->free_count - needed);
    return id;
}

enum error queue_inflight_complete(struct queue_inflight *books,
                                   struct virtqueue *queue, uint32_t id,
                                   uint32_t length)
{
    if (id >= books->size) {
        return virtqueue_condemn(queue, "used_id_range");
    }
    const struct queue_entry *entry = &books->entries[id];
    if (entry->token == NULL || entry->serial >= books->published) {
        return virtqueue_condemn(queue, "used_id_not_outstanding");
    }
    if (books->length_reliable && length > entry->writable) {
        return virtqueue_condemn(queue, "used_length");
    }
    books->length = length;
    if (books->in_order) { // all before it were used too
        books->used = entry->serial + 1;
    } else {
        books->used = books->popped + 1;
        books->leaving = (uint16_t)id;
    }
    return OK;
}

// Returns a buffer's ids to the free list. With IN_ORDER the list's links never
// change, so only the count does.
static void release(struct queue_inflight *books, uint16_t id)
{
    struct queue_entry *entry = &books->entries[id];
    uint16_t last = id;

    entry->token = NULL;
    books->free_count = (uint16_t)(books->free_count + entry->count);
    if (books->in_order) {
        return;
    }
    for (uint16_t i = 1; i < entry->count; i++) {
        last = books->entries[last].next;
    }
    books->entries[last].next = books->free_head;
    books->free_head = id;
}

// 2.7.9, 2.8.8: a buffer without a used element of its own was written to its
// full length.
uint16_t queue_inflight_remove(struct queue_inflight *books, void **token,
                               uint32_t *written)
{
    const uint16_t id = books->leaving;
    const struct queue_entry *entry = &books->entries[id];
    const uint16_t count = entry->count;
    const bool said = queue_inflight_waiting(books) == 1;

    *token = entry->token;
    *written = said ? books->length : entry->writable;
    if (!books->length_reliable) {
        *written = 0;
    }
    release(books, id);
    books->popped++;
    books->leaving = (uint16_t)((id + (uint32_t)count) % books->size);
    return count;
}
