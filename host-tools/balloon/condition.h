// SPDX-License-Identifier: MIT
// The condition of a balloon's driver and statistics: a closed set of ids, and
// the rules that choose one. Pure.
// VIRTIO 1.4, 2.1. Limits: the view may lack parts; see view.h.
#ifndef BALLOON_CONDITION_H
#define BALLOON_CONDITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "balloon/sample.h"
#include "balloon/view.h"

// In the order of the checks: the first condition that applies is the result.
enum condition {
    CONDITION_OK,
    CONDITION_NOT_RUNNING,          // the guest and polling are stopped
    CONDITION_NO_DRIVER,            // no DRIVER_OK
    CONDITION_DRIVER_FAILED,        // FAILED
    CONDITION_DEVICE_BROKEN,        // DEVICE_NEEDS_RESET, or a buffer was lost
    CONDITION_STATS_NOT_NEGOTIATED, // the driver has set up no statistics queue
    CONDITION_STATS_NEVER_OFFERED,  // the queue never received a buffer
    CONDITION_GUEST_SILENT,         // the guest has not answered a request
    CONDITION_STATS_EMPTY,          // the guest's answer contains no value
    CONDITION_POLLING_OFF,          // the values are old
    CONDITION_CLOCK_STEPPED,        // the last update is in the future
    CONDITION_STALE,                // older than three intervals and 5 s
    CONDITION_COUNT
};

// The visible reason why no guest follows a target: one of the first five.
enum condition condition_of_driver(const struct view *view);

// The reason why the statistics are absent or may mislead. `interval` is in
// seconds, 0: off; `now` in seconds since 1970.
enum condition condition_of_statistics(const struct view *view,
                                       const struct sample *sample,
                                       uint32_t interval, uint64_t now);

// "not-running": for scripts, never changed. "ok" for CONDITION_OK.
const char *condition_id(enum condition condition);

// One clause of text without a full stop. `view` provides the numbers.
void condition_text(enum condition condition, const struct view *view,
                    char *out, size_t size);

#endif
