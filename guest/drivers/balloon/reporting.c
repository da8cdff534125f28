// SPDX-License-Identifier: MIT
// Reports: chains of the free pages themselves, one chain in flight. Its pages
// cannot be allocated, so nothing touches them (5.5.6.7.1). VIRTIO 1.4, 5.5.6.7
// "Free Page Reporting".
#include "drivers/balloon/internal.h"

#include "base/panic.h"

static struct virtqueue *reporting_queue(const struct balloon *balloon)
{
    return balloon->queues[BALLOON_REPORTING_VQ].virtqueue;
}

enum error balloon_reporting_set_up(struct balloon *balloon, uint16_t number)
{
    return balloon_queue_set_up_if(balloon, VIRTIO_BALLOON_F_PAGE_REPORTING,
                                   BALLOON_REPORTING_VQ, number,
                                   2 * BALLOON_REPORT_RUNS);
}

static void finish_report(struct balloon *balloon, bool acknowledged)
{
    struct balloon_report *report = &balloon->report;

    for (unsigned i = 0; i < report->count; i++) {
        mm_report_done(report->runs[i], acknowledged);
    }
    report->count = 0;
}

void balloon_reporting_reset(struct balloon *balloon)
{
    finish_report(balloon, false);
}

// Picks pages; returns the number of runs. With PAGE_POISON they hold the value
// when they are reported (5.5.6.7.1).
static unsigned pick_report(struct balloon *balloon,
                            struct queue_segment segments[BALLOON_REPORT_RUNS])
{
    unsigned most = driver_queue_room(&balloon->queues[BALLOON_REPORTING_VQ]);
    unsigned count = 0;

    if (most > BALLOON_REPORT_RUNS) {
        most = BALLOON_REPORT_RUNS;
    }
    while (count < most && mm_report_pick(&balloon->report.runs[count])) {
        const struct page_run run = balloon->report.runs[count];

        balloon_fill_poison(balloon, run);
        segments[count] = balloon_run_segment(run);
        count++;
    }
    return count;
}

void balloon_reporting_submit(struct balloon *balloon)
{
    struct balloon_report *report = &balloon->report;
    struct queue_segment segments[BALLOON_REPORT_RUNS];

    if (reporting_queue(balloon) == NULL || report->count != 0) {
        return;
    }
    report->count = pick_report(balloon, segments);
    if (report->count == 0) {
        return;
    }
    const struct queue_buffer buffer = {
        .segments = segments,
        .writable = (uint16_t)report->count,
        .token = report,
    };
    const enum error error = virtqueue_add(reporting_queue(balloon), &buffer);

    assert_that(error == OK, "balloon: a report that does not fit");
    if (virtqueue_publish(reporting_queue(balloon))) {
        virtio_device_notify(balloon->device,
                             balloon->queues[BALLOON_REPORTING_VQ].number);
    }
}

const char *balloon_reporting_complete(struct balloon *balloon)
{
    void *token = NULL;
    uint32_t written = 0;

    if (reporting_queue(balloon) == NULL) {
        return NULL;
    }
    const enum error error =
        virtqueue_pop(reporting_queue(balloon), &token, &written);

    if (error == OK) {
        finish_report(balloon, true);
        balloon->idle_wakeups = 0;
    }
    return error == ERR_DEVICE ? virtqueue_fault(reporting_queue(balloon))
                               : NULL;
}

static unsigned runs_in_flight(const struct balloon *balloon)
{
    return balloon->report.count;
}

uint32_t balloon_reporting_await(struct balloon *balloon)
{
    static const struct balloon_awaited awaited = {
        .what = "balloon_report",
        .unit = "runs",
        .in_flight = runs_in_flight,
        .complete = balloon_reporting_complete,
    };
    uint32_t pages = 0;

    for (unsigned i = 0; i < balloon->report.count; i++) {
        pages += balloon->report.runs[i].count;
    }
    return pages != 0 && balloon_await(balloon, &awaited) ? pages : 0;
}
