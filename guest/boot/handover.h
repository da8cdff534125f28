// SPDX-License-Identifier: MIT
// From a loader that runs in 64-bit mode to the image that it has put into
// memory: the contract of the image's ELF entry (handover.S). Included by C
// and by assembly. The loader is uefi.c.
#ifndef BOOT_HANDOVER_H
#define BOOT_HANDOVER_H

// Of struct boot_info: the entry copies so much before anything else.
#define BOOT_INFO_BYTES 5680

// How far the image may lie from where it is linked: the boot tables show it
// in pages of 2 MiB, and reach up to 1 GiB.
#define HANDOVER_STEP 0x200000
#define HANDOVER_REACH 0x40000000

#ifndef __ASSEMBLER__

#include "base/boot_info.h"

_Static_assert(sizeof(struct boot_info) == BOOT_INFO_BYTES, "handover.S");

// Where every entry leaves what it was told.
extern struct boot_info the_boot_info;

// The ELF entry, which does not return. Called at its physical address in long
// mode, with memory mapped where it is and with interrupts of any kind.
// Whatever memory *boot and the stack are in is not needed any more afterwards.
typedef void handover_entry(const struct boot_info *boot);

#endif
#endif
