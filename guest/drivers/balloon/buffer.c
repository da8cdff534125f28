// SPDX-License-Identifier: MIT
// A statistics buffer's memory and its descriptors: one of each as specified; a
// policy may use more. VIRTIO 1.4, 2.7.5 "The Virtqueue Descriptor Table",
// 5.5.6.3.
#include "drivers/balloon/buffer.h"

#include "base/panic.h"
#include "drivers/balloon/policy.h"
#include "virtio/queue/queue.h"

//   the sample's memory: a slot for each buffer that can be in flight
//
//   0                   384         512                              1024
//   | bytes of a buffer | its table | bytes of another one | its table |
#define SLOT_BYTES 512u
#define TABLE_BYTES 128u

// Maximum of descriptors of a buffer; a queue of the requested size has room.
#define SEGMENTS_MAX 8u

_Static_assert(SEGMENTS_MAX <= BALLOON_QUEUE_SIZE, "2.7.5.3.1: a chain");
_Static_assert(TABLE_BYTES == SEGMENTS_MAX * 16, "2.7.5: a descriptor");
_Static_assert(BALLOON_BUFFER_BYTES + TABLE_BYTES == SLOT_BYTES, "a slot");
_Static_assert(BALLOON_STATS_BYTES_MAX <= BALLOON_BUFFER_BYTES, "every tag");
_Static_assert(BALLOON_BUFFER_BYTES % 16 == 0, "2.7.5: a table's alignment");

// Polls of the ring before a device counts as never taking a buffer: QEMU may
// have to wake another thread for it.
#define TAKEN_READS_MAX 50000000u
// The same between two kicks, for a ring that does not show what was taken.
#define KICK_READS_MAX 500000u
#define KICKS_MAX 50u

// Buffers are used in the order in which they were added, and a second one is
// added only while the first is in flight.
static uint32_t free_slot(const struct balloon *balloon)
{
    const uint16_t held =
        virtqueue_in_flight(balloon->queues[BALLOON_STATSQ].queue);

    assert_that((held + 1u) * SLOT_BYTES <= BALLOON_SAMPLE_BYTES,
                "balloon: more statistics buffers than memory for them");
    return held * SLOT_BYTES;
}

struct balloon_buffer balloon_buffer_begin(const struct balloon *balloon,
                                           uint64_t seq)
{
    return (struct balloon_buffer){
        .seq = seq,
        .bytes = (unsigned char *)balloon->sample.cpu + free_slot(balloon),
    };
}

// Splits the buffer into descriptors; returns their number.
static uint16_t cut(const struct balloon_buffer *buffer, paddr at,
                    struct queue_segment segments[SEGMENTS_MAX])
{
    const uint32_t piece = buffer->piece == 0 ? buffer->length : buffer->piece;
    uint16_t count = 0;

    for (uint32_t done = 0; done < buffer->length; done += piece) {
        const uint32_t left = buffer->length - done;

        assert_that(count < SEGMENTS_MAX, "balloon: too many pieces");
        segments[count] = (struct queue_segment){
            .address = paddr_add(at, done),
            .bytes = left < piece ? left : piece,
        };
        count++;
    }
    return count;
}

void balloon_buffer_add(struct balloon *balloon,
                        const struct balloon_buffer *buffer)
{
    const struct balloon_policy *policy = balloon->env.policy;
    const struct balloon_queue *slot = &balloon->queues[BALLOON_STATSQ];
    const uint32_t offset = free_slot(balloon);
    const paddr at = paddr_add(balloon->sample.device, offset);
    const struct dma_block table = {
        .cpu = (unsigned char *)buffer->bytes + BALLOON_BUFFER_BYTES,
        .device = paddr_add(at, BALLOON_BUFFER_BYTES),
        .bytes = TABLE_BYTES,
    };
    struct queue_segment segments[SEGMENTS_MAX];

    assert_that(buffer->length <= BALLOON_BUFFER_BYTES, "balloon: too long");
    const struct queue_buffer shown = {
        .segments = segments,
        .readable = cut(buffer, at, segments),
        .token = balloon,
        .table = &table,
    };
    const enum error error = virtqueue_add(slot->queue, &shown);
    assert_that(error == OK, "balloon: a buffer that does not fit");
    if (policy->before_publish != NULL) {
        policy->before_publish(balloon->env.ctx, slot->ring, at);
    }
}

// A packed ring does not show which buffers were taken. But a device that takes
// a second buffer returns the first. A device that has not served the first
// kick before the second one comes sees one kick for both, and takes one buffer
// only.
static void kick_until_returned(const struct balloon *balloon,
                                struct virtqueue *queue)
{
    for (unsigned kick = 0; kick < KICKS_MAX; kick++) {
        for (uint32_t i = 0; i < KICK_READS_MAX; i++) {
            if (virtqueue_interrupts_on(queue)) {
                return;
            }
        }
        virtio_device_notify(balloon->device, BALLOON_STATSQ);
    }
}

void balloon_buffer_await_taken(const struct balloon *balloon)
{
    struct virtqueue *queue = balloon->queues[BALLOON_STATSQ].queue;
    bool taken = false;

    for (uint32_t i = 0; i < TAKEN_READS_MAX && !taken; i++) {
        if (virtqueue_all_taken(queue, &taken) != OK) {
            if (virtqueue_in_flight(queue) > 1) {
                kick_until_returned(balloon, queue);
            }
            return;
        }
    }
}
