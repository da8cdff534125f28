// SPDX-License-Identifier: MIT
// The three ACPI tables that say where interrupts go: RSDP, RSDT or XSDT, and
// MADT, plus one flag of the FADT. Pure; every length and checksum is checked
// before a field is used. ACPI 6.4, 5.2.5 to 5.2.12.
#ifndef PLATFORM_ACPI_H
#define PLATFORM_ACPI_H

#include "base/error.h"
#include "base/types.h"

// Makes physical memory readable; NULL when it can't.
typedef const void *acpi_map(paddr address, size_t bytes);

#define ACPI_IOAPICS_MAX 4

struct acpi_ioapic {
    paddr address;
    uint32_t gsi_base; // global system interrupt of its pin 0
};

struct acpi {
    bool hardware_reduced; // FADT: no legacy PC hardware; QEMU's microvm
    paddr lapic;
    struct acpi_ioapic ioapics[ACPI_IOAPICS_MAX];
    uint32_t ioapic_count;
};

// ERR_INVALID: a table that can't be believed, named by *what. ERR_EMPTY:
// tables without a MADT.
MUST_USE enum error acpi_read(paddr rsdp, acpi_map *map, struct acpi *acpi,
                              const char **what);

#endif
