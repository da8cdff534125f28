// SPDX-License-Identifier: MIT
// The memory balloon driver: gives pages to the device and takes them back, as
// far as the device's target and the guest's own needs allow, and reports
// statistics. VIRTIO 1.4, 5.5 "Traditional Memory Balloon Device".
#ifndef DRIVERS_BALLOON_BALLOON_H
#define DRIVERS_BALLOON_BALLOON_H

#include "base/error.h"
#include "base/types.h"
#include "drivers/balloon/policy.h"
#include "drivers/balloon/state.h"
#include "drivers/balloon/stats.h"
#include "drivers/queue.h"
#include "virtio/device.h"

#define VIRTIO_ID_BALLOON 5u

// Queue indices (5.5.2).
enum balloon_queue_index {
    BALLOON_INFLATEQ = 0,
    BALLOON_DEFLATEQ = 1,
    BALLOON_STATSQ = 2,
    BALLOON_FREE_PAGE_VQ = 3,
    BALLOON_REPORTING_VQ = 4, // the device may use another number
    BALLOON_QUEUES
};

// Size requested for the statistics queue; a legacy PCI device dictates its
// own.
#define BALLOON_QUEUE_SIZE 8u

// What the caller supplies: the values of a sample, the moments before and
// after it is sent, and some numbers. Each function is called in normal context
// with interrupts off and gets `ctx`; none may be NULL but the policy's.
struct balloon_env {
    void *ctx;

    // Fills `out` (zeroed) with values measured now: at least one, with the
    // same tags in every call (5.5.6.3.1).
    void (*collect)(void *ctx, struct balloon_stats *out);
    // Announces sample `seq`, before the device can see it.
    void (*before_send)(void *ctx, uint64_t seq,
                        const struct balloon_stats *stats);
    // Called after the device was notified of sample `seq`.
    void (*after_send)(void *ctx, uint64_t seq);

    // Polls of the ring for used hints before the driver requests an interrupt
    // for them; 0: it always does. See balloon_hinting_wait in hinting.c.
    uint32_t hint_polls_max;
    // The value that deflated and reported pages hold (PAGE_POISON); NULL: any.
    const uint32_t *poison;
    // Departures from the specification, valid while the driver runs; NULL:
    // none.
    const struct balloon_policy *policy;
};

//  one round of statistics        driver                       device
//
//  before DRIVER_OK     collect, fill, add  --- sample 1 --->  (not yet)
//  DRIVER_OK, kick                          ---------------->  takes it, reads
//                                                              it, holds it
//  (asleep; the buffer is not touched)                         ... a poll:
//  take_events, pop     <------------------------------------  used, interrupt
//  collect, fill, add   --- sample n+1, kick --------------->  takes it ...

// The caller owns the memory (zeroed before the first balloon_start), the
// driver the fields; the caller may read `seq` and `recoveries_total`.
struct balloon {
    struct virtio_device *device;
    struct balloon_env env;
    struct driver_queue queues[BALLOON_QUEUES];
    struct balloon_pages pages;
    struct balloon_report report;
    struct balloon_hint hint;
    struct dma_block sample; // statistics buffers; 0 bytes: none
    uint64_t seq;            // of the newest sample; 0: none yet
    uint32_t subset;  // tags of the first sample; every sample has the same
    uint32_t target;  // num_pages as last read, 4 KiB pages
    bool shows_taken; // the device has shown which buffers it took
    unsigned idle_wakeups;     // wake-ups that found the sample not taken
    unsigned recoveries;       // in a row, since the last answered poll
    unsigned recoveries_total; // since the first balloon_start
};

// Recoveries in a row after which the driver gives up.
#define BALLOON_RECOVERIES_MAX 8u
// Wake-ups with the newest sample not taken after which the device counts as
// dead.
#define BALLOON_IDLE_WAKEUPS_MAX 2u

// Brings a probed device (id 5) up and sends the first sample. On an error the
// device is FAILED and holds no memory of this guest, unless its reset timed
// out. Errors are those of virtio_device_begin and mm_alloc_dma;
// ERR_UNSUPPORTED also if a required queue is missing. May follow balloon_stop,
// with the same device or another one; `seq` continues.
enum error balloon_start(struct balloon *balloon, struct virtio_device *device,
                         const struct balloon_env *env) MUST_USE;

// The caller calls this after every wake-up; it is cheap when there is nothing
// to do. One bounded step that serves the device's requests. Recovers by
// itself. ERR_DEVICE: recovery was given up and the device is FAILED.
// ERR_EMPTY: the device is gone and the driver has stopped. No call may follow
// an error.
enum error balloon_serve(struct balloon *balloon) MUST_USE;

// For a guest that runs out of memory: frees `pages` pages, from those being
// reported, hinted or deflated and, where DEFLATE_ON_OOM was negotiated, from
// the balloon. False: not enough pages, or the device does not answer.
bool balloon_relieve(struct balloon *balloon, uint64_t pages) MUST_USE;

// The same before a task is killed: deflates `most` pages, or as many as the
// balloon has, where DEFLATE_ON_OOM was negotiated. Returns their number.
uint32_t balloon_deflate_some(struct balloon *balloon, uint32_t most);

// Resets the device in any state, once it was given to balloon_start, and takes
// all memory back, pages in the balloon too. ERR_EMPTY: the same, and the
// device is gone from its bus. ERR_TIMEOUT: the reset did not end and the
// device keeps the memory; the caller calls again once the device is gone.
enum error balloon_stop(struct balloon *balloon) MUST_USE;

#endif
