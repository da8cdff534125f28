// SPDX-License-Identifier: MIT
// How far a guest has come on its way to a size, in one line. Pure.
// Limits: speed is that of the whole way so far, not of the last moment.
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stddef.h>
#include <stdint.h>

enum {
    PROGRESS_TEXT = 160
};

struct progress {
    int64_t before; // bytes that the guest had when it was asked
    int64_t actual; // has now
    uint64_t target;
    int64_t elapsed; // nanoseconds since it was asked
};

// 0..100, 100 only at the target; 0 for a guest that went the other way.
unsigned progress_percent(const struct progress *progress);

// "128.0 MiB -> 64.0 MiB: 96.0 MiB, 50 %, 32.0 MiB/s"; the speed is left out
// where nothing has moved.
void progress_text(char *out, size_t size, const struct progress *progress);

#endif
