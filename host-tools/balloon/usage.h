// SPDX-License-Identifier: MIT
// How much memory a guest uses, by its own statistics.
// VIRTIO 1.4, 5.5.6.3. Limits: as true and as fresh as what the guest says.
// Pure.
#ifndef BALLOON_USAGE_H
#define BALLOON_USAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "balloon/sample.h"

struct usage {
    bool known; // false: the guest gave no total, or no available memory, or
                // less of the one than of the other
    uint64_t total;
    uint64_t available;
    uint64_t ballooned;   // what the total counts although the host has it
    uint64_t used;        // total - available - ballooned
    uint64_t last_update; // host seconds since 1970
};

// `ballooned`: a guest that agreed on DEFLATE_ON_OOM goes on counting what is
// in the balloon as memory of its own; of others give 0.
struct usage usage_of(const struct sample *sample, uint64_t ballooned);

#endif
