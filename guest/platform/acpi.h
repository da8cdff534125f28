// SPDX-License-Identifier: MIT
// Reads the static ACPI tables for interrupts (MADT), PCI configuration space
// (MCFG) and the PC's fixed hardware (FADT). Pure; every length and checksum
// is checked before a field is used. AML is not interpreted.
// ACPI 6.4, 5.2.5 to 5.2.12; PCI Firmware 3.2, 4.1.2 (MCFG).
#ifndef PLATFORM_ACPI_H
#define PLATFORM_ACPI_H

#include "base/error.h"
#include "base/types.h"

// Makes physical memory readable; NULL on failure.
typedef const void *acpi_map(paddr address, size_t bytes);

#define ACPI_IOAPICS_MAX 4

struct acpi_ioapic {
    paddr address;
    uint32_t gsi_base; // global system interrupt of its pin 0
};

// How a line signals (5.2.12.5). BUS: as the specification of the bus says.
enum acpi_polarity {
    ACPI_POLARITY_BUS = 0,
    ACPI_ACTIVE_HIGH = 1,
    ACPI_ACTIVE_LOW = 3,
};
enum acpi_trigger {
    ACPI_TRIGGER_BUS = 0,
    ACPI_EDGE = 1,
    ACPI_LEVEL = 3,
};

// The GSI and the signalling of one of the PC's interrupt requests.
struct acpi_override {
    bool given; // false: the GSI has the request's own number
    uint32_t gsi;
    enum acpi_polarity polarity;
    enum acpi_trigger trigger;
};

#define ACPI_IRQS 16

// Configuration space in memory: bus b, 1 MiB each, at base + (b << 20).
struct acpi_ecam {
    paddr base;       // 0: there is none
    uint8_t last_bus; // the first one is 0
};

// The FADT's fixed hardware, by the table's own names (5.2.9). Ports; 0: none.
struct acpi_fixed {
    uint16_t sci_int; // an interrupt request, as the overrides count them
    uint16_t smi_cmd;
    uint8_t acpi_enable; // written to smi_cmd, it turns ACPI mode on
    bool power_button;   // in the PM1 event block: a fixed feature
    uint16_t pm1a_evt_blk;
    uint8_t pm1_evt_len; // bytes; one half status, one half enable bits
    uint16_t pm1a_cnt_blk;
    uint16_t gpe0_blk;
    uint8_t gpe0_blk_len; // bytes; one half status, one half enable bits
};

struct acpi {
    bool hardware_reduced;   // FADT: no legacy PC hardware; QEMU's microvm
    struct acpi_fixed fixed; // all 0 on hardware-reduced machines
    paddr sleep_control;     // hardware-reduced only: 8 bits; 0: none
    paddr lapic;
    struct acpi_ioapic ioapics[ACPI_IOAPICS_MAX];
    uint32_t ioapic_count;
    struct acpi_override overrides[ACPI_IRQS];
    struct acpi_ecam ecam; // of segment 0, from bus 0 on
};

// ERR_INVALID: an invalid table, named by *what. ERR_EMPTY: no MADT, or no I/O
// APIC in it. Of more than 64 tables the first 64 are read (logged).
MUST_USE enum error acpi_read(paddr rsdp, acpi_map *map, struct acpi *acpi,
                              const char **what);

#endif
