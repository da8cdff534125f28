// SPDX-License-Identifier: MIT
// The in-flight table of a virtqueue. No function here accesses memory that the
// device shares. VIRTIO 1.4, 2.6 "Virtqueues".
#include "virtio/queue/inflight.h"

#include "base/panic.h"
#include "virtio/queue/queue.h"

void queue_inflight_open(struct queue_inflight *inflight,
                         const struct virtqueue_config *config,
                         struct queue_entry *entries)
{
    *inflight = (struct queue_inflight){
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
enum error queue_inflight_check(const struct queue_inflight *inflight,
                                const struct queue_buffer *buffer,
                                unsigned needed)
{
    const unsigned count = queue_segments(buffer);

    assert_that(buffer->token != NULL, "queue: a buffer without a token");
    if (count == 0) {
        return ERR_INVALID;
    }
    if (count > inflight->size) {
        return ERR_RANGE;
    }
    if (has_empty_segment(buffer)) {
        return ERR_INVALID;
    }
    if (segment_bytes(buffer, 0) > UINT64_C(1) << 32) {
        return ERR_RANGE;
    }
    return needed > inflight->free_count ? ERR_FULL : OK;
}

uint16_t queue_inflight_add(struct queue_inflight *inflight,
                            const struct queue_buffer *buffer, unsigned needed)
{
    const uint16_t id = inflight->free_head;
    const uint64_t writable = segment_bytes(buffer, buffer->readable);
    struct queue_entry *entry = &inflight->entries[id];

    entry->token = buffer->token;
    entry->serial = inflight->added;
    entry->writable = writable > UINT32_MAX ? UINT32_MAX : (uint32_t)writable;
    entry->count = (uint16_t)needed;
    inflight->added++;
    for (unsigned i = 0; i < needed; i++) {
        inflight->free_head = inflight->entries[inflight->free_head].next;
    }
    inflight->free_count = (uint16_t)(inflight->free_count - needed);
    return id;
}

enum error queue_inflight_complete(struct queue_inflight *inflight,
                                   struct virtqueue *queue, uint32_t id,
                                   uint32_t length)
{
    if (id >= inflight->size) {
        return virtqueue_mark_broken(queue, "used_id_range");
    }
    const struct queue_entry *entry = &inflight->entries[id];
    if (entry->token == NULL || entry->serial >= inflight->published) {
        return virtqueue_mark_broken(queue, "used_id_not_outstanding");
    }
    if (inflight->length_reliable && length > entry->writable) {
        return virtqueue_mark_broken(queue, "used_length");
    }
    inflight->length = length;
    if (inflight->in_order) { // all before it were used too
        inflight->used = entry->serial + 1;
    } else {
        inflight->used = inflight->popped + 1;
        inflight->next_pop = (uint16_t)id;
    }
    return OK;
}

// Returns a buffer's ids to the free list. With IN_ORDER the list's links never
// change, so only the count does.
static void free_ids(struct queue_inflight *inflight, uint16_t id)
{
    struct queue_entry *entry = &inflight->entries[id];
    uint16_t last = id;

    entry->token = NULL;
    inflight->free_count = (uint16_t)(inflight->free_count + entry->count);
    if (inflight->in_order) {
        return;
    }
    for (uint16_t i = 1; i < entry->count; i++) {
        last = inflight->entries[last].next;
    }
    inflight->entries[last].next = inflight->free_head;
    inflight->free_head = id;
}

// 2.7.9, 2.8.8: a buffer without a used element of its own was written to its
// full length.
uint16_t queue_inflight_remove(struct queue_inflight *inflight, void **token,
                               uint32_t *written)
{
    const uint16_t id = inflight->next_pop;
    const struct queue_entry *entry = &inflight->entries[id];
    const uint16_t count = entry->count;
    const bool own_element = queue_inflight_ready(inflight) == 1;

    *token = entry->token;
    *written = own_element ? inflight->length : entry->writable;
    if (!inflight->length_reliable) {
        *written = 0;
    }
    free_ids(inflight, id);
    inflight->popped++;
    inflight->next_pop = (uint16_t)((id + (uint32_t)count) % inflight->size);
    return count;
}
