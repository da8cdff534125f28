// SPDX-License-Identifier: MIT
// Pages in a row, by number, 4 KiB each: the type in which the memory manager
// and the balloon driver name pages to each other. A number has 32 bits, as in
// the balloon's requests, so 16 TiB can be named. VIRTIO 1.4, 5.5.6.
#ifndef BASE_PAGE_RUN_H
#define BASE_PAGE_RUN_H

#include "base/types.h"

struct page_run {
    uint32_t first; // number of the first page: its address / PAGE_SIZE
    uint32_t count;
};

static inline paddr page_run_start(struct page_run run)
{
    return paddr_of((uint64_t)run.first * PAGE_SIZE);
}

#endif
