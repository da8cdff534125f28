// SPDX-License-Identifier: MIT
// Memory statistics: one sample as numbers, and as bytes of the buffer. Pure;
// independent of where the numbers are measured. VIRTIO 1.4, 5.5.6.4 "Memory
// Statistics Tags".
#ifndef DRIVERS_BALLOON_STATS_H
#define DRIVERS_BALLOON_STATS_H

#include "base/log.h"
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
// starts from a zeroed one, and reads only.
struct balloon_stats {
    unsigned count;
    uint32_t subset; // the tags, bit number = tag
    struct balloon_stat entries[VIRTIO_BALLOON_S_NR];
};

// Every tag, as a subset.
#define BALLOON_STATS_ALL ((1u << VIRTIO_BALLOON_S_NR) - 1)

// In the buffer an entry is 10 bytes, no padding: tag, then value.
#define BALLOON_STAT_BYTES 10u
#define BALLOON_STATS_BYTES_MAX 160u // all tags

// The statistic with this tag; NULL: there is none.
struct balloon_stat *balloon_stats_find(struct balloon_stats *stats,
                                        enum balloon_tag tag);

// Appends a statistic. Asserts that the tag is known and not there yet.
void balloon_stats_add(struct balloon_stats *stats, enum balloon_tag tag,
                       uint64_t value);

// Takes the statistic with this tag out, if it is there.
void balloon_stats_remove(struct balloon_stats *stats, enum balloon_tag tag);

// Writes the entries to `to`, which has room for BALLOON_STATS_BYTES_MAX, and
// returns the bytes written: 10 for each entry.
uint32_t balloon_stats_encode(const struct balloon_stats *stats, void *to);

// Decodes a buffer as a device does: whole entries of known tags; the last
// value of a tag that is given twice. `stats` is overwritten.
void balloon_stats_decode(const void *from, uint32_t bytes,
                          struct balloon_stats *stats);

// QEMU's key for the tag without `stat-`, for a log line. Asserts a known tag.
const struct log_key *balloon_stat_key(enum balloon_tag tag);

// The tag with that key ("free-memory"). ERR_EMPTY: none has it.
MUST_USE enum error balloon_stat_tag(struct slice key, enum balloon_tag *tag);

#endif
