// SPDX-License-Identifier: MIT
// Converts the firmware's memory map to boot_info's, as it is after boot
// services. Pure. UEFI 2.10, 7.2.3 (EFI_BOOT_SERVICES.GetMemoryMap).
#ifndef BOOT_UEFI_MAP_H
#define BOOT_UEFI_MAP_H

#include "base/boot_info.h"

// Fills boot's ranges from a map of `bytes` bytes, whose descriptors are
// `stride` bytes apart. Ranges are sorted, and adjacent ones of one kind
// joined; they are not changed otherwise, and mm checks them.
// BOOT_MAP_INVALID: the stride is smaller than a descriptor, or does not
// divide `bytes`.
enum boot_problem uefi_map_read(const void *map, size_t bytes, size_t stride,
                                struct boot_info *boot);

#endif
