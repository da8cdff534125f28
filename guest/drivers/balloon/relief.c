// SPDX-License-Identifier: MIT
// Relief under memory pressure: pages that the guest gets back at once. VIRTIO
// 1.4, 5.5.6 "Device Operation", 5.5.6.1.
#include "drivers/balloon/internal.h"

#include "base/log.h"

static unsigned pages_in_flight(const struct balloon *balloon)
{
    return balloon->pages.in_flight;
}

// Waits until no request is in flight.
static bool await_idle(struct balloon *balloon)
{
    static const struct balloon_awaited awaited = {
        .what = "balloon_relief",
        .unit = "pages",
        .in_flight = pages_in_flight,
        .complete = balloon_inflate_complete,
    };

    return balloon_await(balloon, &awaited);
}

// Waits for deflate requests in flight; returns how many pages were freed.
static uint32_t await_deflation(struct balloon *balloon)
{
    const uint32_t awaited_pages =
        balloon->pages.inflating ? 0 : balloon->pages.in_flight;

    return awaited_pages != 0 && await_idle(balloon) ? awaited_pages : 0;
}

// Whether deflation under memory pressure is possible now.
static bool may_deflate(struct balloon *balloon)
{
    return balloon_deflates_on_oom(balloon) && await_idle(balloon);
}

// Deflates exactly `pages` pages; the balloon has as many.
static bool deflate_now(struct balloon *balloon, uint64_t pages)
{
    uint32_t left = (uint32_t)pages;

    balloon->pages.relieved = true;
    mm_inflate_demand(0); // the balloon wants no page any more
    while (left > 0) {
        left -= balloon_request_pages(balloon, false, left);
        if (!await_idle(balloon)) {
            return false;
        }
    }
    log_line("balloon relief pages=%u actual=%u", (unsigned)pages,
             (unsigned)balloon->pages.count);
    return true;
}

bool balloon_relieve(struct balloon *balloon, uint64_t pages)
{
    if (balloon->device->state != VIRTIO_DRIVER_OK) {
        return false;
    }
    // Reported and hinted pages return without a request, and so do deflate
    // requests in flight; acknowledged hinted pages only need a release. Pages
    // in the balloon come last.
    uint32_t returned =
        balloon_reporting_await(balloon) + balloon_hinting_release(balloon);

    if (returned < pages) {
        returned += balloon_hinting_await(balloon);
    }
    if (returned < pages) {
        returned += await_deflation(balloon);
    }
    return returned >= pages ||
           (may_deflate(balloon) && balloon->pages.count >= pages - returned &&
            deflate_now(balloon, pages - returned));
}

uint32_t balloon_deflate_some(struct balloon *balloon, uint32_t most)
{
    if (balloon->device->state != VIRTIO_DRIVER_OK || !may_deflate(balloon)) {
        return 0;
    }
    const uint32_t pages =
        most < balloon->pages.count ? most : balloon->pages.count;

    return pages > 0 && deflate_now(balloon, pages) ? pages : 0;
}
