// SPDX-License-Identifier: MIT
// The memory balloon driver. Today it reports statistics; a target for the
// balloon's size is logged as not supported and nothing is given to the
// device. VIRTIO 1.4, 5.5 "Traditional Memory Balloon Device".
#ifndef DRIVERS_BALLOON_H
#define DRIVERS_BALLOON_H

#include "base/error.h"
#include "base/types.h"
#include "drivers/balloon_policy.h"
#include "drivers/stats.h"
#include "virtio/device.h"

struct virtqueue;

#define VIRTIO_ID_BALLOON 5u

// What the driver needs of the rest of the guest; called in normal context
// with interrupts off. No member may be NULL but the policy.
struct balloon_env {
    void *ctx; // handed to every call

    // Page-aligned, contiguous memory that the device can reach, with whatever
    // was in it: a queue clears its own ring.
    enum error (*alloc)(void *ctx, size_t bytes, struct dma_block *out);
    // Gives it back; only after the device was reset.
    void (*free)(void *ctx, struct dma_block block);

    // Fills `out` (zeroed) with numbers measured now: at least one, and the
    // same tags each time (5.5.6.3.1).
    void (*collect)(void *ctx, struct balloon_stats *out);
    // Sample `seq` is about to be shown to the device: say what it is.
    void (*before_send)(void *ctx, uint64_t seq,
                        const struct balloon_stats *stats);
    // The device was notified of sample `seq`.
    void (*after_send)(void *ctx, uint64_t seq);

    // Departures from the book, for as long as the driver runs; NULL: none.
    const struct balloon_policy *policy;
};

// The queues by number (5.5.2).
enum balloon_queue_index {
    BALLOON_INFLATEQ = 0,
    BALLOON_DEFLATEQ = 1,
    BALLOON_STATSQ = 2,
    BALLOON_QUEUES
};

// Entries asked for; a device may insist on more. Nothing is ever in flight on
// the first two yet, and one statistics buffer at most on the third.
#define BALLOON_QUEUE_SIZE 8u

struct balloon_queue {
    struct virtqueue *queue; // NULL: not set up
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

// Lets the device go, whatever state it is in, once it was given to
// balloon_start: resets it and takes all memory back. ERR_EMPTY: so it is, and
// the device is gone from its bus. ERR_TIMEOUT: the reset never ended and the
// device keeps the memory; call again once it is gone.
enum error balloon_stop(struct balloon *balloon) MUST_USE;

#endif
