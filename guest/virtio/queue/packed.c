// SPDX-License-Identifier: MIT
// The driver's side of a packed virtqueue. Data that the device could overwrite
// is kept in private memory and never read back from the ring; data that the
// device writes is read once, checked and kept privately. VIRTIO 1.4, 2.8
// "Packed Virtqueues".
#include "virtio/queue/packed_ring.h"

#include <string.h>

#include "base/panic.h"
#include "base/shared.h"
#include "virtio/queue/inflight.h"

struct packed_queue {
    struct virtqueue base;
    struct packed_descriptor *ring;
    struct packed_event *driver_event; // the driver's: when to interrupt
    struct packed_event *device_event; // the device's: when to kick
    struct packed_position added;      // the next descriptor to fill
    struct packed_position published;  // the first one not published
    struct packed_position popped;     // position of the next used one
    uint16_t first_flags;              // of `published`; stored by publish
    bool event_idx;
    bool indirect;
    bool interrupts;
    struct queue_inflight inflight;
    struct queue_entry entries[];
};

// `base` is the first member; a format receives its own queues only.
static struct packed_queue *packed_of(struct virtqueue *queue)
{
    return (struct packed_queue *)queue;
}

static const struct packed_queue *packed_of_const(const struct virtqueue *queue)
{
    return (const struct packed_queue *)queue;
}

// --- Creation ---------------------------------------------------------------

// After the descriptors, which have 16 bytes each: so it is aligned.
static uint32_t driver_event_offset(const struct virtqueue_config *config)
{
    return config->size * (uint32_t)sizeof(struct packed_descriptor);
}

static uint32_t device_event_offset(const struct virtqueue_config *config)
{
    return driver_event_offset(config) + (uint32_t)sizeof(struct packed_event);
}

static size_t packed_ring_bytes(const struct virtqueue_config *config)
{
    return device_event_offset(config) + sizeof(struct packed_event);
}

static size_t packed_private_bytes(const struct virtqueue_config *config)
{
    return sizeof(struct packed_queue) +
           config->size * sizeof(struct queue_entry);
}

static struct virtqueue *packed_create(const struct virtqueue_config *config,
                                       struct queue_addresses *at)
{
    const uint32_t driver_event = driver_event_offset(config);
    const uint32_t device_event = device_event_offset(config);
    const struct packed_position start =
        packed_at(0, true, config->size); // 2.8.1
    struct packed_queue *queue = config->private_memory;
    unsigned char *ring = config->ring.cpu;

    // 2.8.13; the memory's earlier contents are undefined. Zero in the driver's
    // event structure means ENABLE.
    memset(ring, 0, packed_ring_bytes(config));
    *queue = (struct packed_queue){
        .base = {.format = &packed_format},
        .ring = (struct packed_descriptor *)(void *)ring,
        .driver_event = (struct packed_event *)(void *)(ring + driver_event),
        .device_event = (struct packed_event *)(void *)(ring + device_event),
        .added = start,
        .published = start,
        .popped = start,
        .event_idx = config->event_idx,
        .indirect = config->indirect,
        .interrupts = true,
    };
    queue_inflight_open(&queue->inflight, config, queue->entries);
    *at = (struct queue_addresses){
        .descriptors = config->ring.device,
        .driver = paddr_add(config->ring.device, driver_event),
        .device = paddr_add(config->ring.device, device_event),
    };
    return &queue->base;
}

// --- Adding and publishing --------------------------------------------------

// 2.8.1: the two bits that make a descriptor at that position available.
static unsigned available_flags(const struct packed_queue *queue,
                                struct packed_position position)
{
    return packed_wrap(position, queue->inflight.size) ? PACKED_DESC_F_AVAIL
                                                       : PACKED_DESC_F_USED;
}

// Writes all of a descriptor but its flags.
static void write_body(struct packed_descriptor *at,
                       struct queue_segment segment, uint16_t id)
{
    shared_write64(&at->addr, le64_of(segment.address.value));
    shared_write32(&at->len, le32_of(segment.bytes));
    shared_write16(&at->id, le16_of(id));
}

static void write_flags(struct packed_queue *queue,
                        struct packed_position position, unsigned flags)
{
    struct packed_descriptor *at =
        &queue->ring[packed_index(position, queue->inflight.size)];

    shared_write16(&at->flags, le16_of((uint16_t)flags));
}

// Fills the next descriptor except for its flags; returns its position.
static struct packed_position write_next(struct packed_queue *queue,
                                         struct queue_segment segment,
                                         uint16_t id)
{
    const struct packed_position position = queue->added;

    write_body(&queue->ring[packed_index(position, queue->inflight.size)],
               segment, id);
    queue->added = packed_after(position, 1, queue->inflight.size);
    return position;
}

static unsigned write_flag(const struct queue_buffer *buffer, unsigned i)
{
    return i >= buffer->readable ? PACKED_DESC_F_WRITE : 0;
}

// 2.8.6: a descriptor for each segment, the first one still without its flags,
// which are returned. All carry the id; the device reads it from the last.
static unsigned write_list(struct packed_queue *queue,
                           const struct queue_buffer *buffer, uint16_t id)
{
    unsigned first_flags = 0;

    for (unsigned i = 0; i < queue_segments(buffer); i++) {
        const bool last = i + 1 == queue_segments(buffer);
        const struct packed_position position =
            write_next(queue, buffer->segments[i], id);
        const unsigned flags = available_flags(queue, position) |
                               write_flag(buffer, i) |
                               (last ? 0 : PACKED_DESC_F_NEXT);

        if (i == 0) {
            first_flags = flags;
        } else {
            write_flags(queue, position, flags);
        }
    }
    return first_flags;
}

// 2.8.7: one descriptor for a table, whose entries are in order and have WRITE
// as their only flag. Returns its flags.
static unsigned packed_write_table(struct packed_queue *queue,
                                   const struct queue_buffer *buffer,
                                   uint16_t id)
{
    struct packed_descriptor *entries = buffer->table->cpu;
    const unsigned count = queue_segments(buffer);
    const uint32_t bytes = count * (uint32_t)sizeof(entries[0]);

    assert_that(buffer->table->bytes >= bytes, "packed: table too small");
    for (unsigned i = 0; i < count; i++) {
        write_body(&entries[i], buffer->segments[i], 0);
        shared_write16(&entries[i].flags,
                       le16_of((uint16_t)write_flag(buffer, i)));
    }
    const struct packed_position position =
        write_next(queue,
                   (struct queue_segment){.address = buffer->table->device,
                                          .bytes = bytes},
                   id);
    return available_flags(queue, position) | PACKED_DESC_F_INDIRECT;
}

// Whether descriptors are added and not published.
static bool has_unpublished(const struct packed_queue *queue)
{
    return queue->inflight.added != queue->inflight.published;
}

// The device reads one descriptor after the other and stops at the first that
// is not available. While the first one since the last publish lacks its flags,
// the later ones may have theirs.
static void write_first_flags(struct packed_queue *queue,
                              struct packed_position first, bool held_back,
                              uint16_t flags)
{
    if (held_back) {
        queue->first_flags = flags;
        return;
    }
    // Stores of this buffer's descriptors, then the store that makes the first
    // one available to the device, which loads them in that order (2.8.21.1.1).
    fence_write();
    write_flags(queue, first, flags);
}

static enum error packed_add(struct virtqueue *base,
                             const struct queue_buffer *buffer)
{
    struct packed_queue *queue = packed_of(base);
    const struct packed_position first = queue->added;
    const bool held_back = !has_unpublished(queue);
    const bool table = queue_uses_table(queue->indirect, buffer);
    const unsigned needed = table ? 1 : queue_segments(buffer);

    const enum error error =
        queue_inflight_check(&queue->inflight, buffer, needed);
    if (error != OK) {
        return error;
    }
    const uint16_t id = queue_inflight_add(&queue->inflight, buffer, needed);
    const unsigned flags = table ? packed_write_table(queue, buffer, id)
                                 : write_list(queue, buffer, id);
    write_first_flags(queue, first, held_back, (uint16_t)flags);
    return OK;
}

// 2.8.10. An invalid value counts as a request for a kick: one kick too many
// does no harm.
static bool packed_needs_notify(const struct packed_queue *queue,
                                struct packed_position before)
{
    const struct packed_event *event = queue->device_event;
    const unsigned flags =
        le16_value(shared_read16(&event->flags)) & PACKED_EVENT_F_MASK;

    if (flags != PACKED_EVENT_F_DESC || !queue->event_idx) {
        return flags != PACKED_EVENT_F_DISABLE;
    }
    // The load of the device's flags, then the load of its off_wrap: the device
    // stored them in the opposite order (2.8.14).
    fence_read();
    const uint16_t off_wrap = le16_value(shared_read16(&event->off_wrap));
    const uint16_t size = queue->inflight.size;
    return (off_wrap & PACKED_EVENT_OFF_MASK) >= size ||
           packed_event_passed(off_wrap, before, queue->published, size);
}

static bool packed_publish(struct virtqueue *base)
{
    struct packed_queue *queue = packed_of(base);
    const struct packed_position before = queue->published;

    if (!has_unpublished(queue)) {
        return false;
    }
    // Stores of all descriptors, then the store of the first one's flags: the
    // device, which reads these first, finds the rest filled (2.8.21.1.1).
    fence_write();
    write_flags(queue, before, queue->first_flags);
    queue->published = queue->added;
    queue->inflight.published = queue->inflight.added;
    // The store of those flags, then the load of the device's event structure:
    // the device stores that before it reads the flags for the last time, so
    // one side sees the other's store (2.8.21.3.1).
    fence_full();
    return packed_needs_notify(queue, before);
}

// Requests an interrupt for the next used descriptor.
static void packed_request_interrupt(struct packed_queue *queue)
{
    const uint16_t size = queue->inflight.size;
    struct packed_event *event = queue->driver_event;

    if (queue->event_idx) {
        const unsigned wrap =
            packed_wrap(queue->popped, size) ? PACKED_EVENT_WRAP : 0;

        shared_write16(
            &event->off_wrap,
            le16_of((uint16_t)(packed_index(queue->popped, size) | wrap)));
        // The store of off_wrap, then the store of the driver's flags: the
        // device, which reads these first, finds the matching offset (2.8.14).
        fence_write();
    }
    shared_write16(&event->flags,
                   le16_of(queue->event_idx ? PACKED_EVENT_F_DESC
                                            : PACKED_EVENT_F_ENABLE));
    // The store of the driver's event structure, then the next load of a
    // descriptor's flags: the device stores those before it reads the
    // structure, so either it interrupts or the driver sees its descriptor
    // (2.8.22).
    fence_full();
}

// Flags of the descriptor that the device uses next.
static unsigned used_flags(const struct packed_queue *queue)
{
    const uint16_t index = packed_index(queue->popped, queue->inflight.size);

    return le16_value(shared_read16(&queue->ring[index].flags));
}

// 2.8.1: the state of the next used descriptor by its flags, see
// queue/packed_ring.h.
enum used_state {
    STATE_NOT_USED,
    STATE_USED,
    STATE_INVALID, // it was available, and is now neither available nor used
};

static enum used_state next_used_state(const struct packed_queue *queue,
                                       unsigned flags)
{
    const bool wrap = packed_wrap(queue->popped, queue->inflight.size);
    const bool avail = (flags & PACKED_DESC_F_AVAIL) != 0;
    const bool used = (flags & PACKED_DESC_F_USED) != 0;

    if (avail == wrap) {
        return used == wrap ? STATE_USED : STATE_NOT_USED;
    }
    return queue->inflight.published == queue->inflight.popped ? STATE_NOT_USED
                                                               : STATE_INVALID;
}

// 2.8.22: handles one used descriptor, which is read once only.
static enum error packed_read_used(struct packed_queue *queue)
{
    const unsigned flags = used_flags(queue);
    const enum used_state state = next_used_state(queue, flags);

    if (state == STATE_NOT_USED) {
        return ERR_EMPTY;
    }
    if (state == STATE_INVALID) {
        return virtqueue_mark_broken(&queue->base, "used_flags");
    }
    // The load of the flags, then the loads of the rest: the device stored them
    // in the opposite order (2.8.22).
    fence_read();
    const struct packed_descriptor *used =
        &queue->ring[packed_index(queue->popped, queue->inflight.size)];
    const uint16_t id = le16_value(shared_read16(&used->id));
    const uint32_t length = le32_value(shared_read32(&used->len));
    // 2.8.4: without WRITE the length is undefined.
    return queue_inflight_complete(&queue->inflight, &queue->base, id,
                                   (flags & PACKED_DESC_F_WRITE) != 0 ? length
                                                                      : 0);
}

static enum error packed_pop(struct virtqueue *base, void **token,
                             uint32_t *written)
{
    struct packed_queue *queue = packed_of(base);

    if (queue_inflight_ready(&queue->inflight) == 0) {
        const enum error error = packed_read_used(queue);

        if (error != OK) {
            return error;
        }
    }
    const uint16_t count =
        queue_inflight_remove(&queue->inflight, token, written);
    // 2.8.6, 2.8.8: the device skips the rest of the list, or of the batch.
    queue->popped = packed_after(queue->popped, count, queue->inflight.size);
    if (queue->interrupts) {
        packed_request_interrupt(queue);
    }
    return OK;
}

static void packed_interrupts_off(struct virtqueue *base)
{
    struct packed_queue *queue = packed_of(base);

    queue->interrupts = false;
    shared_write16(&queue->driver_event->flags,
                   le16_of(PACKED_EVENT_F_DISABLE));
}

static bool packed_interrupts_on(struct virtqueue *base)
{
    struct packed_queue *queue = packed_of(base);

    queue->interrupts = true;
    packed_request_interrupt(queue);
    return queue_inflight_ready(&queue->inflight) != 0 ||
           next_used_state(queue, used_flags(queue)) != STATE_NOT_USED;
}

// A device may show which descriptor it waits for, but need not: QEMU (7.2 to
// 11.1) leaves zeros there, which mean ENABLE.
static enum error packed_all_taken(const struct virtqueue *base, bool *taken)
{
    (void)base;
    *taken = false;
    return ERR_UNSUPPORTED;
}

static uint16_t packed_in_flight(const struct virtqueue *base)
{
    const struct packed_queue *queue = packed_of_const(base);

    return (uint16_t)(queue->inflight.added - queue->inflight.popped);
}

const struct queue_format packed_format = {
    .ring_bytes = packed_ring_bytes,
    .private_bytes = packed_private_bytes,
    .create = packed_create,
    .add = packed_add,
    .publish = packed_publish,
    .pop = packed_pop,
    .interrupts_off = packed_interrupts_off,
    .interrupts_on = packed_interrupts_on,
    .all_taken = packed_all_taken,
    .in_flight = packed_in_flight,
};
