// SPDX-License-Identifier: MIT
// Where the balloon driver may be told to depart from the book, so that a host
// can be shown what comes of it. What a policy leaves zero goes by the book;
// none is needed to drive a device well. VIRTIO 1.4, 5.5.6.3 "Memory
// Statistics".
#ifndef DRIVERS_BALLOON_POLICY_H
#define DRIVERS_BALLOON_POLICY_H

#include "base/types.h"
#include "drivers/stats.h"

// Room for the bytes of one buffer, whatever a policy makes of a sample.
#define BALLOON_BUFFER_BYTES 384u

// One sample on its way into a statistics buffer.
struct balloon_buffer {
    uint64_t seq;
    struct balloon_stats stats; // in: measured; out: what the buffer says
    void *bytes;                // ours until the buffer is added
    uint32_t length;            // out: bytes that are the buffer
    uint32_t piece;             // out: bytes a descriptor; 0: one for all
};

// The members are called, or read, as their comments say; `ctx` is the env's.
struct balloon_policy {
    uint64_t features_also;     // wanted beside the driver's own
    uint64_t features_declined; // of the driver's own
    uint32_t actual;            // written once live; 0: nothing is
    bool never_recovers;        // whatever the device does, nothing follows
    bool never_kicks;           // the statistics queue, whatever it wants
    bool waits_until_taken;     // after each kick, for a bounded time

    // Whether to give the device sample `seq` now that it has `held` buffers.
    // Asked again after each yes. By the book: it has none.
    bool (*gives)(void *ctx, uint64_t seq, uint16_t held);
    // Makes the buffer. By the book: all that was measured, always the same
    // tags, ten bytes each.
    void (*compose)(void *ctx, struct balloon_buffer *buffer);
    // Last words to the shared ring, once the buffer is in it and before the
    // device may look.
    void (*before_publish)(void *ctx, struct dma_block ring, paddr buffer);
    // Whether to reset the device and start over, now that `seq` was sent.
    bool (*starts_over)(void *ctx, uint64_t seq);
};

#endif
