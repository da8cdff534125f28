// SPDX-License-Identifier: MIT
// Start, requests, configuration and recovery of the memory balloon. What lies
// with the device is freed only after a reset.
// VIRTIO 1.4, 5.5 "Traditional Memory Balloon Device".
#include "drivers/balloon.h"

#include "base/log.h"
#include "base/panic.h"
#include "drivers/balloon_queues.h"
#include "drivers/balloon_samples.h"
#include "virtio/features.h"
#include "virtio/queue.h"

// Buffers that one step answers at most.
#define ANSWERS_MAX 9u

// Configuration space, 5.5.4: two fields of 32 bits, each whole by itself.
#define CONFIG_NUM_PAGES 0u // R  wanted size of the balloon, 4 KiB pages
#define CONFIG_ACTUAL 4u    // RW its size as the driver says, same unit

// The allow-list, with what each changes:
//  STATS_VQ         there is queue 2, and statistics travel through it
//  MUST_TELL_HOST   pages come back only once a deflate request was used; as
//                   nothing is deflated yet nothing changes, and 5.5.3.1 wants
//                   it taken so that the device may rely on it
//  EVENT_IDX        fewer kicks, and a sign of what the device has taken
// Declined:
//  INDIRECT_DESC    every buffer is one descriptor by the book
//  DEFLATE_ON_OOM   nothing is inflated that could be taken back
//  FREE_PAGE_HINT   no free pages are offered during a migration
//  PAGE_POISON      no page is filled with a value when it comes back
//  PAGE_REPORTING   no free pages are reported
static uint64_t wanted_features(const struct balloon_policy *policy)
{
    const uint64_t by_the_book = feature_bit(VIRTIO_BALLOON_F_STATS_VQ) |
                                 feature_bit(VIRTIO_BALLOON_F_MUST_TELL_HOST) |
                                 feature_bit(VIRTIO_F_EVENT_IDX);

    return (by_the_book | policy->features_also) & ~policy->features_declined;
}

// Reads the target whenever it may have changed; one field, so one read.
static enum error follow_target(struct balloon *balloon)
{
    uint32_t pages = 0;
    const enum error error =
        virtio_config_read32(balloon->device, CONFIG_NUM_PAGES, &pages);

    if (error == OK && pages != balloon->target) {
        if (virtio_device_gone(balloon->device)) {
            return ERR_EMPTY; // nobody wants that
        }
        balloon->target = pages;
        log_line("balloon target pages=%u supported=no", (unsigned)pages);
    }
    return error;
}

// Step 7 of 3.1.1, with 5.5.5: all that must stand before the device is live.
static enum error prepare(struct balloon *balloon)
{
    enum error error = balloon_queues_set_up(balloon);

    if (error == OK) {
        // The device kept the number over every reset; no page is with it now.
        error = virtio_config_write32(balloon->device, CONFIG_ACTUAL, 0);
    }
    if (error == OK && balloon_has_statistics(balloon)) {
        balloon_samples_prime(balloon);
    }
    return error;
}

// By the book `actual` is 0 since before the device was live.
static enum error misstate_actual(struct balloon *balloon)
{
    const uint32_t actual = balloon->env.policy->actual;

    return actual == 0
               ? OK
               : virtio_config_write32(balloon->device, CONFIG_ACTUAL, actual);
}

// From any state to a device that runs and holds a sample, 3.1.1 and 5.5.5.
static enum error bring_up(struct balloon *balloon)
{
    // 1. to 6. Reset, status, features.
    enum error error = virtio_device_begin(
        balloon->device, wanted_features(balloon->env.policy));
    if (error != OK) {
        return error;
    }
    // What a former life left with the device is ours again by the reset.
    balloon_queues_release(balloon);
    // 7. Queues, the first sample, configuration.
    error = prepare(balloon);
    if (error != OK) {
        virtio_device_fail(balloon->device);
        return error;
    }
    // 8. Live; then what may be said to a live device only.
    virtio_device_live(balloon->device);
    if (balloon_has_statistics(balloon)) {
        balloon_samples_start(balloon);
    }
    error = misstate_actual(balloon);
    // Changes before DRIVER_OK raise no interrupt, not even a late one.
    return error == OK ? follow_target(balloon) : error;
}

// Without the reset the memory is lost: the device may still use it.
static enum error take_back(struct balloon *balloon)
{
    const enum error error = virtio_device_reset(balloon->device);

    if (error != ERR_TIMEOUT) {
        balloon_queues_release(balloon);
    }
    return error;
}

static void give_up(struct balloon *balloon)
{
    if (balloon_queues_hold_memory(balloon)) {
        (void)take_back(balloon);
    }
    virtio_device_fail(balloon->device);
}

// Resets and starts anew, with the count of samples going on.
static enum error recover(struct balloon *balloon, const char *reason)
{
    while (balloon->recoveries < BALLOON_RECOVERIES_MAX) {
        if (virtio_device_gone(balloon->device)) {
            return balloon_stop(balloon);
        }
        balloon->recoveries++;
        balloon->recoveries_total++;
        log_line("balloon recovery reason=%s in_a_row=%u", reason,
                 balloon->recoveries);
        const enum error error = bring_up(balloon);
        if (error == OK) {
            return OK;
        }
        reason = error_name(error);
    }
    log_line("error what=balloon_recovery reason=%s in_a_row=%u", reason,
             balloon->recoveries);
    give_up(balloon);
    return ERR_DEVICE;
}

static enum error start_over_if_asked(struct balloon *balloon)
{
    const struct balloon_env *env = &balloon->env;

    return env->policy->starts_over != NULL &&
                   env->policy->starts_over(env->ctx, balloon->seq)
               ? recover(balloon, "asked")
               : OK;
}

enum error balloon_start(struct balloon *balloon, struct virtio_device *device,
                         const struct balloon_env *env)
{
    static const struct balloon_policy by_the_book;

    assert_that(device->device_id == VIRTIO_ID_BALLOON, "balloon: device id");
    balloon->device = device;
    balloon->env = *env;
    if (env->policy == NULL) {
        balloon->env.policy = &by_the_book;
    }

    const enum error error = bring_up(balloon);
    if (error != OK) {
        log_line("error what=balloon_start error=%s", error_name(error));
        give_up(balloon);
        return error;
    }
    return start_over_if_asked(balloon);
}

enum error balloon_stop(struct balloon *balloon)
{
    const enum error error = take_back(balloon);

    if (error != ERR_TIMEOUT) {
        *balloon = (struct balloon){
            .device = balloon->device,
            .env = balloon->env,
            .seq = balloon->seq,
            .recoveries_total = balloon->recoveries_total,
        };
    }
    return error;
}

// Looks whether the device has taken the sample. If it has shown before that
// it takes buffers and leaves this one lying over two wake-ups, it is dead.
// That is all that can be seen of a legacy device that died, since it has no
// NEEDS_RESET: it ignores kicks. One that raises no interrupt either (QEMU 7.2
// raises none), or that has no EVENT_IDX, is dead without a sign, and no clock
// here asks after it: it looks just like one that nobody polls.
static void look_whether_taken(struct balloon *balloon)
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
static enum error answer_statistics(struct balloon *balloon)
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

// An interrupt for used buffers is a hint for every queue (4.2.3.4.1). Nothing
// is ever given to the page queues, so anything used there is a violation.
// NULL, or what the device did wrong.
static const char *serve_queues(struct balloon *balloon)
{
    for (unsigned i = 0; i < BALLOON_QUEUES; i++) {
        struct virtqueue *queue = balloon->queues[i].queue;
        void *token = NULL;
        uint32_t written = 0;

        if (queue == NULL) {
            continue;
        }
        const enum error error = i == BALLOON_STATSQ
                                     ? answer_statistics(balloon)
                                     : virtqueue_pop(queue, &token, &written);
        if (error == ERR_DEVICE) {
            return virtqueue_fault(queue);
        }
    }
    return NULL;
}

// One step: all that the events may mean, once. NULL, or why the device must
// be reset.
static const char *serve_events(struct balloon *balloon, uint32_t events)
{
    const bool config = (events & VIRTIO_EVENT_CONFIG) != 0;
    const char *reason = NULL;

    if (config && virtio_device_needs_reset(balloon->device)) {
        return "needs_reset";
    }
    look_whether_taken(balloon);
    if ((events & VIRTIO_EVENT_QUEUE) != 0) {
        reason = serve_queues(balloon);
    }
    if (reason == NULL && balloon->untaken_wakeups >= BALLOON_UNTAKEN_MAX) {
        reason = "silent";
    }
    if (reason == NULL && config) {
        const enum error error = follow_target(balloon);
        reason = error == OK ? NULL : error_name(error);
    }
    return reason;
}

enum error balloon_serve(struct balloon *balloon)
{
    const uint32_t events = virtio_device_take_events(balloon->device);
    const char *reason = NULL;

    if (events != 0) {
        reason = serve_events(balloon, events);
    }
    if (reason == NULL) {
        return start_over_if_asked(balloon);
    }
    return balloon->env.policy->never_recovers ? OK : recover(balloon, reason);
}
