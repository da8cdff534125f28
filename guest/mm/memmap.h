// SPDX-License-Identifier: MIT
// The loader's memory map and its checks. Pure.
#ifndef MM_MEMMAP_H
#define MM_MEMMAP_H

#include "base/boot_info.h"
#include "base/error.h"

// The lowest managed address. Memory below belongs to firmware on some QEMU
// machine: the pc's ROM shadow, microvm's BIOS copy, the loader's own tables.
#define MEMMAP_LOWEST 0x100000u

// The end of managed addresses. A balloon's page numbers have 32 bits, so a
// page beyond 16 TiB cannot be inflated (VIRTIO 1.4, 5.5.6).
#define MEMMAP_HIGHEST (UINT64_C(1) << 44)

// RAM that may be managed: ranges in ascending order, page-aligned, disjoint,
// all between MEMMAP_LOWEST and MEMMAP_HIGHEST.
struct memmap {
    struct memory_range ram[BOOT_RANGES_MAX];
    uint32_t count;
    uint64_t end; // the first address above the last range
};

// ERR_INVALID: a range that wraps around, RAM that overlaps another range, an
// image that is not inside RAM, a map with more than BOOT_RANGES_MAX ranges.
// ERR_NO_MEMORY: no RAM above MEMMAP_LOWEST. *what: the reason.
MUST_USE enum error memmap_check(const struct boot_info *boot,
                                 struct memmap *map, const char **what);

// Whether any of [start, start + bytes) is RAM of the map; false if the range
// wraps around.
bool memmap_overlaps(const struct memmap *map, uint64_t start, uint64_t bytes);

// The part of a range that lies outside [from, from + bytes), as up to two
// pieces in ascending order. Returns their number.
uint32_t memmap_without(struct memory_range range, uint64_t from,
                        uint64_t bytes, struct memory_range pieces[2]);

#endif
