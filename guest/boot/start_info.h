// SPDX-License-Identifier: MIT
// The start info of a PVH loader (x86/HVM direct boot ABI, version 1). All
// addresses in it are guest-physical. Included by C and by assembly.
#ifndef BOOT_START_INFO_H
#define BOOT_START_INFO_H

#define START_INFO_MAGIC 0x336ec578

// Size and field offsets for real_mode.S, which makes a start info.
#define START_INFO_BYTES 56
#define START_INFO_VERSION 4
#define START_INFO_CMDLINE 24
#define START_INFO_RSDP 32
#define START_INFO_MEMORY_MAP 40
#define START_INFO_MEMORY_MAP_ENTRIES 48
#define START_INFO_MEMORY_BYTES 24

#ifndef __ASSEMBLER__

#include <stddef.h>
#include <stdint.h>

struct start_info {
    uint32_t magic;
    uint32_t version; // from 1 on, there is a memory map
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

_Static_assert(offsetof(struct start_info, version) == START_INFO_VERSION,
               "ABI");
_Static_assert(offsetof(struct start_info, cmdline) == START_INFO_CMDLINE,
               "ABI");
_Static_assert(offsetof(struct start_info, rsdp) == START_INFO_RSDP, "ABI");
_Static_assert(offsetof(struct start_info, memory_map) == START_INFO_MEMORY_MAP,
               "ABI");
_Static_assert(offsetof(struct start_info, memory_map_entries) ==
                   START_INFO_MEMORY_MAP_ENTRIES,
               "ABI");
_Static_assert(sizeof(struct start_info) == START_INFO_BYTES, "ABI");
_Static_assert(sizeof(struct start_info_memory) == START_INFO_MEMORY_BYTES,
               "ABI");

#endif
#endif
