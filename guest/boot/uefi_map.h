// SPDX-License-Identifier: MIT
// From the firmware's memory map to boot_info's, as it will be once boot
// services are left. Pure. UEFI 2.10, 7.2.3 (EFI_BOOT_SERVICES.GetMemoryMap).
#ifndef BOOT_UEFI_MAP_H
#define BOOT_UEFI_MAP_H

#include "base/boot_info.h"

// Fills boot's ranges from a map of so many bytes, whose descriptors lie
// stride bytes apart: ascending, adjacent ones of a kind as one, otherwise
// just as the firmware says; whether they make sense is for mm to tell.
// BOOT_MAP_UNREADABLE: a stride that holds no descriptor, or no whole number
// of them.
enum boot_problem uefi_map_read(const void *map, size_t bytes, size_t stride,
                                struct boot_info *boot);

#endif
