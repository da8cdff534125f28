// SPDX-License-Identifier: MIT
// What the balloon driver needs of the rest of the guest. Every function is
// called in normal context with interrupts off and gets `ctx`; none may be
// NULL but the policy. VIRTIO 1.4, 5.5 "Traditional Memory
// Balloon Device".
#ifndef DRIVERS_BALLOON_ENV_H
#define DRIVERS_BALLOON_ENV_H

#include "base/error.h"
#include "base/types.h"
#include "drivers/balloon_policy.h"
#include "drivers/stats.h"

// Pages in a row, as the device counts them (5.5.6: 4 KiB, whatever the
// guest's own page size is).
struct balloon_run {
    uint32_t pfn; // guest-physical address / 4096: nothing beyond 16 TiB
    uint32_t pages;
};

// How far the guest may go with pages that the device has (5.5.6.1).
struct balloon_rules {
    bool may_take_back; // against the target, before it runs out of memory:
                        // DEFLATE_ON_OOM. Lent pages then still count as its
};

struct balloon_env {
    void *ctx;

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

    // Once, before pages travel.
    void (*rules)(void *ctx, const struct balloon_rules *rules);
    // The device wants so many pages more than it has: nobody else may have
    // them meanwhile, where lent pages may not be taken back.
    void (*demand)(void *ctx, uint32_t pages);
    // Chooses at most `most` pages for the device, which nobody touches from
    // now on. False: none can be spared.
    bool (*lend)(void *ctx, uint32_t most, struct balloon_run *run);
    // The device has acknowledged them.
    void (*lent)(void *ctx, struct balloon_run run);
    // Chooses at most `most` of the acknowledged pages to ask back. False:
    // there are none.
    bool (*recall)(void *ctx, uint32_t most, struct balloon_run *run);
    // They are the guest's again; their contents are undefined.
    void (*taken_back)(void *ctx, struct balloon_run run);

    // Chooses free pages that the device was not told of, and that nobody can
    // have until `reported`. False: there are none.
    bool (*report)(void *ctx, struct balloon_run *run);
    // They are free again; told: the device has acknowledged the report.
    void (*reported)(void *ctx, struct balloon_run run, bool told);
    // The same for pages whose contents need not be migrated, which nobody can
    // have until `unhint`, or until the round is over.
    bool (*hint)(void *ctx, struct balloon_run *run);
    void (*hinted)(void *ctx, struct balloon_run run);
    void (*unhint)(void *ctx, struct balloon_run run); // was not acknowledged
    uint32_t (*hints_release)(void *ctx); // all hinted ones; says how many

    // Writes the value into every 32 bits of the pages.
    void (*fill)(void *ctx, struct balloon_run run, uint32_t value);

    // Looks at the ring for hints to come back before an interrupt is asked for
    // them; 0: it always is. See balloon_hinting_wait.c.
    uint32_t patience;
    // What a page that comes back is to hold (PAGE_POISON); NULL: anything.
    const uint32_t *poison;
    // Departures from the book, for as long as the driver runs; NULL: none.
    const struct balloon_policy *policy;
};

#endif
