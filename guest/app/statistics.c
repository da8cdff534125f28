// SPDX-License-Identifier: MIT
// Collects a sample and writes it to COM1. Statistics that this guest does not
// count (swap, caches, huge pages, faults that need I/O) are left out: a zero
// would be a claim.
#include "app/statistics.h"

#include "base/log.h"
#include "mm/mm.h"

static const struct slice seq_key = {SLICE_OF("seq")};

void truth_collect(struct balloon_stats *stats)
{
    struct mm_counters counters;

    mm_count(&counters);
    balloon_stats_add(stats, VIRTIO_BALLOON_S_MINFLT, counters.minor_faults);
    balloon_stats_add(stats, VIRTIO_BALLOON_S_MEMFREE, counters.free);
    balloon_stats_add(stats, VIRTIO_BALLOON_S_MEMTOT, counters.total);
    balloon_stats_add(stats, VIRTIO_BALLOON_S_AVAIL, counters.available);
}

void truth_before_send(uint64_t seq, const struct balloon_stats *stats)
{
    struct log_text line;

    log_begin(&line, "stats");
    log_decimal(&line, seq_key, seq);
    for (unsigned i = 0; i < stats->count; i++) {
        const struct balloon_stat *stat = &stats->entries[i];

        log_decimal(&line, balloon_stat_key(stat->tag), stat->value);
    }
    log_end(&line);
}

void truth_after_send(uint64_t seq)
{
    struct log_text line;

    log_begin(&line, "sent");
    log_decimal(&line, seq_key, seq);
    log_end(&line);
}
