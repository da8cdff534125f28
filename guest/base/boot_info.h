// SPDX-License-Identifier: MIT
// The boot information that an entry (PVH, UEFI) passes on. It holds copies,
// so that the loader's memory is not needed later, and no pointers, so that it
// can itself be copied. Nothing in it has been checked yet.
#ifndef BASE_BOOT_INFO_H
#define BASE_BOOT_INFO_H

#include "base/types.h"

// Memory types with the numbers of the e820 map; the guest uses RAM only.
enum memory_type {
    MEMORY_RAM = 1,
    MEMORY_RESERVED = 2,
    MEMORY_ACPI = 3,
};

struct memory_range {
    uint64_t start; // guest-physical, bytes
    uint64_t bytes;
    uint32_t type; // enum memory_type, or an unknown number
};

// A fault in the loader's data; main.c reports it and ends the machine.
enum boot_problem {
    BOOT_OK = 0,
    BOOT_CMDLINE_LONG,        // longer than BOOT_CMDLINE_MAX - 1
    BOOT_START_INFO_INVALID,  // PVH: invalid hvm_start_info
    BOOT_CMDLINE_NOT_UCS2,    // UEFI: load options of an odd length
    BOOT_CMDLINE_NOT_ASCII,   // UEFI: a character above 0x7f
    BOOT_MAP_INVALID,         // UEFI: invalid memory descriptors
    BOOT_SERVICES_NOT_EXITED, // UEFI: ExitBootServices failed
    BOOT_PROBLEMS
};

#define BOOT_RANGES_MAX 64
#define BOOT_CMDLINE_MAX 4096

struct boot_info {
    char entry[8]; // the entry that was used: "pvh" or "uefi"
    enum boot_problem problem;
    bool console_used; // firmware may have left an unfinished line on COM1
    struct memory_range ranges[BOOT_RANGES_MAX];
    uint32_t range_count;
    uint32_t ranges_given;          // if above range_count: the rest was cut
    char cmdline[BOOT_CMDLINE_MAX]; // NUL-terminated
    paddr rsdp;                     // ACPI root pointer, 0 if there is none
    paddr image_start;              // the image's address, page-aligned
    uint64_t image_bytes;
};

#endif
