// SPDX-License-Identifier: MIT
// The memory that the balloon driver shares with its device: queues and the
// statistics buffers. For the driver only. VIRTIO 1.4, 5.5.2 "Virtqueues",
// 5.5.5 "Device Initialization".
#ifndef DRIVERS_BALLOON_QUEUES_H
#define DRIVERS_BALLOON_QUEUES_H

#include "drivers/balloon/balloon.h"
#include "virtio/queue/queue.h"

// Sets up all queues and the statistics buffers, between FEATURES_OK and
// DRIVER_OK. ERR_UNSUPPORTED: a required queue is missing. Without a statistics
// queue the driver runs without statistics. After an error memory may be held.
enum error balloon_queues_set_up(struct balloon *balloon) MUST_USE;

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
