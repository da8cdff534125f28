// SPDX-License-Identifier: MIT
// What an entry (PVH, UEFI) tells the rest: copies, so that nothing of the
// loader's memory is needed afterwards, and no pointer, so that it can be
// copied itself. Nothing in here has been checked yet.
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

// What the entry could not make sense of; main.c says it and ends.
enum boot_problem {
    BOOT_FINE = 0,
    BOOT_CMDLINE_LONG,      // longer than what is kept
    BOOT_START_INFO_SPOILT, // PVH: what the loader tells is not there
    BOOT_CMDLINE_NOT_UCS2,  // UEFI: load options of half a character
    BOOT_CMDLINE_NOT_ASCII, // UEFI: a character above 0x7f
    BOOT_MAP_UNREADABLE,    // UEFI: descriptors that are none
    BOOT_FIRMWARE_STAYED,   // UEFI: boot services that could not be left
    BOOT_PROBLEMS
};

#define BOOT_RANGES_MAX 64
#define BOOT_CMDLINE_MAX 4096

struct boot_info {
    char entry[8]; // which door the machine came in by: "pvh" or "uefi"
    enum boot_problem problem;
    bool console_used; // COM1 may stand within a line of the firmware's
    struct memory_range ranges[BOOT_RANGES_MAX];
    uint32_t range_count;
    uint32_t ranges_given;          // more than range_count: the rest was cut
    char cmdline[BOOT_CMDLINE_MAX]; // NUL-terminated
    paddr rsdp;                     // ACPI root pointer, 0 when there is none
    paddr image_start;              // where this program lies, page-aligned
    uint64_t image_bytes;
};

#endif
