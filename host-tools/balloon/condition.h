// SPDX-License-Identifier: MIT
// What is the matter with a balloon's driver or statistics: a closed set of
// ids, and the rules that choose one. Pure.
// VIRTIO 1.4, 2.1. Limits: as good as the view that it judges.
#ifndef BALLOON_CONDITION_H
#define BALLOON_CONDITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "balloon/sample.h"
#include "balloon/view.h"

// In the order in which they are looked for: the first that fits is the one.
enum condition {
    CONDITION_OK,
    CONDITION_NOT_RUNNING,          // polling and guest stand still
    CONDITION_NO_DRIVER,            // no DRIVER_OK
    CONDITION_DRIVER_FAILED,        // FAILED
    CONDITION_DEVICE_BROKEN,        // DEVICE_NEEDS_RESET, or a buffer was lost
    CONDITION_STATS_NOT_NEGOTIATED, // the driver has set no queue up for them
    CONDITION_STATS_NEVER_OFFERED,  // or has put nothing into it
    CONDITION_GUEST_SILENT,         // it was asked, and owes the answer
    CONDITION_STATS_EMPTY,          // it answers with no value at all
    CONDITION_POLLING_OFF,          // the values are of the last time
    CONDITION_CLOCK_STEPPED,        // the last update lies in the future
    CONDITION_STALE,                // older than three intervals and 5 s
    CONDITION_COUNT
};

// Why no guest follows a target, as far as it can be seen: one of the first
// five.
enum condition condition_of_driver(const struct view *view);

// Why the statistics are absent, or not what they seem. `interval` is in
// seconds, 0: off; `now` in seconds since 1970.
enum condition condition_of_statistics(const struct view *view,
                                       const struct sample *sample,
                                       uint32_t interval, uint64_t now);

// "not-running": for scripts, never changed. "ok" for CONDITION_OK.
const char *condition_id(enum condition condition);

// One clause for people, without a full stop; of a view, which has the numbers.
void condition_text(enum condition condition, const struct view *view,
                    char *out, size_t size);

#endif
