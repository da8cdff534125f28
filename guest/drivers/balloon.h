// SPDX-License-Identifier: MIT
// The memory balloon driver: gives pages to the device and takes them back, as
// far as the device's target and the guest's own needs let it, and reports
// statistics. VIRTIO 1.4, 5.5 "Traditional Memory Balloon
// Device".
#ifndef DRIVERS_BALLOON_H
#define DRIVERS_BALLOON_H

#include "base/error.h"
#include "base/types.h"
#include "drivers/balloon_env.h"
#include "virtio/device.h"

struct virtqueue;

#define VIRTIO_ID_BALLOON 5u

// The queues by number (5.5.2).
enum balloon_queue_index {
    BALLOON_INFLATEQ = 0,
    BALLOON_DEFLATEQ = 1,
    BALLOON_STATSQ = 2,
    BALLOON_QUEUES
};

// Entries asked for, for statistics; a device may insist on more.
#define BALLOON_QUEUE_SIZE 8u

// Requests for pages that can be in flight, and entries asked for them.
#define BALLOON_REQUESTS 16u
// Runs of pages in one request at most.
#define BALLOON_REQUEST_RUNS 64u

// One buffer of page numbers, and our own record of what it says.
struct balloon_request {
    struct balloon_run runs[BALLOON_REQUEST_RUNS];
    uint32_t run_count;
    uint32_t pages; // 0: not in use
    bool inflate;   // else deflate
};

// The balloon's inside. Sizes in pages of 4 KiB.
struct balloon_pages {
    struct dma_block memory; // the requests' page numbers
    struct balloon_request requests[BALLOON_REQUESTS];
    unsigned requests_usable; // as many as both queues take
    uint32_t in_flight;       // pages requested and not acknowledged, all in
    bool inflating;           // this direction
    uint32_t count;           // with the device, acknowledged
    uint32_t told;            // what `actual` says
    uint32_t said;            // the size last logged as reached
    bool relieved;            // gave pages back in need: no more until another
                              // target
    uint32_t floor_target;    // the target last logged as out of reach ...
    uint32_t floor_count;     // ... with so many pages given
};

struct balloon_queue {
    struct virtqueue *queue; // NULL: not set up
    uint16_t size;           // entries
    struct dma_block ring;
    struct dma_block books; // the queue's private memory
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
// driver the fields; `seq` and `recoveries_total` may be read.
struct balloon {
    struct virtio_device *device;
    struct balloon_env env;
    struct balloon_queue queues[BALLOON_QUEUES];
    struct balloon_pages pages;
    struct dma_block sample;   // the statistics buffer; no bytes: none
    uint64_t seq;              // of the newest sample; 0: none yet
    uint32_t subset;           // tags of the first sample; all must be alike
    uint32_t target;           // num_pages as last seen, 4 KiB pages
    bool tells_taken;          // the device shows what it has taken
    unsigned untaken_wakeups;  // wake-ups that saw the sample lie untaken
    unsigned recoveries;       // in a row, since the last answered poll
    unsigned recoveries_total; // since the first balloon_start
};

// Recoveries in a row after which the driver gives up.
#define BALLOON_RECOVERIES_MAX 8u
// Wake-ups that may find a sample untaken before the device counts as dead.
#define BALLOON_UNTAKEN_MAX 2u

// Brings a probed device (id 5) up and sends the first sample. On an error
// the device is FAILED, nothing of ours is left with it, and it means what
// virtio_device_begin or env->alloc said; ERR_UNSUPPORTED also when a queue
// that must exist does not. May follow balloon_stop, with the same device or
// another one; `seq` goes on counting.
enum error balloon_start(struct balloon *balloon, struct virtio_device *device,
                         const struct balloon_env *env) MUST_USE;

// To be called after every wake-up, cheap when there is nothing to do: one
// bounded step that answers what the device asked. Recovers by itself; an
// error means that recovery was given up (ERR_DEVICE) and the device is
// FAILED, or that it is gone (ERR_EMPTY) and the driver stopped. Not to be
// called again then.
enum error balloon_serve(struct balloon *balloon) MUST_USE;

// Takes back at least so many pages at once, against the target, where that was
// agreed on (DEFLATE_ON_OOM): the guest runs out of memory. False: it may not
// be, the device has too few, or it does not answer. Not from within env.
bool balloon_relieve(struct balloon *balloon, uint32_t pages) MUST_USE;

// Lets the device go, whatever state it is in, once it was given to
// balloon_start: resets it and takes all memory back, the balloon's too.
// ERR_EMPTY: so it is, and the device is gone from its bus. ERR_TIMEOUT: the
// reset never ended and the device keeps the memory; call again once it is
// gone.
enum error balloon_stop(struct balloon *balloon) MUST_USE;

#endif
