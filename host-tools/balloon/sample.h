// SPDX-License-Identifier: MIT
// A sample, strictly parsed from QEMU's guest-stats property.
// QEMU, docs/interop/virtio-balloon-stats.rst. Limits: SAMPLE_ENTRIES keys.
#ifndef BALLOON_SAMPLE_H
#define BALLOON_SAMPLE_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "balloon/statistic.h"
#include "base/attributes.h"
#include "base/failure.h"

enum {
    SAMPLE_ENTRIES = 64
};

struct sample_entry {
    char key[STATISTIC_KEY]; // without "stat-"
    bool present;            // false: QEMU has 18446744073709551615 or -1
    uint64_t value;          // exact; 0 when absent
};

struct sample {
    uint64_t last_update; // host seconds since 1970; 0: never
    size_t count;
    struct sample_entry entries[SAMPLE_ENTRIES]; // known keys first, in the
                                                 // order of statistic_table
};

// Strict: "last-update" and "stats" must be present with the right types, and
// each "stat-..." must be an integer -1..2^64-1. Unknown "stat-..." keys are
// kept; members with other names are ignored. CODE_PROTOCOL with the reason.
MUST_USE bool sample_parse(struct json_object *guest_stats,
                           struct sample *sample, struct failure *failure);

// Seconds from the last update to `now` (host seconds since 1970); negative if
// the update is in the future. False: never updated, or a time of 2^63 or more,
// which is no valid time.
bool sample_age(const struct sample *sample, uint64_t now, int64_t *age);

// NULL when QEMU has no such key.
const struct sample_entry *sample_find(const struct sample *sample,
                                       const char *key);

#endif
