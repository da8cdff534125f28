// SPDX-License-Identifier: MIT
// The progress of a guest towards a size, in one line. Pure.
// Limits: the speed is the average since the request, not the current one.
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stddef.h>
#include <stdint.h>

enum {
    PROGRESS_TEXT = 160
};

struct progress {
    int64_t before; // size in bytes at the time of the request
    int64_t actual; // size in bytes now
    uint64_t target;
    int64_t elapsed; // nanoseconds since the request
};

// 0..100, 100 only at the target; 0 for a guest that moved the other way.
unsigned progress_percent(const struct progress *progress);

// "128.0 MiB -> 64.0 MiB: 96.0 MiB, 50 %, 32.0 MiB/s"; without a speed if
// nothing has moved.
void progress_text(char *out, size_t size, const struct progress *progress);

#endif
