// SPDX-License-Identifier: MIT
// A sample's way to the device: collected, encoded, logged, published,
// notified. A policy may change each step. VIRTIO 1.4, 5.5.6.3 "Memory
// Statistics".
#include "drivers/balloon/statistics.h"

#include "base/log.h"
#include "base/panic.h"
#include "drivers/balloon/buffer.h"
#include "drivers/balloon/queues.h"
#include "virtio/features.h"
#include "virtio/queue/queue.h"

// Buffers that one step answers at most.
#define ANSWERS_MAX 9u

// Without a statistics queue the driver runs without statistics.
enum error balloon_samples_set_up(struct balloon *balloon)
{
    if (!feature_in(balloon->device->features, VIRTIO_BALLOON_F_STATS_VQ)) {
        log_line("balloon stats supported=no reason=%s",
                 feature_in(balloon->device->offered, VIRTIO_BALLOON_F_STATS_VQ)
                     ? "declined"
                     : "not_offered");
        return OK;
    }
    const enum error error = balloon_queue_set_up(
        balloon, BALLOON_STATSQ, BALLOON_STATSQ, BALLOON_QUEUE_SIZE);
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

// 5.5.6.3.1: all measured tags, the same in every buffer, and at least one.
static void check_subset(struct balloon *balloon,
                         const struct balloon_stats *stats)
{
    const uint32_t subset = balloon_stats_subset(stats);

    assert_that(subset != 0, "balloon: a sample without statistics");
    assert_that(balloon->subset == 0 || balloon->subset == subset,
                "balloon: a sample with other statistics");
    balloon->subset = subset;
}

// 5.5.6.3: an array of entries, filled before the device sees it.
static void compose(struct balloon *balloon, struct balloon_buffer *buffer)
{
    const struct balloon_env *env = &balloon->env;

    if (env->policy->compose != NULL) {
        env->policy->compose(env->ctx, buffer);
        return;
    }
    check_subset(balloon, &buffer->stats);
    buffer->length = balloon_stats_encode(&buffer->stats, buffer->bytes);
}

// Collects a sample in a buffer that the driver owns, logs it and publishes it.
// True if the device wants a kick.
static bool show_sample(struct balloon *balloon)
{
    const struct balloon_env *env = &balloon->env;
    struct balloon_buffer buffer =
        balloon_buffer_begin(balloon, balloon->seq + 1);

    env->collect(env->ctx, &buffer.stats);
    compose(balloon, &buffer);
    balloon->seq = buffer.seq;
    env->before_send(env->ctx, buffer.seq, &buffer.stats);
    balloon_buffer_add(balloon, &buffer);
    balloon->untaken_wakeups = 0;
    return virtqueue_publish(balloon->queues[BALLOON_STATSQ].queue);
}

// The newest sample is published: notifies the device and logs that.
static void send_sample(struct balloon *balloon, bool kick)
{
    if (kick && !balloon->env.policy->never_notifies) {
        virtio_device_notify(balloon->device, BALLOON_STATSQ);
    }
    if (balloon->env.policy->waits_until_taken) {
        balloon_buffer_await_taken(balloon);
    }
    balloon->env.after_send(balloon->env.ctx, balloon->seq);
}

static uint16_t held_buffers(const struct balloon *balloon)
{
    return virtqueue_in_flight(balloon->queues[BALLOON_STATSQ].queue);
}

// Whether to give the device the next sample now. As specified it holds one
// buffer at most, and gets the next one as soon as it holds none.
static bool gives_sample(const struct balloon *balloon)
{
    const struct balloon_env *env = &balloon->env;
    const uint16_t held = held_buffers(balloon);

    return env->policy->gives == NULL
               ? held == 0
               : env->policy->gives(env->ctx, balloon->seq + 1, held);
}

void balloon_samples_give(struct balloon *balloon)
{
    while (gives_sample(balloon)) {
        send_sample(balloon, show_sample(balloon));
    }
}

void balloon_samples_prime(struct balloon *balloon)
{
    if (gives_sample(balloon)) {
        // The kick follows DRIVER_OK unconditionally: before that, the device's
        // request for kicks is not valid.
        show_sample(balloon);
    }
}

void balloon_samples_start(struct balloon *balloon)
{
    if (held_buffers(balloon) != 0) {
        send_sample(balloon, true);
    }
    balloon_samples_give(balloon);
}

// Checks whether the device has taken the sample. A device that has shown
// before that it takes buffers, and leaves this one for two wake-ups, is dead.
// A dead legacy device gives no other sign, since it has no NEEDS_RESET: it
// ignores kicks. If it raises no interrupt either (QEMU 7.2) or has no
// EVENT_IDX, it cannot be told from a device that is not polled: this guest has
// no clock.
void balloon_samples_look(struct balloon *balloon)
{
    bool taken = false;

    if (!balloon_has_statistics(balloon) ||
        virtqueue_all_taken(balloon->queues[BALLOON_STATSQ].queue, &taken) !=
            OK) {
        return;
    }
    if (taken) {
        balloon->tells_taken = true;
        balloon->untaken_wakeups = 0;
    } else if (balloon->tells_taken) {
        balloon->untaken_wakeups++;
    }
}

// The device asks for fresh values by returning the buffer (5.5.6.3). Pops
// until the ring is empty: a buffer used before the last pop requested the next
// interrupt raises none. As specified there is one buffer, and the second pop
// finds none; a policy's second buffer costs one more pop.
enum error balloon_samples_answer(struct balloon *balloon)
{
    struct virtqueue *queue = balloon->queues[BALLOON_STATSQ].queue;
    enum error error = OK;

    for (unsigned i = 0; i < ANSWERS_MAX && error == OK; i++) {
        void *token = NULL;
        uint32_t written = 0;

        error = virtqueue_pop(queue, &token, &written);
        if (error == OK) {
            balloon_samples_give(balloon);
            balloon->recoveries = 0;
        }
    }
    return error;
}
