// SPDX-License-Identifier: MIT
// The table of statistics.
// VIRTIO 1.4, 5.5.6.3; tags 10 to 15 are Linux's and QEMU's (from 10.0 on).
// Limits: QEMU's keys for the tags; a newer QEMU may have more.
#include "balloon/statistic.h"

#include <string.h>

static const struct statistic table[] = {
    {"swap-in", UNIT_BYTES, "brought in from swap"},
    {"swap-out", UNIT_BYTES, "written to swap"},
    {"major-faults", UNIT_COUNT, "page faults that needed I/O"},
    {"minor-faults", UNIT_COUNT, "page faults that needed none"},
    {"free-memory", UNIT_BYTES, "used for nothing"},
    {"total-memory", UNIT_BYTES, "managed by the guest"},
    {"available-memory", UNIT_BYTES, "for new work without swapping"},
    {"disk-caches", UNIT_BYTES, "quick to reclaim"},
    {"htlb-pgalloc", UNIT_COUNT, "huge pages allocated"},
    {"htlb-pgfail", UNIT_COUNT, "huge pages refused"},
    {"oom-kills", UNIT_COUNT, "out-of-memory kills"},
    {"alloc-stalls", UNIT_COUNT, "allocations that had to wait"},
    {"async-scans", UNIT_BYTES, "scanned in the background"},
    {"direct-scans", UNIT_BYTES, "scanned while a task waited"},
    {"async-reclaims", UNIT_BYTES, "reclaimed in the background"},
    {"direct-reclaims", UNIT_BYTES, "reclaimed while a task waited"},
};

enum {
    TABLE_LENGTH = sizeof table / sizeof *table
};

const struct statistic *statistic_table(size_t *count)
{
    *count = TABLE_LENGTH;
    return table;
}

const struct statistic *statistic_find(const char *key)
{
    for (size_t i = 0; i < TABLE_LENGTH; i++) {
        if (strcmp(table[i].key, key) == 0) {
            return &table[i];
        }
    }
    return NULL;
}

// The first six came together; then one, one and two; 10.0 brought six more.
bool statistic_complete(size_t count)
{
    static const size_t counts[] = {6, 7, 8, 10, TABLE_LENGTH};
    bool found = false;

    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        found = found || counts[i] == count;
    }
    return found;
}
