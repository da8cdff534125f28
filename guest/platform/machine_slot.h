// SPDX-License-Identifier: MIT
// A virtio-mmio slot: the place of one device's registers, with or without a
// device. Pure. QEMU's microvm has such slots, and names them on the command
// line if it has no ACPI.
#ifndef PLATFORM_MACHINE_SLOT_H
#define PLATFORM_MACHINE_SLOT_H

#include "base/error.h"
#include "base/slice.h"
#include "base/types.h"

#define MACHINE_SLOTS_MAX 32

struct machine_slot {
    paddr base;
    uint32_t bytes;
    uint32_t gsi;
};

// Parses SIZE@BASE:IRQ[:ID], as Linux's virtio_mmio driver accepts it. The id
// is ignored. ERR_INVALID: no such text; ERR_RANGE: a number is too large.
MUST_USE enum error machine_slot_parse(struct slice text,
                                       struct machine_slot *slot);

#endif
