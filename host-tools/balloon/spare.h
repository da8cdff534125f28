// SPDX-License-Identifier: MIT
// The memory that a guest can spare, by its own statistics, and whether a
// target takes more. Pure.
// VIRTIO 1.4, 5.5.6.3. Limits: the guest's statistics may be wrong or old.
//
// A target is measured from the machine's RAM, the guest's use from its
// total-memory. The two differ by kernel, page structures, mem=, crashkernel,
// reserved huge pages and DIMMs that are not online. So a target is never
// compared with the guest's use; the memory that it takes (size less target) is
// compared with the available memory.
#ifndef BALLOON_SPARE_H
#define BALLOON_SPARE_H

#include <stdbool.h>
#include <stdint.h>

#include "balloon/sample.h"

struct spare {
    bool known;       // false: no such statistic, or one above total or RAM
    bool at_least;    // `bytes` is free-memory, because available-memory is
                      // missing: more may be available
    uint64_t bytes;   // available at the size at which the sample was taken
    uint64_t returns; // the guest may deflate these bytes by deflate-on-oom

    bool use_known;
    uint64_t used; // total - available, less the part in the balloon
    uint64_t total;
};

// `actual` is from query-balloon, `ram` from balloon_ram. `on_oom`: the device
// offers DEFLATE_ON_OOM. If the driver has accepted it, the guest's total still
// counts ballooned pages.
struct spare spare_of(const struct sample *sample, int64_t actual, uint64_t ram,
                      bool on_oom);

enum spare_verdict {
    SPARE_ENOUGH,
    SPARE_SHORT,
    SPARE_UNSURE,  // enough if the sample was taken at the current size, short
                   // if the guest had all its RAM then
    SPARE_UNKNOWN, // the statistics are not sufficient
};

struct spare_change {
    int64_t actual;  // the guest's size before the change
    uint64_t target; // and after it
    uint64_t ram;
    bool settled; // the sample was taken at the current size
};

enum spare_verdict spare_judge(const struct spare *spare,
                               const struct spare_change *change);

// The bytes that the change takes from the guest; 0 for an increase.
uint64_t spare_taken(const struct spare_change *change);

#endif
