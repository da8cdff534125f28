// SPDX-License-Identifier: MIT
// The memory manager: RAM of the loader's map, the final page tables, memory
// for devices, pages on first touch, the balloon's frames, and the counters for
// the statistics. One CPU; nothing here runs in interrupt context.
#ifndef MM_MM_H
#define MM_MM_H

#include "base/boot_info.h"
#include "base/error.h"
#include "base/io.h"
#include "mm/vm_area.h"

// Pages touched before each sample (work), and the workload's memory (hold).
extern struct vm_area mm_work;
extern struct vm_area mm_hold;

struct mm_counters {
    uint64_t minor_faults; // pages mapped on first touch
    uint64_t total;        // bytes managed: RAM from 1 MiB on less the image
                           // and the sets of frames; less ballooned pages,
                           // unless mm_deflate_on_oom
    uint64_t free;         // bytes not in use; reserved ones are not in use yet
};

// Reads the memory map and replaces the boot tables. ERR_INVALID,
// ERR_NO_MEMORY: *what: the fault of the map, or that memory is too small.
MUST_USE enum error mm_start(const struct boot_info *boot, const char **what);

// The formulas are in README.md of this folder.
void mm_count(struct mm_counters *counters);

// Bytes by which held memory can grow if `more` frames beyond the free ones can
// be taken and room stays at the mark (room.h).
uint64_t mm_available(uint64_t more, uint64_t mark);

// Makes a firmware table readable, in RAM or outside. NULL: no frame for a page
// table, an address that cannot exist, or a range that overlaps the image.
const void *mm_map_firmware(paddr address, size_t bytes);

#endif
