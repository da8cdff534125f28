// SPDX-License-Identifier: MIT
// What a guest can spare, by its own statistics, and whether a target takes
// more than that from it. Pure.
// VIRTIO 1.4, 5.5.6.3. Limits: as true and as fresh as what the guest says.
//
// A target is measured from the machine's RAM. A guest measures itself from its
// total-memory, and between the two lie kernel, page structures, mem=,
// crashkernel, huge pages set aside, DIMMs that are not online. So targets are
// never compared with use: what is taken (size less target) is compared with
// what is available.
#ifndef BALLOON_SPARE_H
#define BALLOON_SPARE_H

#include <stdbool.h>
#include <stdint.h>

#include "balloon/sample.h"

struct spare {
    bool known;       // false: no such statistic, or one above total or RAM
    bool at_least;    // it is free-memory, for want of available-memory: more
                      // may be available than that
    uint64_t bytes;   // available at the size that the sample was taken with
    uint64_t returns; // may come back from the balloon by deflate-on-oom

    bool use_known;
    uint64_t used; // total - available, less what of it is in the balloon
    uint64_t total;
};

// `actual` and `ram` as query-balloon and the machine have them. `on_oom`: the
// device offers DEFLATE_ON_OOM. That the driver has agreed shows when its total
// goes on counting what is in the balloon.
struct spare spare_of(const struct sample *sample, int64_t actual, uint64_t ram,
                      bool on_oom);

enum spare_verdict {
    SPARE_ENOUGH,
    SPARE_SHORT,
    SPARE_UNSURE,  // enough if the sample was taken at the size of now, short
                   // if the guest had all its RAM then
    SPARE_UNKNOWN, // the statistics do not tell
};

struct spare_change {
    int64_t actual;  // the guest's size now
    uint64_t target; // and then
    uint64_t ram;
    bool settled; // the sample is known to be of the size of now
};

enum spare_verdict spare_judge(const struct spare *spare,
                               const struct spare_change *change);

// What the change takes from the guest, 0 where it gives.
uint64_t spare_taken(const struct spare_change *change);

#endif
