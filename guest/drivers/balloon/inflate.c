// SPDX-License-Identifier: MIT
// Inflating and deflating: how the balloon follows the target, and when it does
// not. Pages are in flight in one direction at a time: a page is deflated only
// after its inflate request was used, and touched only after its deflate
// request was used. Each request's contents are also recorded where the device
// can't reach them. VIRTIO 1.4, 5.5.6 "Device Operation".
#include "drivers/balloon/internal.h"

#include "base/log.h"
#include "base/panic.h"
#include "base/shared.h"
#include "virtio/features.h"

// Pages in one request: its page numbers fill a page. A host page of 2 MiB (512
// balloon pages) is freed only if all of it is in one request.
#define REQUEST_PAGES 1024u
#define REQUEST_BYTES (REQUEST_PAGES * sizeof(le32))

bool balloon_deflates_on_oom(const struct balloon *balloon)
{
    return feature_in(balloon->device->features,
                      VIRTIO_BALLOON_F_DEFLATE_ON_OOM);
}

// 5.5.5: both queues are set up, even if no page is ever ballooned.
static enum error set_up_page_queues(struct balloon *balloon)
{
    for (unsigned i = BALLOON_INFLATEQ; i <= BALLOON_DEFLATEQ; i++) {
        const enum error error =
            balloon_queue_set_up(balloon, (enum balloon_queue_index)i,
                                 (uint16_t)i, 2 * BALLOON_REQUESTS);

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

enum error balloon_inflate_set_up(struct balloon *balloon)
{
    unsigned usable = BALLOON_REQUESTS;

    mm_deflate_on_oom(balloon_deflates_on_oom(balloon));
    const enum error error = set_up_page_queues(balloon);

    if (error != OK) {
        return error;
    }
    for (unsigned i = BALLOON_INFLATEQ; i <= BALLOON_DEFLATEQ; i++) {
        const unsigned room = driver_queue_room(&balloon->queues[i]);

        usable = room < usable ? room : usable;
    }
    balloon->pages.requests_usable = usable;
    balloon->pages.actual_written = balloon->pages.count;
    return mm_alloc_dma(BALLOON_REQUESTS * REQUEST_BYTES,
                        &balloon->pages.memory);
}

static le32 *page_numbers(const struct balloon *balloon, unsigned request)
{
    unsigned char *bytes = balloon->pages.memory.cpu;

    return (le32 *)(void *)(bytes + request * REQUEST_BYTES);
}

static struct virtqueue *page_queue(const struct balloon *balloon, bool inflate)
{
    return balloon->queues[inflate ? BALLOON_INFLATEQ : BALLOON_DEFLATEQ]
        .virtqueue;
}

// Marks the request as not in use; its runs are void.
static void clear_request(struct balloon_request *request)
{
    request->run_count = 0;
    request->pages = 0;
}

// Inflate requests in flight were never counted as ballooned; deflate requests
// in flight have left the balloon by the reset.
void balloon_inflate_reset(struct balloon *balloon)
{
    struct balloon_pages *pages = &balloon->pages;

    for (unsigned i = 0; pages->in_flight != 0 && i < BALLOON_REQUESTS; i++) {
        struct balloon_request *request = &pages->requests[i];

        for (unsigned j = 0; j < request->run_count; j++) {
            if (request->inflate) {
                mm_inflate_cancel(request->runs[j]);
            } else {
                mm_deflate_done(request->runs[j]);
            }
        }
        if (!request->inflate) {
            pages->count -= request->pages;
        }
        clear_request(request);
    }
    pages->in_flight = 0;
}

static void add_run(struct balloon *balloon, unsigned index,
                    struct page_run run)
{
    struct balloon_request *request = &balloon->pages.requests[index];
    le32 *numbers = page_numbers(balloon, index) + request->pages;

    for (uint32_t i = 0; i < run.count; i++) {
        shared_write32(&numbers[i], le32_of(run.first + i));
    }
    request->runs[request->run_count++] = run;
    request->pages += run.count;
}

// Picks pages until the request is full, the difference is covered or none is
// left.
static void fill_request(struct balloon *balloon, unsigned index, bool inflate,
                         uint32_t difference)
{
    struct balloon_request *request = &balloon->pages.requests[index];

    while (request->run_count < BALLOON_REQUEST_RUNS) {
        const uint32_t room = REQUEST_PAGES - request->pages;
        const uint32_t left = difference - request->pages;
        const uint32_t most = room < left ? room : left;
        struct page_run run;

        if (most == 0 || !(inflate ? mm_inflate_pick(most, &run)
                                   : mm_deflate_pick(most, &run))) {
            break;
        }
        assert_that(run.count != 0 && run.count <= most, "balloon: a run");
        add_run(balloon, index, run);
    }
}

// Adds a filled request to its queue.
static void add_request(struct balloon *balloon, unsigned index, bool inflate)
{
    struct balloon_pages *pages = &balloon->pages;
    struct balloon_request *request = &pages->requests[index];
    const struct queue_segment segment = {
        .address = paddr_add(pages->memory.device, index * REQUEST_BYTES),
        .bytes = request->pages * (uint32_t)sizeof(le32),
    };
    const struct queue_buffer buffer = {
        .segments = &segment,
        .readable = 1,
        .token = request,
    };
    const enum error error =
        virtqueue_add(page_queue(balloon, inflate), &buffer);

    assert_that(error == OK, "balloon: a request that does not fit");
    request->inflate = inflate;
    pages->in_flight += request->pages;
    pages->inflating = inflate;
}

uint32_t balloon_request_pages(struct balloon *balloon, bool inflate,
                               uint32_t difference)
{
    uint32_t requested = 0;

    if (difference == 0) {
        return 0;
    }
    assert_that(balloon->pages.in_flight == 0 ||
                    balloon->pages.inflating == inflate,
                "balloon: two directions at once");

    for (unsigned i = 0; i < balloon->pages.requests_usable; i++) {
        struct balloon_request *request = &balloon->pages.requests[i];

        if (request->pages != 0) {
            continue;
        }
        fill_request(balloon, i, inflate, difference - requested);
        if (request->pages == 0) {
            break;
        }
        add_request(balloon, i, inflate);
        requested += request->pages;
    }
    if (requested != 0 && virtqueue_publish(page_queue(balloon, inflate))) {
        virtio_device_notify(balloon->device,
                             inflate ? BALLOON_INFLATEQ : BALLOON_DEFLATEQ);
    }
    return requested;
}

static void finish_request(struct balloon *balloon,
                           struct balloon_request *request)
{
    for (unsigned i = 0; i < request->run_count; i++) {
        if (request->inflate) {
            mm_inflate_done(request->runs[i]);
        } else {
            balloon_fill_poison(balloon, request->runs[i]); // 5.5.6.6.1
            mm_deflate_done(request->runs[i]);
        }
    }
    if (request->inflate) {
        balloon->pages.count += request->pages;
    } else {
        balloon->pages.count -= request->pages;
    }
    balloon->pages.in_flight -= request->pages;
    balloon->idle_wakeups = 0;
    clear_request(request);
}

// Handles all acknowledgements. ERR_EMPTY: none is left. At most as many
// requests as exist can be used.
static enum error complete(struct balloon *balloon, bool inflate)
{
    enum error error = OK;

    for (unsigned i = 0; i <= BALLOON_REQUESTS && error == OK; i++) {
        void *token = NULL;
        uint32_t written = 0;

        // The used length carries no information, and on a legacy device may be
        // wrong (5.5.6.2).
        error = virtqueue_pop(page_queue(balloon, inflate), &token, &written);
        if (error == OK) {
            finish_request(balloon, token);
        }
    }
    return error;
}

static const char *complete_all(struct balloon *balloon)
{
    for (unsigned inflate = 0; inflate < 2; inflate++) {
        if (complete(balloon, inflate != 0) == ERR_DEVICE) {
            return virtqueue_fault(page_queue(balloon, inflate != 0));
        }
    }
    return NULL;
}

void balloon_inflate_forget(void)
{
    struct page_run run;

    while (mm_deflate_pick(UINT32_MAX, &run)) {
        mm_deflate_done(run);
    }
    mm_inflate_demand(0);
}

// 5.5.6: `actual` is written in one store, once the device has acknowledged the
// change.
static const char *update_actual(struct balloon *balloon)
{
    struct balloon_pages *pages = &balloon->pages;

    if (pages->actual_written == pages->count) {
        return NULL;
    }
    pages->actual_written = pages->count;
    return balloon_write_actual(balloon, pages->count) == OK ? NULL : "actual";
}

const char *balloon_inflate_complete(struct balloon *balloon)
{
    const char *fault = complete_all(balloon);

    return fault != NULL ? fault : update_actual(balloon);
}

// Logs an unreachable target once for each target and size.
static void log_floor(struct balloon *balloon)
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
static uint32_t pages_to_request(const struct balloon *balloon, bool inflate)
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
static uint32_t pages_to_reserve(const struct balloon *balloon)
{
    const struct balloon_pages *pages = &balloon->pages;
    const uint32_t all = balloon->target - pages->count;
    const uint32_t in_flight = pages->inflating ? pages->in_flight : 0;

    return all > in_flight ? all - in_flight : 0;
}

// Requests more pages, in need from acknowledged hinted pages too: the guest
// still keeps those. False: no page is in flight.
static bool request_more(struct balloon *balloon)
{
    const uint32_t pages = pages_to_request(balloon, true);

    return balloon_request_pages(balloon, true, pages) != 0 ||
           balloon->pages.in_flight != 0 ||
           (balloon_hinting_release(balloon) != 0 &&
            balloon_request_pages(balloon, true, pages) != 0);
}

// Whether free pages will come without a request: from reports or hints in
// flight, or from reclaim.
static bool pages_are_returning(const struct balloon *balloon)
{
    return balloon->report.count != 0 || balloon->hint.in_flight != 0 ||
           mm_more_will_come();
}

static void grow(struct balloon *balloon)
{
    if (balloon->pages.relieved) {
        mm_inflate_demand(0);
        return;
    }
    const bool requested = request_more(balloon);

    mm_inflate_demand(pages_to_reserve(balloon));
    if (!requested && !pages_are_returning(balloon)) {
        log_floor(balloon);
    }
}

static void shrink(struct balloon *balloon)
{
    mm_inflate_demand(0);
    (void)balloon_request_pages(balloon, false,
                                pages_to_request(balloon, false));
}

static void finish_target(struct balloon *balloon)
{
    struct balloon_pages *pages = &balloon->pages;

    mm_inflate_demand(0);
    if (pages->log_target_reached) {
        pages->log_target_reached = false;
        log_line("balloon reached actual=%u", (unsigned)pages->count);
    }
}

const char *balloon_inflate_step(struct balloon *balloon)
{
    if (balloon->queues[BALLOON_INFLATEQ].virtqueue == NULL) {
        return NULL; // stopped
    }
    const char *fault = balloon_inflate_complete(balloon);
    if (fault != NULL) {
        return fault;
    }
    if (balloon->target > balloon->pages.count) {
        grow(balloon);
    } else if (balloon->target < balloon->pages.count) {
        shrink(balloon);
    } else {
        finish_target(balloon);
    }
    return NULL;
}
