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
#include "drivers/balloon_state.h"
#include "virtio/device.h"

struct virtqueue;

#define VIRTIO_ID_BALLOON 5u

// The queues by number (5.5.2).
enum balloon_queue_index {
    BALLOON_INFLATEQ = 0,
    BALLOON_DEFLATEQ = 1,
    BALLOON_STATSQ = 2,
    BALLOON_FREE_PAGE_VQ = 3,
    BALLOON_REPORTING_VQ = 4, // its number with the device may be another
    BALLOON_QUEUES
};

// Entries asked for, for statistics; a device may insist on more.
#define BALLOON_QUEUE_SIZE 8u

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
    struct balloon_report report;
    struct balloon_hint hint;
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

// The guest runs out of memory: makes so many pages free at once, of those on
// report, and of the balloon's where that was agreed on (DEFLATE_ON_OOM).
// False: there are not so many, or the device does not answer.
bool balloon_relieve(struct balloon *balloon, uint32_t pages) MUST_USE;

// Lets the device go, whatever state it is in, once it was given to
// balloon_start: resets it and takes all memory back, the balloon's too.
// ERR_EMPTY: so it is, and the device is gone from its bus. ERR_TIMEOUT: the
// reset never ended and the device keeps the memory; call again once it is
// gone.
enum error balloon_stop(struct balloon *balloon) MUST_USE;

#endif
