// SPDX-License-Identifier: MIT
// The final page tables: four levels of 512 entries, pages of 4 KiB and, where
// both addresses and the length allow it, of 2 MiB. Intel SDM volume 3, 4.5.
// RAM is mapped where it is used, and not all of it once more at one place: a
// start would take longer with more of it. Until paging_switch the boot tables
// rule, which map the first GiB at DIRECT_BASE.
#ifndef ARCH_PAGING_H
#define ARCH_PAGING_H

#include "arch/x86_64/layout.h"
#include "base/error.h"
#include "base/io.h"
#include "base/types.h"

enum paging_flags {
    PAGING_READ = 0,         // every mapping can be read
    PAGING_WRITE = 1 << 0,   // else a write faults
    PAGING_EXECUTE = 1 << 1, // else a jump there faults, where the CPU can
    PAGING_DEVICE = 1 << 2,  // uncached, for registers
};

// Where the tables' own frames come from.
typedef enum error paging_frame_source(paddr *frame);

// Whether any of this is RAM.
typedef bool paging_memory_test(paddr start, uint64_t bytes);

// Where the CPU sees physical memory that was asked for (the direct map).
static inline void *direct(paddr address)
{
    return (void *)(DIRECT_BASE + address.value);
}

// Starts an empty set of tables. image: where the image lies. Until
// paging_switch, the source may give frames below the first GiB only.
void paging_start(paddr image, paging_frame_source *frames,
                  paging_memory_test *memory);

// Maps [to, to + bytes) at address, both page-aligned. Pages that are mapped
// already stay as they are. ERR_RANGE: the CPU has no such physical addresses.
// ERR_NO_MEMORY leaves a part of it mapped.
MUST_USE enum error paging_map(uintptr_t address, paddr to, uint64_t bytes,
                               unsigned flags);

// Makes the tables for 4 KiB pages at [address, address + bytes), so that
// mapping these takes no more. ERR_NO_MEMORY: some were made.
MUST_USE enum error paging_prepare(uintptr_t address, uint64_t bytes);

// Takes one 4 KiB page out and says which frame it showed; the CPU may go on
// showing it until paging_forget. ERR_EMPTY when none was there.
MUST_USE enum error paging_unmap(uintptr_t address, paddr *frame);

// The CPU forgets what it remembers of all pages: once for many of them, since
// to forget a single one is as slow under emulation.
void paging_forget(void);

// Shows any frame, writable, at one place: until the next call, of which a new
// table makes one, too.
void *paging_borrow(paddr frame);

// The pages around [address, address + bytes) at their place in the direct
// map. ERR_RANGE for what lies beyond the map, otherwise as paging_map.
MUST_USE enum error paging_map_direct(paddr address, uint64_t bytes,
                                      unsigned flags);

// Device registers there. ERR_INVALID: memory is known to be there. Otherwise
// as paging_map_direct's.
MUST_USE enum error paging_map_device(paddr address, uint32_t bytes,
                                      struct io_region *region);

// Whether pages without PAGING_EXECUTE are any different on this CPU.
bool paging_forbids_execution(void);

// From here on these tables are the CPU's.
void paging_switch(void);

#endif
