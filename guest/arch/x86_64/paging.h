// SPDX-License-Identifier: MIT
// The final page tables: four levels of 512 entries, pages of 4 KiB and, where
// both addresses and the length allow it, of 2 MiB. Intel SDM volume 3, 4.5.
// RAM is mapped on use. A map of all RAM would make the start longer with more
// RAM. Until paging_switch the boot tables are active, which map the first GiB
// at DIRECT_BASE.
#ifndef ARCH_PAGING_H
#define ARCH_PAGING_H

#include "arch/x86_64/layout.h"
#include "base/error.h"
#include "base/io.h"
#include "base/types.h"

enum paging_flags {
    PAGING_READ = 0,         // every mapping can be read
    PAGING_WRITE = 1 << 0,   // else a write faults
    PAGING_EXECUTE = 1 << 1, // else a jump faults, if the CPU supports that
    PAGING_DEVICE = 1 << 2,  // uncached, for registers
};

// Allocates a frame for a table.
typedef enum error paging_frame_source(paddr *frame);

// Whether any of the range is RAM.
typedef bool paging_memory_test(paddr start, uint64_t bytes);

// The virtual address of physical memory in the direct map, if it is mapped.
static inline void *direct(paddr address)
{
    return (void *)(DIRECT_BASE + address.value);
}

// Starts an empty set of tables. image: the image's physical address. Until
// paging_switch, the source may give frames of the first GiB only.
void paging_start(paddr image, paging_frame_source *frames,
                  paging_memory_test *memory);

// Maps [to, to + bytes) at address, both page-aligned. Pages that are mapped
// already stay as they are. ERR_RANGE: the CPU has no such physical addresses.
// ERR_NO_MEMORY: no frame for a table; part of the range may be mapped.
MUST_USE enum error paging_map(uintptr_t address, paddr to, uint64_t bytes,
                               unsigned flags);

// Allocates the tables for 4 KiB pages at [address, address + bytes), so that
// mapping these needs no more. ERR_NO_MEMORY: some tables may be allocated.
MUST_USE enum error paging_prepare(uintptr_t address, uint64_t bytes);

// Unmaps one 4 KiB page. *frame: its frame, which the CPU may still access
// until paging_flush_tlb. ERR_EMPTY: no page is mapped.
MUST_USE enum error paging_unmap(uintptr_t address, paddr *frame);

// Unmaps the large page that begins at the address; returns its first frame.
paddr paging_unmap_large(uintptr_t address);

// The word of a 4 KiB page, whose tables must exist. If PAGING_WORD_PRESENT is
// not set in it, the CPU ignores all other bits (SDM volume 3, 4.5), which are
// the caller's, and an access faults. Replacing a present word wants a flush of
// the TLB before the next access to the page.
#define PAGING_WORD_PRESENT UINT64_C(1)
#define PAGING_WORD_FRAME UINT64_C(0x000ffffffffff000)
uint64_t paging_word(uintptr_t address);
void paging_set_word(uintptr_t address, uint64_t word);
uint64_t paging_present_word(paddr frame, unsigned flags);

// Page tables of `pages` 4 KiB pages from an address on that the largest table
// below the top one covers from its beginning.
static inline uint64_t paging_tables(uint64_t pages)
{
    const uint64_t leaf = 512;

    return (pages + leaf - 1) / leaf +
           (pages + leaf * leaf - 1) / (leaf * leaf) +
           (pages + leaf * leaf * leaf - 1) / (leaf * leaf * leaf);
}

// Flushes the whole TLB: once for many pages, since under emulation the flush
// of a single page is as slow.
void paging_flush_tlb(void);

// Maps any frame, writable, at BORROW_BASE (until paging_switch: in the direct
// map). Valid until the next call; allocating a table also makes one.
void *paging_borrow(paddr frame);

// The memory at an address that is mapped: the address itself, except in unit
// tests, which have no such addresses.
void *paging_memory(uintptr_t address);

// Maps the pages around [address, address + bytes) in the direct map.
// ERR_RANGE: beyond the direct map; other errors as paging_map's.
MUST_USE enum error paging_map_direct(paddr address, uint64_t bytes,
                                      unsigned flags);

// Maps device registers in the direct map. ERR_INVALID: the range has RAM or
// pages that are mapped cached; other errors as paging_map_direct's.
MUST_USE enum error paging_map_device(paddr address, uint32_t bytes,
                                      struct io_region *region);

// Whether this CPU can forbid execution of pages without PAGING_EXECUTE.
bool paging_forbids_execution(void);

// Makes these tables the active ones.
void paging_switch(void);

#endif
