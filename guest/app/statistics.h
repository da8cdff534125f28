// SPDX-License-Identifier: MIT
// Measured statistics, and the lines on COM1 that repeat what the device is
// sent: the contract with the host. docs/guest.md documents the lines.
#ifndef APP_STATISTICS_H
#define APP_STATISTICS_H

#include "drivers/balloon/stats.h"

// Collects current values, only of statistics that this guest measures: minor
// faults, free, total and available memory.
void truth_collect(struct balloon_stats *stats);

// Writes `stats seq=N key=value ...`; the line is with base/print.h on return.
void truth_before_send(uint64_t seq, const struct balloon_stats *stats);

// Writes `sent seq=N`: the device has been notified.
void truth_after_send(uint64_t seq);

#endif
