// SPDX-License-Identifier: MIT
// Departures from the specification that the driver makes on request, so that a
// host can be tested against faulty drivers. A member that is 0 or NULL changes
// nothing; a driver needs no policy. VIRTIO 1.4, 5.5.6.3 "Memory
// Statistics".
#ifndef DRIVERS_BALLOON_POLICY_H
#define DRIVERS_BALLOON_POLICY_H

#include "base/types.h"
#include "drivers/balloon/stats.h"

// Room for the bytes of one buffer, in every encoding of a policy.
#define BALLOON_BUFFER_BYTES 384u

// One sample on its way into a statistics buffer.
struct balloon_buffer {
    uint64_t seq;
    struct balloon_stats stats; // in: measured; out: the buffer's values
    void *bytes;                // the driver's until the buffer is added
    uint32_t length;            // out: bytes of the buffer
    uint32_t piece;             // out: bytes per descriptor; 0: one descriptor
};

// `ctx` is the env's.
struct balloon_policy {
    uint64_t features_also;     // requested beside the driver's own
    uint64_t features_declined; // removed from the driver's own
    uint32_t actual;        // written once the device is live; 0: not written
    bool never_recovers;    // ignores the device's faults
    bool never_notifies;    // never notifies the statistics queue
    bool waits_until_taken; // after each notification, for a bounded time

    // Whether to send sample `seq` while the device holds `held` buffers.
    // Called again after each true. NULL: only while it holds none.
    bool (*sends)(void *ctx, uint64_t seq, uint16_t held);
    // Encodes the buffer. NULL: all measured values, always the same tags, ten
    // bytes each.
    void (*compose)(void *ctx, struct balloon_buffer *buffer);
    // Last change to the shared ring, once the buffer is added and before it is
    // published.
    void (*before_publish)(void *ctx, struct dma_block ring, paddr buffer);
    // Whether to reset the device and start over, after `seq` was sent.
    bool (*starts_over)(void *ctx, uint64_t seq);
};

#endif
