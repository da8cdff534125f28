// SPDX-License-Identifier: MIT
// The memory manager: RAM of the loader's map, the final page tables, memory
// for devices, pages on first touch, the balloon's frames, and the counters for
// the statistics. One CPU; nothing here runs in interrupt context.
#ifndef MM_MM_H
#define MM_MM_H

#include "base/boot_info.h"
#include "base/error.h"
#include "base/io.h"
#include "mm/device_frames.h"
#include "mm/vm_area.h"

// Pages touched before each sample (work), and the workload's memory (hold).
extern struct vm_area mm_work;
extern struct vm_area mm_hold;

struct mm_counters {
    uint64_t minor_faults; // pages mapped on first touch
    uint64_t total;        // bytes managed: RAM from 1 MiB on less the image
                           // and the sets of frames; less ballooned pages,
                           // unless mm_lent_can_be_had
    uint64_t free;         // bytes not in use; reserved ones are not in use yet
    uint64_t available;    // bytes that new work can have: free, less reserved
                           // ones and the page tables that map the rest
};

// Reads the memory map and replaces the boot tables. ERR_INVALID,
// ERR_NO_MEMORY: *what says what is wrong with the map, or that memory is too
// small.
MUST_USE enum error mm_start(const struct boot_info *boot, const char **what);

// The formulas are in README.md of this folder.
void mm_count(struct mm_counters *counters);

// Page-aligned, contiguous memory for a device, with undefined contents.
MUST_USE enum error mm_alloc_dma(size_t bytes, struct dma_block *block);
void mm_free_dma(struct dma_block block);

// The balloon's pages: inflate (lend) and acknowledge (lent), deflate (recall)
// and acknowledge (taken_back); see balloon.h. mm_lend leaves MM_RESERVE_PAGES
// and all reserved frames. False: no frame is spare, or the balloon is empty.
#define MM_RESERVE_PAGES 64u
MUST_USE bool mm_lend(uint64_t most, struct frame_run *run);
void mm_lent(struct frame_run run);
MUST_USE bool mm_recall(uint64_t most, struct frame_run *run);
void mm_taken_back(struct frame_run run);

// Pages still to be inflated, 0 for none: vm_area_grow leaves that number free.
void mm_demand(uint64_t pages);

// Callback that frees `pages` pages at once, or returns false. Called before
// vm_area_grow fails.
typedef bool mm_reliever(uint64_t pages);
void mm_relieve_by(mm_reliever *somebody);

// Whether the callback may deflate the balloon (DEFLATE_ON_OOM). If so, its
// pages count in the total, and vm_area_grow ignores mm_demand.
void mm_lent_can_be_had(bool can);

// Free page reporting: takes unreported free pages, and frees them again; see
// page_reporting.h. Meanwhile they count as free. False: there are none.
MUST_USE bool mm_report(struct frame_run *run);
void mm_reported(struct frame_run run, bool told);

// Free page hinting: pages whose contents may be lost until they are released
// here; see balloon.h. They count as free.
MUST_USE bool mm_hint(struct frame_run *run);
void mm_hinted(struct frame_run run); // acknowledged
void mm_unhint(struct frame_run run); // cancelled
uint64_t mm_hints_release(void);      // frees acknowledged pages; their number

// Writes the value into every 32 bits of pages that are not in use.
void mm_fill(struct frame_run run, uint32_t value);

// Makes a firmware table readable, in RAM or outside. NULL: no frame for a page
// table, an address that cannot exist, or a range that overlaps the image.
const void *mm_map_firmware(paddr address, size_t bytes);

#endif
