// SPDX-License-Identifier: MIT
// A disk for guest/vm, with pages in host memory and requests that fail on
// order. Violations: a write to a read-only disk, to page 0 or a bad page, a
// page beyond the end, a frame that is in use for nothing.
// docs/memory.md, "Disks".
#ifndef FAKES_FAKE_STORE_H
#define FAKES_FAKE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "vm/store.h"

#define FAKE_STORE_PAGES 70000u // at most
#define FAKE_STORE_FAULTS 32u

// A failing request: each one for this page, or the one with this number, from
// 1 on. On a writable disk reads of page 0, the mark, have no number.
struct fake_store_fault {
    bool write;
    bool by_number;
    uint64_t value;
};

struct fake_store {
    struct vm_store store;                  // for guest/vm
    unsigned char *bytes[FAKE_STORE_PAGES]; // NULL: zeros
    bool bad[FAKE_STORE_PAGES];             // a write there is a violation
    struct fake_store_fault faults[FAKE_STORE_FAULTS];
    unsigned fault_count;
    uint64_t reads;  // pages, without the mark
    uint64_t writes; // pages
    unsigned calls;
    unsigned largest_call; // its pages
};

// An empty disk; fake_store_end frees its pages.
void fake_store_start(struct fake_store *disk, uint64_t pages, bool read_only);
void fake_store_end(struct fake_store *disk);

void fake_store_fail(struct fake_store *disk, struct fake_store_fault fault);

// The page's bytes, to be changed.
unsigned char *fake_store_page(struct fake_store *disk, uint64_t page);

// Writes mkswap's mark.
void fake_store_mark(struct fake_store *disk, uint32_t last_page,
                     const uint32_t *bad, uint32_t bad_count);

// Fills the disk as `aerostat run` fills its file: word i of page p is
// 0x9e3779b97f4a7c15 + (512 p + i) * 0xd1342543de82ef95.
void fake_store_fill(struct fake_store *disk);

#endif
