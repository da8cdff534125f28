// SPDX-License-Identifier: MIT
// The balloon's size: how it follows the target, and when it does not. Pages
// are in flight in one direction at a time: a page is deflated only after its
// inflate request was used, and touched only after its deflate request was
// used. VIRTIO 1.4, 5.5.6 "Device Operation".
#include "drivers/balloon/pages.h"

#include "base/log.h"
#include "drivers/balloon/await.h"
#include "drivers/balloon/config.h"
#include "drivers/balloon/hinting.h"
#include "drivers/balloon/reporting.h"
#include "drivers/balloon/inflate.h"
#include "virtio/features.h"

static bool may_take_back(const struct balloon *balloon)
{
    return feature_in(balloon->device->features,
                      VIRTIO_BALLOON_F_DEFLATE_ON_OOM);
}

void balloon_pages_agree(struct balloon *balloon)
{
    const struct balloon_rules rules = {
        .may_take_back = may_take_back(balloon),
    };

    balloon->env.rules(balloon->env.ctx, &rules);
}

void balloon_pages_forget(struct balloon *balloon)
{
    struct balloon_run run;

    while (balloon->env.recall(balloon->env.ctx, UINT32_MAX, &run)) {
        balloon->env.taken_back(balloon->env.ctx, run);
    }
    balloon->env.demand(balloon->env.ctx, 0);
}

// 5.5.6: `actual` is written in one store, once the device has acknowledged the
// change.
static const char *tell_size(struct balloon *balloon)
{
    struct balloon_pages *pages = &balloon->pages;

    if (pages->told == pages->count) {
        return NULL;
    }
    pages->told = pages->count;
    return balloon_write_actual(balloon, pages->count) == OK ? NULL : "actual";
}

static const char *collect(struct balloon *balloon)
{
    const char *fault = balloon_requests_take_in(balloon);

    return fault != NULL ? fault : tell_size(balloon);
}

// Logs an unreachable target once for each target and size.
static void say_floor(struct balloon *balloon)
{
    struct balloon_pages *pages = &balloon->pages;

    if (pages->floor_target != balloon->target ||
        pages->floor_count != pages->count) {
        pages->floor_target = balloon->target;
        pages->floor_count = pages->count;
        log_line("balloon floor actual=%u target=%u", (unsigned)pages->count,
                 (unsigned)balloon->target);
    }
}

// Pages to request now in that direction: the missing ones without those in
// flight. None while pages are in flight in the other direction.
static uint32_t missing(const struct balloon *balloon, bool inflate)
{
    const struct balloon_pages *pages = &balloon->pages;
    const uint32_t all = inflate ? balloon->target - pages->count
                                 : pages->count - balloon->target;

    if (pages->in_flight == 0) {
        return all;
    }
    return pages->inflating == inflate && pages->in_flight < all
               ? all - pages->in_flight
               : 0;
}

// Pages to reserve for the device: pages in flight have left the guest's free
// memory already.
static uint32_t still_wanted(const struct balloon *balloon)
{
    const struct balloon_pages *pages = &balloon->pages;
    const uint32_t all = balloon->target - pages->count;
    const uint32_t going = pages->inflating ? pages->in_flight : 0;

    return all > going ? all - going : 0;
}

// Requests more pages, in need from acknowledged hinted pages too: the guest
// still keeps those. False: no page is in flight.
static bool ask_for_more(struct balloon *balloon)
{
    const uint32_t pages = missing(balloon, true);

    return balloon_requests_make(balloon, true, pages) != 0 ||
           balloon->pages.in_flight != 0 ||
           (balloon_hinting_release(balloon) != 0 &&
            balloon_requests_make(balloon, true, pages) != 0);
}

// Whether reports or hints in flight will return free pages without a request.
static bool more_will_come(const struct balloon *balloon)
{
    return balloon->report.count != 0 || balloon->hint.in_flight != 0;
}

static void go_up(struct balloon *balloon)
{
    if (!balloon->pages.relieved && !ask_for_more(balloon) &&
        !more_will_come(balloon)) {
        say_floor(balloon);
    }
    balloon->env.demand(balloon->env.ctx, still_wanted(balloon));
}

static void go_down(struct balloon *balloon)
{
    balloon->env.demand(balloon->env.ctx, 0);
    (void)balloon_requests_make(balloon, false, missing(balloon, false));
}

static void reached(struct balloon *balloon)
{
    struct balloon_pages *pages = &balloon->pages;

    balloon->env.demand(balloon->env.ctx, 0);
    if (pages->unsaid) {
        pages->unsaid = false;
        log_line("balloon reached actual=%u", (unsigned)pages->count);
    }
}

const char *balloon_pages_step(struct balloon *balloon)
{
    if (balloon->queues[BALLOON_INFLATEQ].queue == NULL) {
        return NULL; // stopped
    }
    const char *fault = collect(balloon);
    if (fault != NULL) {
        return fault;
    }
    if (balloon->target > balloon->pages.count) {
        go_up(balloon);
    } else if (balloon->target < balloon->pages.count) {
        go_down(balloon);
    } else {
        reached(balloon);
    }
    return NULL;
}

static unsigned pages_out(const struct balloon *balloon)
{
    return balloon->pages.in_flight;
}

// Waits until no request is in flight.
static bool await_idle(struct balloon *balloon)
{
    static const struct balloon_outstanding out = {
        .what = "balloon_relief",
        .unit = "pages",
        .count = pages_out,
        .take_in = collect,
    };

    return balloon_await(balloon, &out);
}

// Waits for deflate requests in flight; returns how many pages came back.
static uint32_t await_deflation(struct balloon *balloon)
{
    const uint32_t coming =
        balloon->pages.inflating ? 0 : balloon->pages.in_flight;

    return coming != 0 && await_idle(balloon) ? coming : 0;
}

// Deflates exactly `pages` pages.
static bool deflate_now(struct balloon *balloon, uint32_t pages)
{
    uint32_t left = pages;

    if (!may_take_back(balloon) || !await_idle(balloon) ||
        balloon->pages.count < pages) {
        return false;
    }
    balloon->pages.relieved = true;
    while (left > 0) {
        left -= balloon_requests_make(balloon, false, left);
        if (!await_idle(balloon)) {
            return false;
        }
    }
    log_line("balloon relief pages=%u actual=%u", (unsigned)pages,
             (unsigned)balloon->pages.count);
    return true;
}

bool balloon_relieve(struct balloon *balloon, uint32_t pages)
{
    if (balloon->device->state != VIRTIO_DRIVER_OK) {
        return false;
    }
    // Reported and hinted pages return without a request, and so do deflate
    // requests in flight; acknowledged hinted pages only need a release. Pages
    // in the balloon come last.
    uint32_t came =
        balloon_reporting_await(balloon) + balloon_hinting_release(balloon);

    if (came < pages) {
        came += balloon_hinting_await(balloon);
    }
    if (came < pages) {
        came += await_deflation(balloon);
    }
    return came >= pages || deflate_now(balloon, pages - came);
}
