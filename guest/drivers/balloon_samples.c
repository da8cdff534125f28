// SPDX-License-Identifier: MIT
// A sample's way to the device: measured, put into a buffer, said, shown,
// notified. Where the env has a policy, that may bend each step.
// VIRTIO 1.4, 5.5.6.3 "Memory Statistics".
#include "drivers/balloon_samples.h"

#include "base/panic.h"
#include "drivers/balloon_buffer.h"
#include "drivers/balloon_queues.h"
#include "virtio/queue.h"

// Buffers that one step answers at most.
#define ANSWERS_MAX 9u

// 5.5.6.3.1: as many tags as are measured, the same in every buffer, and
// never an empty one.
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

// Collects a sample, says what it is and shows it to the device; the buffer is
// ours. True if the device wants a kick.
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

// The newest sample lies in the ring: notifies the device of it, says so.
static void send_sample(struct balloon *balloon, bool kick)
{
    if (kick && !balloon->env.policy->never_kicks) {
        virtio_device_kick(balloon->device, BALLOON_STATSQ);
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

// Whether the device is to get the next sample now. By the book it has one
// buffer at most, and gets the next as soon as it has none.
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
        // The kick comes after DRIVER_OK, wanted or not: what the device
        // wanted before it was live says nothing.
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

// Looks whether the device has taken the sample. If it has shown before that
// it takes buffers and leaves this one lying over two wake-ups, it is dead.
// That is all that can be seen of a legacy device that died, since it has no
// NEEDS_RESET: it ignores kicks. One that raises no interrupt either (QEMU 7.2
// raises none), or that has no EVENT_IDX, is dead without a sign, and no clock
// here asks after it: it looks just like one that nobody polls.
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

// The device asks for fresh numbers by giving the buffer back (5.5.6.3). Pops
// until nothing is there: a buffer that came back before the last pop asked
// for the next interrupt raises none. By the book there is one buffer, and the
// second turn finds nothing; a policy's second one costs a turn more.
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
