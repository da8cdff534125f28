// SPDX-License-Identifier: MIT
// Memory statistics: one sample as numbers, and as bytes of the buffer. Pure;
// independent of where the numbers are measured. VIRTIO 1.4, 5.5.6.4 "Memory
// Statistics Tags".
#ifndef DRIVERS_BALLOON_STATS_H
#define DRIVERS_BALLOON_STATS_H

#include "base/slice.h"
#include "base/types.h"

// Tags 0 to 9 are specified, 10 to 15 are those of QEMU and Linux. Unit in
// brackets; counters count since the guest's start.
enum balloon_tag {
    VIRTIO_BALLOON_S_SWAP_IN = 0,         // [bytes] brought in from swap
    VIRTIO_BALLOON_S_SWAP_OUT = 1,        // [bytes] written to swap
    VIRTIO_BALLOON_S_MAJFLT = 2,          // [count] faults that needed I/O
    VIRTIO_BALLOON_S_MINFLT = 3,          // [count] faults that did not
    VIRTIO_BALLOON_S_MEMFREE = 4,         // [bytes] not used
    VIRTIO_BALLOON_S_MEMTOT = 5,          // [bytes] managed
    VIRTIO_BALLOON_S_AVAIL = 6,           // [bytes] free for new work, no swap
    VIRTIO_BALLOON_S_CACHES = 7,          // [bytes] quickly reclaimed
    VIRTIO_BALLOON_S_HTLB_PGALLOC = 8,    // [count] huge pages allocated
    VIRTIO_BALLOON_S_HTLB_PGFAIL = 9,     // [count] huge pages refused
    VIRTIO_BALLOON_S_OOM_KILL = 10,       // [count] killed for memory
    VIRTIO_BALLOON_S_ALLOC_STALL = 11,    // [count] waits for reclaim
    VIRTIO_BALLOON_S_ASYNC_SCAN = 12,     // [bytes] scanned in background
    VIRTIO_BALLOON_S_DIRECT_SCAN = 13,    // [bytes] scanned on demand
    VIRTIO_BALLOON_S_ASYNC_RECLAIM = 14,  // [bytes] freed in background
    VIRTIO_BALLOON_S_DIRECT_RECLAIM = 15, // [bytes] freed on demand
    VIRTIO_BALLOON_S_NR
};

struct balloon_stat {
    enum balloon_tag tag;
    uint64_t value;
};

// One sample: the measured values, in the order of the calls below. The caller
// starts from a zeroed one.
struct balloon_stats {
    unsigned count;
    struct balloon_stat entries[VIRTIO_BALLOON_S_NR];
};

// In the buffer an entry is 10 bytes, no padding: tag, then value.
#define BALLOON_STAT_BYTES 10u
#define BALLOON_STATS_BYTES_MAX 160u // all tags

// Appends a statistic. Asserts that the tag is known and not there yet.
void balloon_stats_add(struct balloon_stats *stats, enum balloon_tag tag,
                       uint64_t value);

// The tags as a bit mask (bit number = tag).
uint32_t balloon_stats_subset(const struct balloon_stats *stats);

// Writes the entries to `to`, which has room for BALLOON_STATS_BYTES_MAX, and
// returns the bytes written: 10 for each entry.
uint32_t balloon_stats_encode(const struct balloon_stats *stats, void *to);

// Decodes a buffer as a device does: whole entries of known tags; the last
// value of a tag that is given twice. `stats` is overwritten.
void balloon_stats_decode(const void *from, uint32_t bytes,
                          struct balloon_stats *stats);

// QEMU's key for the tag without `stat-`: "free-memory". Asserts a known tag.
struct slice balloon_stat_key(enum balloon_tag tag);

#endif
