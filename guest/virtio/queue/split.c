// SPDX-License-Identifier: MIT
// The driver's side of a split virtqueue. Data that the device could overwrite
// is kept in private memory and never read back from the ring; data that the
// device writes is read once, checked and kept privately. VIRTIO 1.4, 2.7
// "Split Virtqueues".
#include "virtio/queue/split_ring.h"

#include <string.h>

#include "base/panic.h"
#include "base/shared.h"
#include "virtio/queue/inflight.h"

// The indices of both rings are the serials of the table, modulo 65536.
struct split_queue {
    struct virtqueue base;
    struct split_descriptor *descriptors;
    struct split_available *available;
    struct split_used *used;
    le16 *used_event;  // the driver's: interrupt when used.idx passes it
    le16 *avail_event; // the device's: kick when available.idx passes it
    bool event_idx;
    bool indirect;
    bool interrupts;
    struct queue_inflight inflight;
    struct queue_entry entries[];
};

// `base` is the first member; a format receives its own queues only.
static struct split_queue *split_of(struct virtqueue *queue)
{
    return (struct split_queue *)queue;
}

static const struct split_queue *split_of_const(const struct virtqueue *queue)
{
    return (const struct split_queue *)queue;
}

// --- Creation ---------------------------------------------------------------

struct split_layout split_layout(uint16_t size, uint32_t used_align)
{
    assert_that(is_power_of_two(size), "split: size");
    assert_that(is_power_of_two(used_align) && used_align >= 4,
                "split: alignment");

    const uint32_t available = size * (uint32_t)sizeof(struct split_descriptor);
    const uint32_t used_event = available +
                                (uint32_t)sizeof(struct split_available) +
                                size * (uint32_t)sizeof(le16);
    const uint32_t used =
        (uint32_t)round_up(used_event + sizeof(le16),
                           used_align); // 2.7.2's macro misprints ~align
    const uint32_t avail_event =
        used + (uint32_t)sizeof(struct split_used) +
        size * (uint32_t)sizeof(struct split_used_element);

    return (struct split_layout){
        .available = available,
        .used_event = used_event,
        .used = used,
        .avail_event = avail_event,
        .bytes = (uint32_t)round_up(avail_event + sizeof(le16), used_align),
    };
}

static size_t split_ring_bytes(const struct virtqueue_config *config)
{
    return split_layout(config->size, config->used_align).bytes;
}

static size_t split_private_bytes(const struct virtqueue_config *config)
{
    return sizeof(struct split_queue) +
           config->size * sizeof(struct queue_entry);
}

static struct virtqueue *split_create(const struct virtqueue_config *config,
                                      struct queue_addresses *at)
{
    const struct split_layout layout =
        split_layout(config->size, config->used_align);
    struct split_queue *queue = config->private_memory;
    unsigned char *ring = config->ring.cpu;

    memset(ring, 0, layout.bytes); // 2.7.10.1 and 4.2.3.2
    *queue = (struct split_queue){
        .base = {.format = &split_format},
        .descriptors = (struct split_descriptor *)(void *)ring,
        .available =
            (struct split_available *)(void *)(ring + layout.available),
        .used = (struct split_used *)(void *)(ring + layout.used),
        .used_event = (le16 *)(void *)(ring + layout.used_event),
        .avail_event = (le16 *)(void *)(ring + layout.avail_event),
        .event_idx = config->event_idx,
        .indirect = config->indirect,
        .interrupts = true,
    };
    queue_inflight_open(&queue->inflight, config, queue->entries);
    *at = (struct queue_addresses){
        .descriptors = config->ring.device,
        .driver = paddr_add(config->ring.device, layout.available),
        .device = paddr_add(config->ring.device, layout.used),
    };
    return &queue->base;
}

// --- Adding and publishing --------------------------------------------------

static void write_descriptor(struct split_descriptor *at,
                             struct queue_segment segment, unsigned flags,
                             uint16_t next)
{
    shared_write64(&at->addr, le64_of(segment.address.value));
    shared_write32(&at->len, le32_of(segment.bytes));
    shared_write16(&at->flags, le16_of((uint16_t)flags));
    shared_write16(&at->next, le16_of(next));
}

// Flags of segment i of a buffer; device-readable ones come first.
static unsigned segment_flags(const struct queue_buffer *buffer, unsigned i)
{
    return (i >= buffer->readable ? SPLIT_DESC_F_WRITE : 0) |
           (i + 1 < queue_segments(buffer) ? SPLIT_DESC_F_NEXT : 0);
}

// 2.7.13.1. With IN_ORDER the ids are consecutive, as 2.7.5.2 requires.
static void write_chain(struct split_queue *queue,
                        const struct queue_buffer *buffer, uint16_t id)
{
    for (unsigned i = 0; i < queue_segments(buffer); i++) {
        const uint16_t next = queue->inflight.entries[id].next;
        const unsigned flags = segment_flags(buffer, i);

        write_descriptor(&queue->descriptors[id], buffer->segments[i], flags,
                         (flags & SPLIT_DESC_F_NEXT) != 0 ? next : 0);
        id = next;
    }
}

// 2.7.5.3: one descriptor for a table; INDIRECT is not set in its entries,
// which are consecutive.
static void split_write_table(struct split_queue *queue,
                              const struct queue_buffer *buffer, uint16_t id)
{
    struct split_descriptor *entries = buffer->table->cpu;
    const unsigned count = queue_segments(buffer);
    const uint32_t bytes = count * (uint32_t)sizeof(entries[0]);

    assert_that(buffer->table->bytes >= bytes, "split: table too small");
    for (unsigned i = 0; i < count; i++) {
        const unsigned flags = segment_flags(buffer, i);

        write_descriptor(&entries[i], buffer->segments[i], flags,
                         (flags & SPLIT_DESC_F_NEXT) != 0 ? (uint16_t)(i + 1)
                                                          : 0);
    }
    write_descriptor(&queue->descriptors[id],
                     (struct queue_segment){.address = buffer->table->device,
                                            .bytes = bytes},
                     SPLIT_DESC_F_INDIRECT, 0);
}

// The ring position of a free-running index.
static uint16_t ring_index(const struct split_queue *queue, uint64_t serial)
{
    return (uint16_t)(serial & (queue->inflight.size - 1u));
}

static enum error split_add(struct virtqueue *base,
                            const struct queue_buffer *buffer)
{
    struct split_queue *queue = split_of(base);
    const bool table = queue_uses_table(queue->indirect, buffer);
    const unsigned needed = table ? 1 : queue_segments(buffer);
    const uint16_t position = ring_index(queue, queue->inflight.added);

    const enum error error =
        queue_inflight_check(&queue->inflight, buffer, needed);
    if (error != OK) {
        return error;
    }
    const uint16_t head = queue_inflight_add(&queue->inflight, buffer, needed);
    if (table) {
        split_write_table(queue, buffer, head);
    } else {
        write_chain(queue, buffer, head);
    }
    shared_write16(&queue->available->ring[position], le16_of(head));
    return OK;
}

// 2.7.10: with EVENT_IDX avail_event decides, and flags are ignored; without it
// flags decide, and avail_event is ignored.
static bool split_needs_notify(const struct split_queue *queue, uint64_t before)
{
    if (queue->event_idx) {
        const uint16_t event = le16_value(shared_read16(queue->avail_event));

        return split_event_passed(event, (uint16_t)before,
                                  (uint16_t)queue->inflight.published);
    }
    return (le16_value(shared_read16(&queue->used->flags)) &
            SPLIT_USED_F_NO_NOTIFY) == 0;
}

static bool split_publish(struct virtqueue *base)
{
    struct split_queue *queue = split_of(base);
    const uint64_t before = queue->inflight.published;
    const uint64_t after = queue->inflight.added;

    if (after == before) {
        return false;
    }
    // Stores of descriptors and ring entries, then the store of available.idx:
    // the device, which reads idx first, finds them filled (2.7.13.3).
    fence_write();
    shared_write16(&queue->available->idx, le16_of((uint16_t)after));
    queue->inflight.published = after;
    // The store of available.idx, then the load of avail_event or used.flags:
    // the device stores those before it reads idx for the last time, so one
    // side sees the other's store (2.7.13.4.1).
    fence_full();
    return split_needs_notify(queue, before);
}

// Requests an interrupt for the next used element.
static void split_request_interrupt(struct split_queue *queue)
{
    if (queue->event_idx) {
        shared_write16(queue->used_event,
                       le16_of((uint16_t)queue->inflight.popped));
    } else {
        shared_write16(&queue->available->flags, le16_of(0));
    }
    // The store of used_event or available.flags, then the next load of
    // used.idx: the device stores used.idx before it reads those, so either it
    // interrupts or the driver sees its element (2.7.7.1).
    fence_full();
}

// Used buffers that were not popped, by used.idx.
static uint16_t used_count(const struct split_queue *queue)
{
    const uint16_t idx = le16_value(shared_read16(&queue->used->idx));

    return (uint16_t)(idx - (uint16_t)queue->inflight.popped);
}

// 2.7.14: handles one used element, which is read once only.
static enum error split_read_used(struct split_queue *queue)
{
    struct queue_inflight *inflight = &queue->inflight;
    const uint16_t used = used_count(queue);

    if (used == 0) {
        return ERR_EMPTY;
    }
    if (used > inflight->published - inflight->popped) {
        return virtqueue_mark_broken(&queue->base, "used_idx_jump");
    }
    // The load of used.idx, then the loads of the element: the device stored
    // them in the opposite order (2.7.8.2).
    fence_read();
    const struct split_used_element *element =
        &queue->used->ring[ring_index(queue, inflight->popped)];
    const uint32_t id = le32_value(shared_read32(&element->id));
    const uint32_t length = le32_value(shared_read32(&element->len));
    const enum error error =
        queue_inflight_complete(inflight, &queue->base, id, length);
    // 2.7.9: an element for several buffers advances used.idx by their number.
    if (error == OK && queue_inflight_ready(inflight) > used) {
        return virtqueue_mark_broken(&queue->base, "used_batch");
    }
    return error;
}

static enum error split_pop(struct virtqueue *base, void **token,
                            uint32_t *written)
{
    struct split_queue *queue = split_of(base);

    if (queue_inflight_ready(&queue->inflight) == 0) {
        const enum error error = split_read_used(queue);

        if (error != OK) {
            return error;
        }
    }
    (void)queue_inflight_remove(&queue->inflight, token, written);
    if (queue->interrupts) {
        split_request_interrupt(queue);
    }
    return OK;
}

static void split_interrupts_off(struct virtqueue *base)
{
    struct split_queue *queue = split_of(base);

    queue->interrupts = false;
    if (queue->event_idx) {
        // used.idx has just passed this index, and reaches it again only after
        // 65535 more; flags must stay 0 (2.7.7.1).
        shared_write16(queue->used_event,
                       le16_of((uint16_t)(queue->inflight.popped - 1)));
    } else {
        shared_write16(&queue->available->flags,
                       le16_of(SPLIT_AVAIL_F_NO_INTERRUPT));
    }
}

static bool split_interrupts_on(struct virtqueue *base)
{
    struct split_queue *queue = split_of(base);

    queue->interrupts = true;
    split_request_interrupt(queue);
    return used_count(queue) != 0;
}

static enum error split_all_taken(const struct virtqueue *base, bool *taken)
{
    const struct split_queue *queue = split_of_const(base);

    if (!queue->event_idx) {
        return ERR_UNSUPPORTED;
    }
    *taken = le16_value(shared_read16(queue->avail_event)) ==
             (uint16_t)queue->inflight.published;
    return OK;
}

static uint16_t split_in_flight(const struct virtqueue *base)
{
    const struct split_queue *queue = split_of_const(base);

    return (uint16_t)(queue->inflight.added - queue->inflight.popped);
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
