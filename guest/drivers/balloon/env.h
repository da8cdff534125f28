// SPDX-License-Identifier: MIT
// The functions of this guest that the balloon driver calls. Each is called in
// normal context with interrupts off and gets `ctx`; none may be NULL but the
// policy's. VIRTIO 1.4, 5.5 "Traditional Memory Balloon Device".
#ifndef DRIVERS_BALLOON_ENV_H
#define DRIVERS_BALLOON_ENV_H

#include "base/error.h"
#include "base/types.h"
#include "drivers/balloon/policy.h"
#include "drivers/balloon/stats.h"

// A run of contiguous pages in the device's unit (5.5.6: 4 KiB, whatever the
// guest's own page size is).
struct balloon_run {
    uint32_t pfn; // guest-physical address / 4096: below 16 TiB only
    uint32_t pages;
};

// What the guest may do with ballooned pages (5.5.6.1).
struct balloon_rules {
    bool may_take_back; // DEFLATE_ON_OOM: under memory pressure pages may be
                        // deflated below the target; ballooned pages then still
                        // count as guest memory
};

struct balloon_env {
    void *ctx;

    // Allocates page-aligned, contiguous memory that the device can reach. Its
    // contents are undefined: a queue clears its own ring.
    enum error (*alloc)(void *ctx, size_t bytes, struct dma_block *out);
    // Frees it; called only after the device was reset.
    void (*free)(void *ctx, struct dma_block block);

    // Fills `out` (zeroed) with values measured now: at least one, with the
    // same tags in every call (5.5.6.3.1).
    void (*collect)(void *ctx, struct balloon_stats *out);
    // Announces sample `seq`, before the device can see it.
    void (*before_send)(void *ctx, uint64_t seq,
                        const struct balloon_stats *stats);
    // Called after the device was notified of sample `seq`.
    void (*after_send)(void *ctx, uint64_t seq);

    // Called at each start, before pages are requested.
    void (*rules)(void *ctx, const struct balloon_rules *rules);
    // The device wants `pages` more than it has. Unless ballooned pages may be
    // taken back, these are reserved: no other user may get them meanwhile.
    void (*demand)(void *ctx, uint32_t pages);
    // Picks at most `most` free pages to inflate; they are not touched from now
    // on. False: none can be spared.
    bool (*lend)(void *ctx, uint32_t most, struct balloon_run *run);
    // The device has acknowledged them: they are in the balloon.
    void (*lent)(void *ctx, struct balloon_run run);
    // Picks at most `most` pages of the balloon to deflate. False: there are
    // none.
    bool (*recall)(void *ctx, uint32_t most, struct balloon_run *run);
    // They belong to the guest again; their contents are undefined.
    void (*taken_back)(void *ctx, struct balloon_run run);

    // Picks free pages that were not reported yet; they are not allocated until
    // `reported`. False: there are none.
    bool (*report)(void *ctx, struct balloon_run *run);
    // They are free again; `told`: the device has acknowledged the report.
    void (*reported)(void *ctx, struct balloon_run run, bool told);
    // Picks free pages to hint: a migration need not send them. They are not
    // allocated until `unhint` or until the round ends.
    bool (*hint)(void *ctx, struct balloon_run *run);
    void (*hinted)(void *ctx, struct balloon_run run);
    void (*unhint)(void *ctx, struct balloon_run run); // not acknowledged
    uint32_t (*hints_release)(void *ctx); // all hinted pages; their number

    // Writes the value into each 32-bit word of the pages.
    void (*fill)(void *ctx, struct balloon_run run, uint32_t value);

    // Polls of the ring for used hints before the driver requests an interrupt
    // for them; 0: it always does. See balloon_hinting_wait in hinting.c.
    uint32_t hint_polls_max;
    // The value that deflated and reported pages hold (PAGE_POISON); NULL: any.
    const uint32_t *poison;
    // Departures from the specification, valid while the driver runs; NULL:
    // none.
    const struct balloon_policy *policy;
};

#endif
