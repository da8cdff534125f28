// SPDX-License-Identifier: MIT
// Pages on first touch: the only task of the page fault handler. It refuses a
// fault outside an area, on a present page, or by an instruction fetch, which
// then ends the machine. Intel SDM volume 3, 4.7 (error code).
#include "mm/vm_area.h"

#include "arch/x86_64/paging.h"
#include "arch/x86_64/trap.h"
#include "base/panic.h"
#include "mm/internal.h"
#include "mm/mm.h"
#include "mm/room.h"

#include <string.h>

// What the largest table below the top one covers (paging_tables).
#define UPPER_BYTES (UINT64_C(512) << 30)

_Static_assert(WORK_BASE % UPPER_BYTES == 0, "work area");
_Static_assert(HOLD_BASE % UPPER_BYTES == 0, "hold area");

struct vm_area mm_work = {.base = WORK_BASE, .limit = 1ull << 38};
struct vm_area mm_hold = {.base = HOLD_BASE, .limit = 1ull << 38};

static struct vm_area *const areas[] = {&mm_work, &mm_hold};

#define AREAS (sizeof areas / sizeof areas[0])

static uint64_t faults;

uint64_t vm_area_faults(void)
{
    return faults;
}

static struct vm_area *area_of(uintptr_t address)
{
    for (size_t i = 0; i < AREAS; i++) {
        if (address - areas[i]->base < areas[i]->bytes) {
            return areas[i];
        }
    }
    return NULL;
}

bool vm_area_fault(uintptr_t address, uint64_t error_code)
{
    struct vm_area *area = area_of(address);

    if (!area || error_code & (TRAP_FAULT_PRESENT | TRAP_FAULT_FETCH)) {
        return false;
    }
    const uintptr_t page = round_down(address, PAGE_SIZE);
    const paddr frame = mm_frame_take(); // reserved, but perhaps in a report

    memset(paging_borrow(frame), 0, PAGE_SIZE);
    if (paging_map(page, frame, PAGE_SIZE, PAGING_WRITE) != OK) {
        return false;
    }
    area->mapped++;
    mm_frames.reserved--;
    faults++;
    return true;
}

void vm_area_start(void)
{
    trap_on_page_fault(vm_area_fault);
}

// Page tables that the area lacks for `pages` more pages.
static uint64_t tables_missing(const struct vm_area *area, uint64_t pages)
{
    const uint64_t tables = paging_tables(area->bytes / PAGE_SIZE + pages);

    return tables > area->tables ? tables - area->tables : 0;
}

// The first estimate is too low, since its pages need fewer tables than all
// frames would; the second is exact, or too high by the few tables that its
// further pages need.
uint64_t vm_area_growth(const struct vm_area *area, uint64_t frames)
{
    const uint64_t most = tables_missing(area, frames);
    const uint64_t low = frames > most ? frames - most : 0;
    uint64_t pages = frames - tables_missing(area, low);

    while (pages + tables_missing(area, pages) > frames) {
        pages--;
    }
    return pages;
}

uint64_t mm_available(uint64_t more, uint64_t mark)
{
    const uint64_t free = balloon_frames_counted_free();

    return vm_area_growth(&mm_hold, mm_spare(free + more, mark)) * PAGE_SIZE;
}

// Page tables are allocated now: the reservation covers one frame a page, and
// not a table that is missing on first touch.
enum error vm_area_grow(struct vm_area *area, uint64_t bytes, uintptr_t *at)
{
    const uint64_t end = area->bytes + round_up(bytes, PAGE_SIZE);
    const uint64_t pages = (end - area->bytes) / PAGE_SIZE;
    const uint64_t tables = tables_missing(area, pages);

    if (bytes > area->limit - area->bytes) {
        return ERR_RANGE;
    }
    if (pages > 0 && !mm_can_reserve(pages + tables)) {
        return ERR_NO_MEMORY;
    }
    *at = area->base + area->bytes;
    if (tables > 0) {
        area->tables += tables;
        if (paging_prepare(*at, end - area->bytes) != OK) {
            panic("mm: no frames for tables that were reserved");
        }
    }
    area->bytes = end;
    mm_frames.reserved += pages;
    return OK;
}

void vm_area_shrink(struct vm_area *area, uint64_t bytes)
{
    const uint64_t kept = area->bytes - round_up(bytes, PAGE_SIZE);

    for (uint64_t at = kept; at < area->bytes; at += PAGE_SIZE) {
        paddr frame;

        if (paging_unmap(area->base + at, &frame) == OK) {
            frames_free(&mm_frames, frame, 1);
            area->mapped--;
        } else {
            mm_frames.reserved--;
        }
    }
    paging_flush_tlb();
    area->bytes = kept;
}
