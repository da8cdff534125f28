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

// newlib's heap, pages touched before samples, and what the workload holds.
extern struct window mm_heap;
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
// is asked when window_grow would fail. With him, lent pages count as managed
// ones, since they can be had; NULL: nobody.
typedef bool mm_reliever(uint64_t pages);
void mm_relieve_by(mm_reliever *reliever);

// Makes physical memory that is not managed RAM readable: tables of the
// firmware's. NULL when the page tables can't be made, or no such address can
// be.
const void *mm_map_firmware(paddr address, size_t bytes);

#endif
