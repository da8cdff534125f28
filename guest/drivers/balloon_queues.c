// SPDX-License-Identifier: MIT
// Setting up and giving back what the balloon driver shares with its device.
// VIRTIO 1.4, 5.5.2 "Virtqueues", 5.5.5 "Device Initialization".
#include "drivers/balloon_queues.h"

#include "base/log.h"
#include "drivers/balloon_buffer.h"
#include "virtio/features.h"

bool balloon_has_statistics(const struct balloon *balloon)
{
    return balloon->queues[BALLOON_STATSQ].queue != NULL;
}

static void release_block(struct balloon *balloon, struct dma_block *block)
{
    if (block->bytes != 0) {
        balloon->env.free(balloon->env.ctx, *block);
        *block = (struct dma_block){0};
    }
}

void balloon_queues_release(struct balloon *balloon)
{
    release_block(balloon, &balloon->sample);
    for (unsigned i = 0; i < BALLOON_QUEUES; i++) {
        release_block(balloon, &balloon->queues[i].ring);
        release_block(balloon, &balloon->queues[i].books);
        balloon->queues[i].queue = NULL;
    }
}

bool balloon_queues_hold_memory(const struct balloon *balloon)
{
    bool holds = balloon->sample.bytes != 0;

    for (unsigned i = 0; i < BALLOON_QUEUES; i++) {
        holds = holds || balloon->queues[i].ring.bytes != 0 ||
                balloon->queues[i].books.bytes != 0;
    }
    return holds;
}

// Both memories of a queue of that size.
static enum error alloc_queue(struct balloon *balloon,
                              struct balloon_queue *slot, uint16_t size)
{
    const struct balloon_env *env = &balloon->env;
    const enum error error = env->alloc(
        env->ctx, virtio_device_ring_bytes(balloon->device, size), &slot->ring);

    return error != OK
               ? error
               : env->alloc(env->ctx,
                            virtio_device_private_bytes(balloon->device, size),
                            &slot->books);
}

static enum error set_up_queue(struct balloon *balloon,
                               enum balloon_queue_index index)
{
    struct balloon_queue *slot = &balloon->queues[index];
    uint16_t size = 0;

    enum error error = virtio_device_queue_size(
        balloon->device, (uint16_t)index, BALLOON_QUEUE_SIZE, &size);
    if (error == OK) {
        error = alloc_queue(balloon, slot, size);
    }
    if (error != OK) {
        return error;
    }
    const struct virtio_queue_memory memory = {
        .size = size,
        .ring = slot->ring,
        .private_memory = slot->books.cpu,
        .private_bytes = slot->books.bytes,
    };
    return virtio_device_add_queue(balloon->device, (uint16_t)index, &memory,
                                   &slot->queue);
}

// 5.5.5: both queues are set up whether or not pages will travel.
static enum error set_up_page_queues(struct balloon *balloon)
{
    for (unsigned i = BALLOON_INFLATEQ; i <= BALLOON_DEFLATEQ; i++) {
        const enum error error =
            set_up_queue(balloon, (enum balloon_queue_index)i);

        if (error == ERR_EMPTY) {
            log_line("error what=balloon_queue_missing queue=%u", i);
            return ERR_UNSUPPORTED;
        }
        if (error != OK) {
            return error;
        }
    }
    return OK;
}

// A device without statistics is driven without them.
static enum error set_up_statistics(struct balloon *balloon)
{
    if (!feature_in(balloon->device->features, VIRTIO_BALLOON_F_STATS_VQ)) {
        log_line("balloon stats supported=no reason=%s",
                 feature_in(balloon->device->offered, VIRTIO_BALLOON_F_STATS_VQ)
                     ? "declined"
                     : "not_offered");
        return OK;
    }
    const enum error error = set_up_queue(balloon, BALLOON_STATSQ);
    if (error == ERR_EMPTY) {
        log_line("balloon stats supported=no reason=no_queue");
        return OK;
    }
    if (error != OK) {
        return error;
    }
    return balloon->env.alloc(balloon->env.ctx, BALLOON_SAMPLE_BYTES,
                              &balloon->sample);
}

enum error balloon_queues_set_up(struct balloon *balloon)
{
    const enum error error = set_up_page_queues(balloon);

    return error != OK ? error : set_up_statistics(balloon);
}
