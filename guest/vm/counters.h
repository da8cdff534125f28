// SPDX-License-Identifier: MIT
// What the memory manager's events add up to since the boot. A counter is
// increased where its event happens, and read for each sample.
// VIRTIO 1.4, 5.5.6.4 "Memory Statistics Tags".
#ifndef VM_COUNTERS_H
#define VM_COUNTERS_H

#include "base/types.h"

// In the order of the tags. "pages" and "frames" are of 4096 bytes. All but
// `caches` only grow.
struct vm_counters {
    uint64_t swap_in;         // pages read from slots
    uint64_t swap_out;        // pages written to slots
    uint64_t major_faults;    // faults that read a disk
    uint64_t minor_faults;    // all other faults; mm counts those of its own
    uint64_t caches;          // pages of the file in memory, now
    uint64_t htlb_pgalloc;    // huge pages that the pool got
    uint64_t htlb_pgfail;     // huge pages that it could not get
    uint64_t oom_kills;       // tasks killed for their memory
    uint64_t alloc_stalls;    // allocations that had to reclaim first
    uint64_t async_scans;     // pages looked at in the background
    uint64_t direct_scans;    // pages looked at for an allocation
    uint64_t async_reclaims;  // frames freed in the background
    uint64_t direct_reclaims; // frames freed for an allocation
};

extern struct vm_counters vm_counters;

#endif
