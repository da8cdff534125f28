// SPDX-License-Identifier: MIT
// What the balloon's statistics need to know of guest/vm: counts since the
// boot, each incremented at one place. README.md names these places. VIRTIO
// 1.4, 5.5.6.4 "Memory Statistics Tags".
#ifndef VM_COUNTERS_H
#define VM_COUNTERS_H

#include "base/types.h"

struct vm_counters {
    uint64_t swap_in;  // pages
    uint64_t swap_out; // pages
    uint64_t major_faults;
    uint64_t minor_faults; // without those of mm's areas
    uint64_t htlb_pgalloc;
    uint64_t htlb_pgfail;
    uint64_t oom_kills;
    uint64_t alloc_stalls;
    uint64_t async_scans;     // pages
    uint64_t direct_scans;    // pages
    uint64_t async_reclaims;  // pages
    uint64_t direct_reclaims; // pages
};

extern struct vm_counters vm_counters;

#endif
