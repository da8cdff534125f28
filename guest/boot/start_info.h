// SPDX-License-Identifier: MIT
// What a PVH loader leaves in memory (x86/HVM direct boot ABI, version 1).
// All addresses in it are guest-physical.
#ifndef BOOT_START_INFO_H
#define BOOT_START_INFO_H

#include <stddef.h>
#include <stdint.h>

#define START_INFO_MAGIC 0x336ec578

struct start_info {
    uint32_t magic;
    uint32_t version; // from 1 on, the memory map is there
    uint32_t flags;
    uint32_t module_count;
    uint64_t modules;
    uint64_t cmdline; // 0 or a NUL-terminated string
    uint64_t rsdp;    // 0 or the ACPI root pointer
    uint64_t memory_map;
    uint32_t memory_map_entries;
    uint32_t reserved;
};

struct start_info_memory {
    uint64_t address;
    uint64_t bytes;
    uint32_t type;
    uint32_t reserved;
};

_Static_assert(offsetof(struct start_info, cmdline) == 24, "ABI");
_Static_assert(offsetof(struct start_info, memory_map) == 40, "ABI");
_Static_assert(sizeof(struct start_info) == 56, "ABI");
_Static_assert(sizeof(struct start_info_memory) == 24, "ABI");

#endif
