// SPDX-License-Identifier: MIT
// A sample's way to the device: collected, encoded, logged, published,
// notified. A statistics buffer is one descriptor as specified; a policy may
// use more, and change each step. VIRTIO 1.4, 2.7.5 "The Virtqueue Descriptor
// Table", 5.5.6.3 "Memory Statistics".
#include "drivers/balloon/internal.h"

#include "base/log.h"
#include "base/panic.h"
#include "virtio/features.h"

// Memory for all statistics buffers that can be in flight.
#define SAMPLE_BYTES 1024u

//   the sample's memory: room for each buffer that can be in flight
//
//   0                   384         512                              1024
//   | bytes of a buffer | its table | bytes of another one | its table |
#define BUFFER_SPACE 512u
#define TABLE_BYTES 128u

// Maximum of descriptors of a buffer; a queue of the requested size has room.
#define SEGMENTS_MAX 8u

_Static_assert(SEGMENTS_MAX <= BALLOON_QUEUE_SIZE, "2.7.5.3.1: a chain");
_Static_assert(TABLE_BYTES == SEGMENTS_MAX * 16, "2.7.5: a descriptor");
_Static_assert(BALLOON_BUFFER_BYTES + TABLE_BYTES == BUFFER_SPACE,
               "data and table");
_Static_assert(BALLOON_STATS_BYTES_MAX <= BALLOON_BUFFER_BYTES, "every tag");
_Static_assert(BALLOON_BUFFER_BYTES % 16 == 0, "2.7.5: a table's alignment");

// Polls of the ring before a device counts as never taking a buffer: QEMU may
// have to wake another thread for it.
#define TAKEN_POLLS_MAX 50000000u
// The same between two notifications, for a ring that does not show what was
// taken.
#define NOTIFY_POLLS_MAX 500000u
#define NOTIFICATIONS_MAX 50u

// Buffers that one step answers at most.
#define ANSWERS_MAX 9u

// Without a statistics queue the driver runs without statistics.
enum error balloon_statistics_set_up(struct balloon *balloon)
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
    return mm_alloc_dma(SAMPLE_BYTES, &balloon->sample);
}

// Buffers are used in the order in which they were added, and a second one is
// added only while the first is in flight.
static uint32_t free_space(const struct balloon *balloon)
{
    const uint16_t held =
        virtqueue_in_flight(balloon->queues[BALLOON_STATSQ].virtqueue);

    assert_that((held + 1u) * BUFFER_SPACE <= SAMPLE_BYTES,
                "balloon: more statistics buffers than memory for them");
    return held * BUFFER_SPACE;
}

// An empty buffer for sample `seq`, in memory that the device does not hold.
static struct balloon_buffer begin_buffer(const struct balloon *balloon,
                                          uint64_t seq)
{
    return (struct balloon_buffer){
        .seq = seq,
        .bytes = (unsigned char *)balloon->sample.cpu + free_space(balloon),
    };
}

// Splits the buffer into descriptors; returns their number.
static uint16_t split(const struct balloon_buffer *buffer, paddr at,
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

// Adds the buffer to the ring; the device owns it once it is published.
static void add_buffer(struct balloon *balloon,
                       const struct balloon_buffer *buffer)
{
    const struct balloon_policy *policy = balloon->env.policy;
    const struct driver_queue *queue = &balloon->queues[BALLOON_STATSQ];
    const uint32_t offset = free_space(balloon);
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
        .readable = split(buffer, at, segments),
        .token = balloon,
        .table = &table,
    };
    const enum error error = virtqueue_add(queue->virtqueue, &shown);
    assert_that(error == OK, "balloon: a buffer that does not fit");
    if (policy->before_publish != NULL) {
        policy->before_publish(balloon->env.ctx, queue->ring, at);
    }
}

// A packed ring does not show which buffers were taken. But a device that takes
// a second buffer returns the first. A device that has not served the first
// notification before the second one comes sees one for both, and takes one
// buffer only.
static void notify_until_returned(const struct balloon *balloon,
                                  struct virtqueue *queue)
{
    for (unsigned i = 0; i < NOTIFICATIONS_MAX; i++) {
        for (uint32_t poll = 0; poll < NOTIFY_POLLS_MAX; poll++) {
            if (virtqueue_interrupts_on(queue)) {
                return;
            }
        }
        virtio_device_notify(balloon->device, BALLOON_STATSQ);
    }
}

// Waits, for a bounded time, until the device has taken every published buffer,
// as far as it can be seen. Only a policy needs this.
static void await_taken(const struct balloon *balloon)
{
    struct virtqueue *queue = balloon->queues[BALLOON_STATSQ].virtqueue;
    bool taken = false;

    for (uint32_t i = 0; i < TAKEN_POLLS_MAX && !taken; i++) {
        if (virtqueue_all_taken(queue, &taken) != OK) {
            if (virtqueue_in_flight(queue) > 1) {
                notify_until_returned(balloon, queue);
            }
            return;
        }
    }
}

// 5.5.6.3.1: all measured tags, the same in every buffer, and at least one.
static void check_subset(struct balloon *balloon,
                         const struct balloon_stats *stats)
{
    assert_that(stats->subset != 0, "balloon: a sample without statistics");
    assert_that(balloon->subset == 0 || balloon->subset == stats->subset,
                "balloon: a sample with other statistics");
    balloon->subset = stats->subset;
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
// True if the device wants a notification.
static bool publish_sample(struct balloon *balloon)
{
    const struct balloon_env *env = &balloon->env;
    struct balloon_buffer buffer = begin_buffer(balloon, balloon->seq + 1);

    env->collect(env->ctx, &buffer.stats);
    compose(balloon, &buffer);
    balloon->seq = buffer.seq;
    env->before_send(env->ctx, buffer.seq, &buffer.stats);
    add_buffer(balloon, &buffer);
    balloon->idle_wakeups = 0;
    return virtqueue_publish(balloon->queues[BALLOON_STATSQ].virtqueue);
}

// The newest sample is published: notifies the device and logs that.
static void send_sample(struct balloon *balloon, bool wanted)
{
    if (wanted && !balloon->env.policy->never_notifies) {
        virtio_device_notify(balloon->device, BALLOON_STATSQ);
    }
    if (balloon->env.policy->waits_until_taken) {
        await_taken(balloon);
    }
    balloon->env.after_send(balloon->env.ctx, balloon->seq);
}

static uint16_t held_buffers(const struct balloon *balloon)
{
    return virtqueue_in_flight(balloon->queues[BALLOON_STATSQ].virtqueue);
}

// Whether the next sample is sent now. As specified the device holds one buffer
// at most, and the next one is sent as soon as it holds none.
static bool sample_is_due(const struct balloon *balloon)
{
    const struct balloon_env *env = &balloon->env;
    const uint16_t held = held_buffers(balloon);

    return env->policy->sends == NULL
               ? held == 0
               : env->policy->sends(env->ctx, balloon->seq + 1, held);
}

// Sends new samples while one is due (as specified: while the device holds no
// buffer), and notifies the device if it wants that.
static void submit_samples(struct balloon *balloon)
{
    while (sample_is_due(balloon)) {
        send_sample(balloon, publish_sample(balloon));
    }
}

void balloon_statistics_prime(struct balloon *balloon)
{
    if (sample_is_due(balloon)) {
        // The notification follows DRIVER_OK unconditionally: before that, the
        // device's request for notifications is not valid.
        publish_sample(balloon);
    }
}

void balloon_statistics_start(struct balloon *balloon)
{
    if (held_buffers(balloon) != 0) {
        send_sample(balloon, true);
    }
    submit_samples(balloon);
}

// Checks whether the device has taken the sample. A device that has shown
// before that it takes buffers, and leaves this one for two wake-ups, is dead.
// A dead legacy device gives no other sign, since it has no NEEDS_RESET: it
// ignores notifications. If it raises no interrupt either (QEMU 7.2) or has no
// EVENT_IDX, it looks like a device that is not polled: this guest has no
// clock.
void balloon_statistics_check_taken(struct balloon *balloon)
{
    bool taken = false;

    if (!balloon_has_statistics(balloon) ||
        virtqueue_all_taken(balloon->queues[BALLOON_STATSQ].virtqueue,
                            &taken) != OK) {
        return;
    }
    if (taken) {
        balloon->shows_taken = true;
        balloon->idle_wakeups = 0;
    } else if (balloon->shows_taken) {
        balloon->idle_wakeups++;
    }
}

// The device requests new values by returning the buffer (5.5.6.3). Pops
// until the ring is empty: a buffer used before the last pop requested the next
// interrupt raises none. As specified there is one buffer, and the second pop
// finds none; a policy's second buffer costs one more pop.
enum error balloon_statistics_answer(struct balloon *balloon)
{
    struct virtqueue *queue = balloon->queues[BALLOON_STATSQ].virtqueue;
    enum error error = OK;

    for (unsigned i = 0; i < ANSWERS_MAX && error == OK; i++) {
        void *token = NULL;
        uint32_t written = 0;

        error = virtqueue_pop(queue, &token, &written);
        if (error == OK) {
            submit_samples(balloon);
            balloon->recoveries = 0;
        }
    }
    return error;
}
