// SPDX-License-Identifier: MIT
// Page tables in fake RAM, and the MMU that walks them: the functions of
// arch/x86_64/paging.h, and a page fault handler that is called as a CPU does.
// Violations: a word of a page without tables, a frame that is mapped twice,
// is a table or is free, a touch of a page that was unmapped without a flush.
// Intel SDM volume 3, 4.5.
#ifndef FAKES_FAKE_PAGING_H
#define FAKES_FAKE_PAGING_H

#include <stdbool.h>
#include <stdint.h>

#include "arch/x86_64/paging.h"

#define FAKE_PAGING_FRAMES 8192u // at most

struct fake_ram {
    unsigned char *bytes;
    uint64_t frames;
    bool (*is_free)(uint64_t frame); // for the frame allocator
};

// Starts without any table. tables: the source of their frames.
void fake_paging_start(const struct fake_ram *ram, paging_frame_source *tables);

bool fake_paging_is_table(uint64_t frame);
uint64_t fake_paging_tables(void);

// Whether tables of the page exist, so that it has a word.
bool fake_paging_has_word(uintptr_t address);

// An access of the CPU; faults until it is possible. NULL: a fault that the
// handler refuses, which is a violation.
void *fake_touch(uintptr_t address, bool write);

// The frame's bytes, without a check; for disks and tests.
unsigned char *fake_frame(uint64_t frame);

#endif
