// SPDX-License-Identifier: MIT
// What an entry (PVH today) tells the rest: copies, so that nothing of the
// loader's memory is needed afterwards. Nothing in here has been checked yet.
#ifndef BASE_BOOT_INFO_H
#define BASE_BOOT_INFO_H

#include "base/types.h"

// Memory types as the e820 map numbers them; anything but RAM is left alone.
enum memory_type {
    MEMORY_RAM = 1,
    MEMORY_RESERVED = 2,
    MEMORY_ACPI = 3,
};

struct memory_range {
    uint64_t start; // guest-physical, bytes
    uint64_t bytes;
    uint32_t type; // enum memory_type, or a number that we don't know
};

#define BOOT_RANGES_MAX 64
#define BOOT_CMDLINE_MAX 4096

struct boot_info {
    const char *entry; // which door the machine came in by: "pvh"
    struct memory_range ranges[BOOT_RANGES_MAX];
    uint32_t range_count;
    uint32_t ranges_given;          // more than range_count: the rest was cut
    char cmdline[BOOT_CMDLINE_MAX]; // NUL-terminated
    bool cmdline_cut;               // it was longer than what is kept
    paddr rsdp;                     // ACPI root pointer, 0 when there is none
    paddr image_start;              // where this program lies, page-aligned
    uint64_t image_bytes;
};

#endif
