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
    assert_that((stats->subset & 1u << tag) == 0, "stats: tag given twice");
    stats->entries[stats->count] = (struct balloon_stat){tag, value};
    stats->count++;
    stats->subset |= 1u << tag;
}

struct balloon_stat *balloon_stats_find(struct balloon_stats *stats,
                                        enum balloon_tag tag)
{
    for (unsigned i = 0; i < stats->count; i++) {
        if (stats->entries[i].tag == tag) {
            return &stats->entries[i];
        }
    }
    return NULL;
}

void balloon_stats_remove(struct balloon_stats *stats, enum balloon_tag tag)
{
    unsigned kept = 0;

    for (unsigned i = 0; i < stats->count; i++) {
        if (stats->entries[i].tag != tag) {
            stats->entries[kept] = stats->entries[i];
            kept++;
        }
    }
    stats->count = kept;
    stats->subset &= ~(1u << tag);
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

// Replaces the value of a tag that was there before.
static void put(struct balloon_stats *stats, enum balloon_tag tag,
                uint64_t value)
{
    struct balloon_stat *stat = balloon_stats_find(stats, tag);

    if (stat != NULL) {
        stat->value = value;
    } else {
        balloon_stats_add(stats, tag, value);
    }
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

static const struct log_key keys[VIRTIO_BALLOON_S_NR] = {
    [VIRTIO_BALLOON_S_SWAP_IN] = LOG_KEY("swap-in"),
    [VIRTIO_BALLOON_S_SWAP_OUT] = LOG_KEY("swap-out"),
    [VIRTIO_BALLOON_S_MAJFLT] = LOG_KEY("major-faults"),
    [VIRTIO_BALLOON_S_MINFLT] = LOG_KEY("minor-faults"),
    [VIRTIO_BALLOON_S_MEMFREE] = LOG_KEY("free-memory"),
    [VIRTIO_BALLOON_S_MEMTOT] = LOG_KEY("total-memory"),
    [VIRTIO_BALLOON_S_AVAIL] = LOG_KEY("available-memory"),
    [VIRTIO_BALLOON_S_CACHES] = LOG_KEY("disk-caches"),
    [VIRTIO_BALLOON_S_HTLB_PGALLOC] = LOG_KEY("htlb-pgalloc"),
    [VIRTIO_BALLOON_S_HTLB_PGFAIL] = LOG_KEY("htlb-pgfail"),
    [VIRTIO_BALLOON_S_OOM_KILL] = LOG_KEY("oom-kills"),
    [VIRTIO_BALLOON_S_ALLOC_STALL] = LOG_KEY("alloc-stalls"),
    [VIRTIO_BALLOON_S_ASYNC_SCAN] = LOG_KEY("async-scans"),
    [VIRTIO_BALLOON_S_DIRECT_SCAN] = LOG_KEY("direct-scans"),
    [VIRTIO_BALLOON_S_ASYNC_RECLAIM] = LOG_KEY("async-reclaims"),
    [VIRTIO_BALLOON_S_DIRECT_RECLAIM] = LOG_KEY("direct-reclaims"),
};

const struct log_key *balloon_stat_key(enum balloon_tag tag)
{
    assert_that(tag < VIRTIO_BALLOON_S_NR, "stats: unknown tag");
    return &keys[tag];
}

// The key between the blank and the equals sign of the line.
enum error balloon_stat_tag(struct slice key, enum balloon_tag *tag)
{
    for (unsigned i = 0; i < VIRTIO_BALLOON_S_NR; i++) {
        if (key.length == keys[i].length - 2 &&
            memcmp(key.text, keys[i].text + 1, key.length) == 0) {
            *tag = (enum balloon_tag)i;
            return OK;
        }
    }
    return ERR_EMPTY;
}
