// SPDX-License-Identifier: MIT
// New pages before each sample.
#include "app/workload.h"

#include "mm/mm.h"

static void touch_page(uintptr_t page)
{
    *(volatile uint64_t *)page = page;
}

void workload_touch(uint64_t pages)
{
    uintptr_t page;

    for (uint64_t i = 0; i < pages; i++) {
        if (mm_work.mapped >= WORKLOAD_PAGES) {
            vm_area_shrink(&mm_work, mm_work.bytes);
        }
        if (vm_area_grow(&mm_work, PAGE_SIZE, &page) != OK) {
            vm_area_shrink(&mm_work, mm_work.bytes);
            return;
        }
        touch_page(page);
    }
}
