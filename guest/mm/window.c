// SPDX-License-Identifier: MIT
// Pages on first touch: the page fault handler's only task. A fault outside a
// window, on a page that is there, or on one that may not be executed is not
// ours, and ends the machine. Intel SDM volume 3, 4.7 (error code).
#include "mm/window.h"

#include "arch/x86_64/paging.h"
#include "arch/x86_64/trap.h"
#include "mm/internal.h"
#include "mm/mm.h"

#include <string.h>

// Page tables that mapping one more page may take: three levels below the top.
#define TABLES_PER_TOUCH 3

struct window mm_heap = {.base = HEAP_BASE, .limit = 1ull << 30};
struct window mm_work = {.base = WORK_BASE, .limit = 1ull << 40};
struct window mm_hold = {.base = HOLD_BASE, .limit = 1ull << 40};

static struct window *const windows[] = {&mm_heap, &mm_work, &mm_hold};

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
    memset(direct(frame), 0, PAGE_SIZE);
    if (paging_map(round_down(address, PAGE_SIZE), frame, PAGE_SIZE,
                   PAGING_WRITE) != OK) {
        return false;
    }
    window->mapped++;
    faults++;
    return true;
}

void windows_start(void)
{
    trap_on_page_fault(serve_fault);
}

enum error window_grow(struct window *window, uint64_t bytes, uintptr_t *at)
{
    uint64_t pages = round_up(bytes, PAGE_SIZE) / PAGE_SIZE;
    uint64_t tables = pages / 512 + TABLES_PER_TOUCH;

    if (bytes > window->limit - window->bytes ||
        !mm_can_promise(pages + tables)) {
        return ERR_NO_MEMORY;
    }
    *at = window->base + window->bytes;
    window->bytes += pages * PAGE_SIZE;
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
