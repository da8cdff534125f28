// SPDX-License-Identifier: MIT
// The driver's side of a split virtqueue. What the device could overwrite is
// kept in a private shadow and never read back from the ring; what the device
// writes is read once, checked and kept.
// VIRTIO 1.4, 2.7 "Split Virtqueues".
#include "base/panic.h"
#include "base/shared.h"
#include "virtio/split_queue.h"

static unsigned segments_of(const struct queue_buffer *buffer)
{
    return (unsigned)buffer->readable + buffer->writable;
}

static bool wants_table(const struct split_queue *queue,
                        const struct queue_buffer *buffer)
{
    return queue->indirect && buffer->table != NULL && segments_of(buffer) > 1;
}

// 2.7.5.3.1 and 2.7.5.2: bounds of a chain, an indirect one included.
static enum error check_buffer(const struct split_queue *queue,
                               const struct queue_buffer *buffer)
{
    const unsigned count = segments_of(buffer);
    uint64_t bytes = 0;

    if (count == 0) {
        return ERR_INVALID;
    }
    if (count > queue->size) {
        return ERR_RANGE;
    }
    for (unsigned i = 0; i < count; i++) {
        if (buffer->segments[i].bytes == 0) {
            return ERR_INVALID;
        }
        bytes += buffer->segments[i].bytes;
    }
    return bytes > UINT64_C(1) << 32 ? ERR_RANGE : OK;
}

static void put_descriptor(struct split_descriptor *at,
                           struct queue_segment segment, unsigned flags,
                           uint16_t next)
{
    shared_write64(&at->addr, le64_of(segment.address.value));
    shared_write32(&at->len, le32_of(segment.bytes));
    shared_write16(&at->flags, le16_of((uint16_t)flags));
    shared_write16(&at->next, le16_of(next));
}

// Flags of segment i of a buffer: what the device reads stands first.
static unsigned segment_flags(const struct queue_buffer *buffer, unsigned i)
{
    return (i >= buffer->readable ? SPLIT_DESC_F_WRITE : 0) |
           (i + 1 < segments_of(buffer) ? SPLIT_DESC_F_NEXT : 0);
}

static void put_chain(struct split_queue *queue,
                      const struct queue_buffer *buffer)
{
    uint16_t slot = queue->free_head;

    for (unsigned i = 0; i < segments_of(buffer); i++) {
        const uint16_t next = queue->slots[slot].next;
        const unsigned flags = segment_flags(buffer, i);

        put_descriptor(&queue->descriptors[slot], buffer->segments[i], flags,
                       (flags & SPLIT_DESC_F_NEXT) != 0 ? next : 0);
        slot = next;
    }
    queue->free_head = slot;
}

// 2.7.5.3: one descriptor for a table of them, in which INDIRECT is not
// repeated and entries follow each other.
static void put_table(struct split_queue *queue,
                      const struct queue_buffer *buffer)
{
    struct split_descriptor *entries = buffer->table->cpu;
    const unsigned count = segments_of(buffer);
    const uint32_t bytes = count * (uint32_t)sizeof(entries[0]);
    const uint16_t slot = queue->free_head;

    assert_that(buffer->table->bytes >= bytes, "split: table too small");
    for (unsigned i = 0; i < count; i++) {
        const unsigned flags = segment_flags(buffer, i);

        put_descriptor(&entries[i], buffer->segments[i], flags,
                       (flags & SPLIT_DESC_F_NEXT) != 0 ? (uint16_t)(i + 1)
                                                        : 0);
    }
    put_descriptor(&queue->descriptors[slot],
                   (struct queue_segment){.address = buffer->table->device,
                                          .bytes = bytes},
                   SPLIT_DESC_F_INDIRECT, 0);
    queue->free_head = queue->slots[slot].next;
}

static uint64_t writable_bytes(const struct queue_buffer *buffer)
{
    uint64_t bytes = 0;

    for (unsigned i = buffer->readable; i < segments_of(buffer); i++) {
        bytes += buffer->segments[i].bytes;
    }
    return bytes;
}

static enum error split_add(struct virtqueue *base,
                            const struct queue_buffer *buffer)
{
    struct split_queue *queue = split_of(base);
    const enum error error = check_buffer(queue, buffer);
    const bool table = wants_table(queue, buffer);
    const uint16_t needed = table ? 1 : (uint16_t)segments_of(buffer);
    const uint16_t head = queue->free_head;

    assert_that(buffer->token != NULL, "split: a buffer without a token");
    if (error != OK) {
        return error;
    }
    if (needed > queue->free_count) {
        return ERR_FULL;
    }
    if (table) {
        put_table(queue, buffer);
    } else {
        put_chain(queue, buffer);
    }
    queue->free_count -= needed;
    queue->slots[head].token = buffer->token;
    queue->slots[head].writable = writable_bytes(buffer);
    queue->slots[head].chain = needed;
    shared_write16(&queue->available->ring[slot_of(queue, queue->added)],
                   le16_of(head));
    queue->added++;
    return OK;
}

// 2.7.10: with EVENT_IDX the index says it, and flags mean nothing; without
// it flags say it, and avail_event means nothing.
static bool kick_wanted(const struct split_queue *queue, uint16_t before)
{
    if (queue->event_idx) {
        const uint16_t event = le16_value(shared_read16(queue->avail_event));

        return split_event_passed(event, before, queue->published);
    }
    return (le16_value(shared_read16(&queue->used->flags)) &
            SPLIT_USED_F_NO_NOTIFY) == 0;
}

static bool split_publish(struct virtqueue *base)
{
    struct split_queue *queue = split_of(base);
    const uint16_t before = queue->published;

    if (queue->added == before) {
        return false;
    }
    // Stores of descriptors and ring slots, then the store of available.idx:
    // the device, which reads idx first, finds them filled (2.7.13.3).
    fence_write();
    shared_write16(&queue->available->idx, le16_of(queue->added));
    queue->published = queue->added;
    // The store of available.idx, then the load of avail_event or used.flags:
    // the device stores those before it looks at idx for the last time, so one
    // of us sees the other (2.7.13.4.1).
    fence_full();
    return kick_wanted(queue, before);
}

// Gives the chain at `head` back to the free list.
static void release_chain(struct split_queue *queue, uint16_t head)
{
    uint16_t last = head;

    for (uint16_t i = 1; i < queue->slots[head].chain; i++) {
        last = queue->slots[last].next;
    }
    queue->slots[last].next = queue->free_head;
    queue->free_head = head;
    queue->free_count += queue->slots[head].chain;
    queue->slots[head].token = NULL;
}

// Names the next used element as the one to interrupt for.
static void ask_interrupt(struct split_queue *queue)
{
    if (queue->event_idx) {
        shared_write16(queue->used_event, le16_of(queue->popped));
    } else {
        shared_write16(&queue->available->flags, le16_of(0));
    }
    // The store of used_event or available.flags, then the next load of
    // used.idx: the device stores used.idx before it reads those, so either it
    // interrupts or we see its element (2.7.7.1).
    fence_full();
}

// 2.7.8, 2.7.14: what a used element may say, read once and never again.
static enum error check_used(struct split_queue *queue, uint32_t id,
                             uint32_t length)
{
    if (id >= queue->size) {
        return virtqueue_condemn(&queue->base, "used_id_range");
    }
    if (queue->slots[id].token == NULL) {
        return virtqueue_condemn(&queue->base, "used_id_not_outstanding");
    }
    if (queue->length_reliable && length > queue->slots[id].writable) {
        return virtqueue_condemn(&queue->base, "used_length");
    }
    return OK;
}

static enum error split_pop(struct virtqueue *base, void **token,
                            uint32_t *written)
{
    struct split_queue *queue = split_of(base);
    const uint16_t idx = le16_value(shared_read16(&queue->used->idx));
    const uint16_t waiting = (uint16_t)(idx - queue->popped);

    if (waiting == 0) {
        return ERR_EMPTY;
    }
    if (waiting > (uint16_t)(queue->published - queue->popped)) {
        return virtqueue_condemn(base, "used_idx_jump");
    }
    // The load of used.idx, then the loads of the element: the device stored
    // them the other way round (2.7.8.2).
    fence_read();
    const struct split_used_element *element =
        &queue->used->ring[slot_of(queue, queue->popped)];
    const uint32_t id = le32_value(shared_read32(&element->id));
    const uint32_t length = le32_value(shared_read32(&element->len));
    const enum error error = check_used(queue, id, length);
    if (error != OK) {
        return error;
    }
    *token = queue->slots[id].token;
    *written = queue->length_reliable ? length : 0;
    release_chain(queue, (uint16_t)id);
    queue->popped++;
    if (queue->interrupts) {
        ask_interrupt(queue);
    }
    return OK;
}

static void split_interrupts_off(struct virtqueue *base)
{
    struct split_queue *queue = split_of(base);

    queue->interrupts = false;
    if (queue->event_idx) {
        // An index that used.idx has just passed is far from being passed
        // again; flags must stay 0 (2.7.7.1).
        shared_write16(queue->used_event, le16_of(queue->popped - 1));
    } else {
        shared_write16(&queue->available->flags,
                       le16_of(SPLIT_AVAIL_F_NO_INTERRUPT));
    }
}

static bool split_interrupts_on(struct virtqueue *base)
{
    struct split_queue *queue = split_of(base);

    queue->interrupts = true;
    ask_interrupt(queue);
    return le16_value(shared_read16(&queue->used->idx)) != queue->popped;
}

static enum error split_all_taken(const struct virtqueue *base, bool *taken)
{
    const struct split_queue *queue = split_of_const(base);

    if (!queue->event_idx) {
        return ERR_UNSUPPORTED;
    }
    *taken = le16_value(shared_read16(queue->avail_event)) == queue->published;
    return OK;
}

static uint16_t split_in_flight(const struct virtqueue *base)
{
    const struct split_queue *queue = split_of_const(base);

    return (uint16_t)(queue->added - queue->popped);
}

const struct queue_format split_format = {
    .ring_bytes = split_ring_bytes,
    .private_bytes = split_private_bytes,
    .create = split_create,
    .add = split_add,
    .publish = split_publish,
    .pop = split_pop,
    .interrupts_off = split_interrupts_off,
    .interrupts_on = split_interrupts_on,
    .all_taken = split_all_taken,
    .in_flight = split_in_flight,
};
