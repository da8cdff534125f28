// SPDX-License-Identifier: MIT
// What this guest measures, and the lines on COM1 that say what it sends:
// the contract with the host. docs/guest.md documents the lines.
#ifndef APP_TRUTH_H
#define APP_TRUTH_H

#include "drivers/stats.h"

// Fresh numbers, and only those that are measured here: faults that were
// served, memory that is free, managed, available.
void truth_collect(struct balloon_stats *stats);

// `stats seq=N key=value ...`, handed to base/emit.h when it returns.
void truth_before_send(uint64_t seq, const struct balloon_stats *stats);

// `sent seq=N`: the device has been notified.
void truth_after_send(uint64_t seq);

#endif
