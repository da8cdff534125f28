// SPDX-License-Identifier: MIT
// The memory manager: RAM as the loader's map tells it, the final page
// tables, memory for devices, pages on first touch, and the counters that the
// statistics report. One CPU; nothing here runs in interrupt context.
#ifndef MM_MM_H
#define MM_MM_H

#include "base/boot_info.h"
#include "base/error.h"
#include "base/io.h"
#include "mm/loans.h"
#include "mm/window.h"

// Pages touched before samples, and what the workload holds.
extern struct window mm_work;
extern struct window mm_hold;

struct mm_counters {
    uint64_t minor_faults; // pages mapped on first touch
    uint64_t total;        // bytes managed: RAM less image and frame bits, and
                           // less what is lent for good
    uint64_t free;         // bytes in no use at all
    uint64_t available;    // bytes that new work can have: free less the page
                           // tables that mapping them takes
};

// Takes over from the boot tables. ERR_INVALID or ERR_NO_MEMORY: *what says
// why the map can't be believed, or that there is too little to live on.
MUST_USE enum error mm_start(const struct boot_info *boot, const char **what);

void mm_count(struct mm_counters *counters);

// Page-aligned, contiguous memory for a device, with whatever was in it, and
// back.
MUST_USE enum error mm_alloc_dma(size_t bytes, struct dma_block *block);
void mm_free_dma(struct dma_block block);

// Pages for the host: chosen, acknowledged, asked back, returned; see loans.h.
// mm_lend keeps what the guest needs to live: MM_RESERVE_PAGES and all that is
// promised. False: nothing can be spared, or nothing is lent.
#define MM_RESERVE_PAGES 64u
MUST_USE bool mm_lend(uint64_t most, struct frame_run *run);
void mm_lent(struct frame_run run);
MUST_USE bool mm_recall(uint64_t most, struct frame_run *run);
void mm_taken_back(struct frame_run run);

// Pages that the host waits for: window_grow leaves them alone. 0: none.
void mm_demand(uint64_t pages);

// Somebody who can make so many pages free at once, or says that he can't; he
// is asked when window_grow would fail.
typedef bool mm_reliever(uint64_t pages);
void mm_relieve_by(mm_reliever *somebody);

// Whether he may take lent pages back: then they count as managed ones, and
// nothing is kept for what the host waits for.
void mm_lent_can_be_had(bool can);

// Free pages that the host was not told of, and their return; see reports.h.
// Meanwhile they count as free. False: there are none.
MUST_USE bool mm_report(struct frame_run *run);
void mm_reported(struct frame_run run, bool told);

// Free pages whose contents nobody needs, as long as they are not given back
// here; see loans.h. They count as free.
MUST_USE bool mm_hint(struct frame_run *run);
void mm_hinted(struct frame_run run); // acknowledged
void mm_unhint(struct frame_run run); // it won't be
uint64_t mm_hints_release(void);      // all acknowledged ones; says how many

// Writes the value into every 32 bits of pages that nobody uses.
void mm_fill(struct frame_run run, uint32_t value);

// Makes physical memory that is not managed RAM readable: tables of the
// firmware's. NULL when the page tables can't be made, or no such address can
// be.
const void *mm_map_firmware(paddr address, size_t bytes);

#endif
