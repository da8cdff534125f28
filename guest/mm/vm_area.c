// SPDX-License-Identifier: MIT
// Pages on first touch: the only task of the page fault handler. It refuses a
// fault outside a window, on a present page, or by an instruction fetch, which
// then ends the machine. Intel SDM volume 3, 4.7 (error code).
#include "mm/vm_area.h"

#include "arch/x86_64/paging.h"
#include "arch/x86_64/trap.h"
#include "base/panic.h"
#include "mm/internal.h"
#include "mm/mm.h"

#include <string.h>

// Pages that one page table covers, at each level below the top. A window's
// base is aligned to the largest of these.
#define LEAF_PAGES 512ull
#define MIDDLE_PAGES (512 * LEAF_PAGES)
#define UPPER_PAGES (512 * MIDDLE_PAGES)

_Static_assert(WORK_BASE % (UPPER_PAGES * PAGE_SIZE) == 0, "work window");
_Static_assert(HOLD_BASE % (UPPER_PAGES * PAGE_SIZE) == 0, "hold window");

struct window mm_work = {.base = WORK_BASE, .limit = 1ull << 40};
struct window mm_hold = {.base = HOLD_BASE, .limit = 1ull << 40};

static struct window *const windows[] = {&mm_work, &mm_hold};

#define WINDOWS (sizeof windows / sizeof windows[0])

static uint64_t faults;

uint64_t windows_faults(void)
{
    return faults;
}

static uint64_t promised_in(const struct window *window)
{
    return window->bytes / PAGE_SIZE - window->mapped;
}

uint64_t windows_promised(void)
{
    uint64_t pages = 0;

    for (size_t i = 0; i < WINDOWS; i++) {
        pages += promised_in(windows[i]);
    }
    return pages;
}

static struct window *window_of(uintptr_t address)
{
    for (size_t i = 0; i < WINDOWS; i++) {
        if (address - windows[i]->base < windows[i]->bytes) {
            return windows[i];
        }
    }
    return NULL;
}

static bool serve_fault(uintptr_t address, uint64_t error_code)
{
    struct window *window = window_of(address);
    paddr frame;

    if (!window || error_code & (TRAP_FAULT_PRESENT | TRAP_FAULT_FETCH) ||
        frames_take(&mm_frames, &frame) != OK) {
        return false;
    }
    const uintptr_t page = round_down(address, PAGE_SIZE);

    if (paging_map(page, frame, PAGE_SIZE, PAGING_WRITE) != OK) {
        return false;
    }
    memset((void *)page, 0, PAGE_SIZE);
    window->mapped++;
    faults++;
    return true;
}

void windows_start(void)
{
    trap_on_page_fault(serve_fault);
}

static uint64_t tables_for(uint64_t bytes)
{
    const uint64_t pages = bytes / PAGE_SIZE;

    return (pages + LEAF_PAGES - 1) / LEAF_PAGES +
           (pages + MIDDLE_PAGES - 1) / MIDDLE_PAGES +
           (pages + UPPER_PAGES - 1) / UPPER_PAGES;
}

// Page tables are allocated now: the reservation covers one frame a page, and
// not a table that is missing on first touch.
enum error window_grow(struct window *window, uint64_t bytes, uintptr_t *at)
{
    const uint64_t end = window->bytes + round_up(bytes, PAGE_SIZE);
    const uint64_t pages = (end - window->bytes) / PAGE_SIZE;
    const uint64_t tables = tables_for(end);
    const uint64_t more = tables > window->tables ? tables - window->tables : 0;

    if (bytes > window->limit - window->bytes ||
        !mm_can_promise(pages + more)) {
        return ERR_NO_MEMORY;
    }
    *at = window->base + window->bytes;
    if (more > 0) {
        window->tables = tables;
        if (paging_prepare(*at, end - window->bytes) != OK) {
            panic("mm: no frames for tables that were promised");
        }
    }
    window->bytes = end;
    return OK;
}

void window_shrink(struct window *window, uint64_t bytes)
{
    const uint64_t kept = window->bytes - round_up(bytes, PAGE_SIZE);

    for (uint64_t at = kept; at < window->bytes; at += PAGE_SIZE) {
        paddr frame;

        if (paging_unmap(window->base + at, &frame) == OK) {
            frames_return(&mm_frames, frame, 1);
            window->mapped--;
        }
    }
    paging_forget();
    window->bytes = kept;
}
