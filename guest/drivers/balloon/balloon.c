// SPDX-License-Identifier: MIT
// Start, events, configuration and recovery of the memory balloon. Memory that
// the device holds is freed only after a reset. VIRTIO 1.4, 5.5 "Traditional
// Memory Balloon Device".
#include "drivers/balloon/balloon.h"

#include "base/log.h"
#include "base/panic.h"
#include "drivers/balloon/internal.h"

// 5.5.5: the queues, with the buffers of each.
static enum error set_up_queues(struct balloon *balloon)
{
    enum error error = balloon_inflate_set_up(balloon);

    if (error == OK) {
        error = balloon_statistics_set_up(balloon);
    }
    if (error != OK) {
        return error;
    }
    const struct balloon_numbers numbers = balloon_find_numbers(balloon);

    error = balloon_hinting_set_up(balloon, numbers.hint);
    return error == OK ? balloon_reporting_set_up(balloon, numbers.reporting)
                       : error;
}

// Step 7 of 3.1.1, with 5.5.5: everything that precedes DRIVER_OK.
static enum error prepare(struct balloon *balloon)
{
    enum error error = set_up_queues(balloon);

    if (error == OK) {
        // `actual` survives a reset of the device, whichever driver wrote it.
        error = balloon_write_actual(balloon, balloon->pages.count);
    }
    if (error == OK) {
        error = balloon_write_poison(balloon);
    }
    if (error == OK && balloon_has_statistics(balloon)) {
        balloon_statistics_prime(balloon);
    }
    return error;
}

// Only for a policy: as specified, `actual` is correct before DRIVER_OK.
static enum error misreport_actual(struct balloon *balloon)
{
    const uint32_t actual = balloon->env.policy->actual;

    return actual == 0 ? OK : balloon_write_actual(balloon, actual);
}

// Rounds of one step while hints are used quickly: 64 times 128 MiB.
#define TURNS_MAX 64u

// One bounded step for pages: acknowledgements first, then the target, then the
// pages that are still free. Returns NULL, or the reason to reset the device.
static const char *serve_pages_once(struct balloon *balloon)
{
    const char *reason = balloon_reporting_complete(balloon);

    if (reason == NULL) {
        reason = balloon_hinting_complete(balloon);
    }
    if (reason == NULL) {
        reason = balloon_inflate_step(balloon);
    }
    if (reason == NULL) {
        balloon_reporting_submit(balloon);
        balloon_hinting_submit(balloon);
    }
    return reason;
}

// The last round runs with interrupts requested, so no used buffer is missed.
static const char *serve_pages(struct balloon *balloon)
{
    const char *reason = serve_pages_once(balloon);

    for (unsigned i = 1; i <= TURNS_MAX && reason == NULL &&
                         balloon_hinting_wait(balloon, i < TURNS_MAX);
         i++) {
        reason = serve_pages_once(balloon);
    }
    return reason;
}

// From any state to a live device that holds a sample (3.1.1 and 5.5.5), with
// the first requests towards the target made.
static enum error bring_up(struct balloon *balloon)
{
    // 1. to 6. Reset, status, features.
    enum error error =
        virtio_device_begin(balloon->device, balloon_wanted_features(balloon));
    if (error != OK) {
        return error;
    }
    // The reset returns every page and buffer that the device held before,
    // except acknowledged balloon pages.
    balloon_inflate_reset(balloon);
    balloon_reporting_reset(balloon);
    balloon_hinting_reset(balloon);
    balloon_queues_release(balloon);
    // 7. Queues, the first sample, configuration.
    error = prepare(balloon);
    if (error != OK) {
        virtio_device_fail(balloon->device);
        return error;
    }
    // 8. DRIVER_OK; then notifications, which need a live device.
    virtio_device_ready(balloon->device);
    if (balloon_has_statistics(balloon)) {
        balloon_statistics_start(balloon);
    }
    balloon_hinting_start(balloon);
    error = misreport_actual(balloon);
    if (error == OK) {
        error = balloon_read_target(balloon);
    }
    // Changes of the configuration before DRIVER_OK raise no interrupt, not
    // even a late one, so only this call starts to serve the target.
    return error == OK && serve_pages(balloon) != NULL ? ERR_DEVICE : error;
}

// If the reset times out the memory is not freed: the device may still use it.
static enum error reset_and_release(struct balloon *balloon)
{
    const enum error error = virtio_device_reset(balloon->device);

    if (error != ERR_TIMEOUT) {
        balloon_inflate_reset(balloon);
        balloon_reporting_reset(balloon);
        balloon_hinting_reset(balloon);
        balloon_queues_release(balloon);
    }
    return error;
}

static void give_up(struct balloon *balloon)
{
    if (balloon_queues_hold_memory(balloon)) {
        (void)reset_and_release(balloon);
    }
    virtio_device_fail(balloon->device);
}

// Resets and starts again; the count of samples continues.
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

static enum error restart_if_asked(struct balloon *balloon)
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
    static const struct balloon_policy conforming;

    assert_that(device->device_id == VIRTIO_ID_BALLOON, "balloon: device id");
    balloon->device = device;
    balloon->env = *env;
    if (env->policy == NULL) {
        balloon->env.policy = &conforming;
    }

    const enum error error = bring_up(balloon);
    if (error != OK) {
        log_line("error what=balloon_start error=%s", error_name(error));
        give_up(balloon);
        return error;
    }
    return restart_if_asked(balloon);
}

enum error balloon_stop(struct balloon *balloon)
{
    const enum error error = reset_and_release(balloon);

    if (error != ERR_TIMEOUT) {
        balloon_inflate_forget();
        *balloon = (struct balloon){
            .device = balloon->device,
            .env = balloon->env,
            .seq = balloon->seq,
            .recoveries_total = balloon->recoveries_total,
        };
    }
    return error;
}

// An interrupt for used buffers may concern any queue (4.2.3.4.1). Returns
// NULL, or the device's fault.
static const char *serve_statistics(struct balloon *balloon)
{
    if (!balloon_has_statistics(balloon) ||
        balloon_statistics_answer(balloon) != ERR_DEVICE) {
        return NULL;
    }
    return virtqueue_fault(balloon->queues[BALLOON_STATSQ].virtqueue);
}

static const char *serve_config(struct balloon *balloon)
{
    const uint32_t before = balloon->target;
    const enum error error = balloon_read_target(balloon);

    return error == OK ? balloon_hinting_read_command(balloon,
                                                      balloon->target == before)
                       : error_name(error);
}

// Handles everything that the events can mean, once. Returns NULL, or the
// reason to reset the device.
static const char *serve_events(struct balloon *balloon, uint32_t events)
{
    const bool config = (events & VIRTIO_EVENT_CONFIG) != 0;
    const char *reason = NULL;

    if (config && virtio_device_needs_reset(balloon->device)) {
        return "needs_reset";
    }
    balloon_statistics_check_taken(balloon);
    if ((events & VIRTIO_EVENT_QUEUE) != 0) {
        reason = serve_statistics(balloon);
    }
    return reason == NULL && config ? serve_config(balloon) : reason;
}

enum error balloon_serve(struct balloon *balloon)
{
    const uint32_t events = virtio_device_take_events(balloon->device);
    const char *reason = NULL;

    if (events != 0) {
        reason = serve_events(balloon, events);
    }
    if (reason == NULL) {
        reason = serve_pages(balloon);
    }
    // A device that acknowledges requests is alive; it will take the sample
    // later.
    if (reason == NULL && balloon->idle_wakeups >= BALLOON_IDLE_WAKEUPS_MAX) {
        reason = "silent";
    }
    if (reason == NULL) {
        return restart_if_asked(balloon);
    }
    return balloon->env.policy->never_recovers ? OK : recover(balloon, reason);
}
