// SPDX-License-Identifier: MIT
// Finds the machine's virtio-mmio slots and interrupt controllers: from ACPI,
// from the command line, or, without both, from the documentation of QEMU's
// microvm.
#ifndef PLATFORM_MACHINE_H
#define PLATFORM_MACHINE_H

#include "base/error.h"
#include "platform/acpi.h"
#include "platform/machine_slot.h"

struct machine {
    struct acpi acpi; // without ACPI: filled with the documented addresses
    struct machine_slot slots[MACHINE_SLOTS_MAX];
    uint32_t slot_count; // 0: this machine has no virtio-mmio
};

// rsdp: 0 when the machine has no ACPI. `named`: the slots that the command
// line names, at most MACHINE_SLOTS_MAX; if there are any, they replace the
// documented ones. Errors as acpi_read's, with the table in *what.
MUST_USE enum error machine_find(paddr rsdp, acpi_map *map,
                                 const struct machine_slot *named,
                                 uint32_t named_count, struct machine *machine,
                                 const char **what);

#endif
