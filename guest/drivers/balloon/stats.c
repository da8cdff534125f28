// SPDX-License-Identifier: MIT
// Statistics as bytes of the buffer and as QEMU's keys. Pure. VIRTIO 1.4,
// 5.5.6.3 "Memory Statistics".
#include "drivers/balloon/stats.h"

#include <string.h>

#include "base/panic.h"

//   entry k of the buffer, at byte 10k: no padding, so a value is aligned only
//   by chance and is stored bytewise
//
//   0      2                                      10
//   +------+--------------------------------------+
//   | tag  | val                                  |   little-endian
//   +------+--------------------------------------+
struct balloon_stat_wire {
    le16 tag;
    le64 val;
} __attribute__((packed));

_Static_assert(sizeof(struct balloon_stat_wire) == BALLOON_STAT_BYTES,
               "5.5.6.3: an entry has no padding");
_Static_assert(offsetof(struct balloon_stat_wire, val) == 2, "5.5.6.3");
_Static_assert(BALLOON_STAT_BYTES *VIRTIO_BALLOON_S_NR ==
                   BALLOON_STATS_BYTES_MAX,
               "room for every tag");

void balloon_stats_add(struct balloon_stats *stats, enum balloon_tag tag,
                       uint64_t value)
{
    assert_that(tag < VIRTIO_BALLOON_S_NR, "stats: unknown tag");
    for (unsigned i = 0; i < stats->count; i++) {
        assert_that(stats->entries[i].tag != tag, "stats: tag given twice");
    }
    stats->entries[stats->count] = (struct balloon_stat){tag, value};
    stats->count++;
}

uint32_t balloon_stats_subset(const struct balloon_stats *stats)
{
    uint32_t subset = 0;

    for (unsigned i = 0; i < stats->count; i++) {
        subset |= 1u << stats->entries[i].tag;
    }
    return subset;
}

uint32_t balloon_stats_encode(const struct balloon_stats *stats, void *to)
{
    unsigned char *at = to;

    for (unsigned i = 0; i < stats->count; i++) {
        const struct balloon_stat_wire entry = {
            .tag = le16_of((uint16_t)stats->entries[i].tag),
            .val = le64_of(stats->entries[i].value),
        };
        memcpy(at, &entry, sizeof(entry));
        at += sizeof(entry);
    }
    return stats->count * BALLOON_STAT_BYTES;
}

static void put(struct balloon_stats *stats, enum balloon_tag tag,
                uint64_t value)
{
    for (unsigned i = 0; i < stats->count; i++) {
        if (stats->entries[i].tag == tag) {
            stats->entries[i].value = value;
            return;
        }
    }
    balloon_stats_add(stats, tag, value);
}

void balloon_stats_decode(const void *from, uint32_t bytes,
                          struct balloon_stats *stats)
{
    const unsigned char *at = from;
    struct balloon_stat_wire entry;

    *stats = (struct balloon_stats){0};
    for (; bytes >= sizeof(entry); bytes -= sizeof(entry)) {
        memcpy(&entry, at, sizeof(entry));
        at += sizeof(entry);
        if (le16_value(entry.tag) < VIRTIO_BALLOON_S_NR) {
            put(stats, (enum balloon_tag)le16_value(entry.tag),
                le64_value(entry.val));
        }
    }
}

struct slice balloon_stat_key(enum balloon_tag tag)
{
    static const struct slice keys[VIRTIO_BALLOON_S_NR] = {
        [VIRTIO_BALLOON_S_SWAP_IN] = {SLICE_OF("swap-in")},
        [VIRTIO_BALLOON_S_SWAP_OUT] = {SLICE_OF("swap-out")},
        [VIRTIO_BALLOON_S_MAJFLT] = {SLICE_OF("major-faults")},
        [VIRTIO_BALLOON_S_MINFLT] = {SLICE_OF("minor-faults")},
        [VIRTIO_BALLOON_S_MEMFREE] = {SLICE_OF("free-memory")},
        [VIRTIO_BALLOON_S_MEMTOT] = {SLICE_OF("total-memory")},
        [VIRTIO_BALLOON_S_AVAIL] = {SLICE_OF("available-memory")},
        [VIRTIO_BALLOON_S_CACHES] = {SLICE_OF("disk-caches")},
        [VIRTIO_BALLOON_S_HTLB_PGALLOC] = {SLICE_OF("htlb-pgalloc")},
        [VIRTIO_BALLOON_S_HTLB_PGFAIL] = {SLICE_OF("htlb-pgfail")},
        [VIRTIO_BALLOON_S_OOM_KILL] = {SLICE_OF("oom-kills")},
        [VIRTIO_BALLOON_S_ALLOC_STALL] = {SLICE_OF("alloc-stalls")},
        [VIRTIO_BALLOON_S_ASYNC_SCAN] = {SLICE_OF("async-scans")},
        [VIRTIO_BALLOON_S_DIRECT_SCAN] = {SLICE_OF("direct-scans")},
        [VIRTIO_BALLOON_S_ASYNC_RECLAIM] = {SLICE_OF("async-reclaims")},
        [VIRTIO_BALLOON_S_DIRECT_RECLAIM] = {SLICE_OF("direct-reclaims")},
    };

    assert_that(tag < VIRTIO_BALLOON_S_NR, "stats: unknown tag");
    return keys[tag];
}
