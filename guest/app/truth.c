// SPDX-License-Identifier: MIT
// Collecting a sample, and writing it down. A statistic that nothing here
// counts (swap, caches, huge pages, faults that need I/O) is left out, since
// a zero would be a claim.
#include "app/truth.h"

#include "base/log.h"
#include "mm/mm.h"

#include <stdio.h>

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
    // A key has at most 17 characters, a value 20 digits.
    char text[VIRTIO_BALLOON_S_NR * 40] = "";
    size_t used = 0;

    for (unsigned i = 0; i < stats->count; i++) {
        const struct balloon_stat *stat = &stats->entries[i];

        used += (size_t)snprintf(text + used, sizeof text - used, " %s=%llu",
                                 balloon_stat_key(stat->tag),
                                 (unsigned long long)stat->value);
    }
    log_line("stats seq=%llu%s", (unsigned long long)seq, text);
}

void truth_after_send(uint64_t seq)
{
    log_line("sent seq=%llu", (unsigned long long)seq);
}
