// SPDX-License-Identifier: MIT
// The memory that the balloon driver shares with its device: queues and the
// statistics buffers. For the driver only. VIRTIO 1.4, 5.5.2 "Virtqueues",
// 5.5.5 "Device Initialization".
#ifndef DRIVERS_BALLOON_QUEUES_H
#define DRIVERS_BALLOON_QUEUES_H

#include "drivers/balloon/balloon.h"
#include "drivers/balloon/numbers.h"
#include "virtio/features.h"
#include "virtio/queue/queue.h"

// Sets up the queue under the device's number, of `wanted` entries unless the
// device dictates another size; between FEATURES_OK and DRIVER_OK. ERR_EMPTY:
// the device has no such queue. After an error memory may be held.
enum error balloon_queue_set_up(struct balloon *balloon,
                                enum balloon_queue_index index, uint16_t number,
                                uint16_t wanted) MUST_USE;
// The same, if the feature was negotiated. ERR_UNSUPPORTED: it was, and
// `number` is BALLOON_NO_QUEUE.
enum error balloon_queue_set_up_if(struct balloon *balloon,
                                   enum virtio_feature feature,
                                   enum balloon_queue_index index,
                                   uint16_t number, uint16_t wanted) MUST_USE;

// The numbers of the device's queues, logged; once queues 0 to 2 are set up.
struct balloon_numbers balloon_queues_find(const struct balloon *balloon);

// Frees all memory. Only while the device is reset: before that it may access
// every byte.
void balloon_queues_release(struct balloon *balloon);

bool balloon_queues_hold_memory(const struct balloon *balloon);

// Entries that may be in use at once. One stays free: QEMU 11.1 returns no
// buffer from a full packed ring with IN_ORDER.
static inline unsigned balloon_queue_room(const struct balloon_queue *queue)
{
    return queue->size > 1 ? queue->size - 1u : 1u;
}

// Free pages as a segment of a buffer: the pages themselves, not their numbers.
static inline struct queue_segment balloon_run_segment(struct balloon_run run)
{
    return (struct queue_segment){
        .address = paddr_of((uint64_t)run.pfn * PAGE_SIZE),
        .bytes = run.pages * PAGE_SIZE,
    };
}

// Whether there is a statistics queue, and so a statistics buffer.
bool balloon_has_statistics(const struct balloon *balloon);

#endif
