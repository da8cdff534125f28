// SPDX-License-Identifier: MIT
// The contract of the image's ELF entry (handover.S) with a loader that runs
// in 64-bit mode, which is uefi.c. Included by C and by assembly.
#ifndef BOOT_HANDOVER_H
#define BOOT_HANDOVER_H

// Size of struct boot_info, which the entry copies first.
#define BOOT_INFO_BYTES 5680

// Allowed physical addresses of the image: multiples of HANDOVER_STEP above the
// linked one, since the boot tables map it with pages of 2 MiB, below 1 GiB,
// which they reach.
#define HANDOVER_STEP 0x200000
#define HANDOVER_REACH 0x40000000

#ifndef __ASSEMBLER__

#include "base/boot_info.h"

_Static_assert(sizeof(struct boot_info) == BOOT_INFO_BYTES, "handover.S");

// Every entry fills this with the loader's information.
extern struct boot_info the_boot_info;

// The ELF entry, which does not return. Called at its physical address in long
// mode, with memory identity-mapped; interrupts may be on or off. The memory of
// *boot and of the caller's stack is not used afterwards.
typedef void handover_entry(const struct boot_info *boot);

#endif
#endif
