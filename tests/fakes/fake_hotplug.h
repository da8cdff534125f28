// SPDX-License-Identifier: MIT
// The hot-plug side of QEMU's PC chipsets: ACPI mode, general-purpose events,
// and the slots' registers. Records every violation. ACPI 6.4, 4.8;
// QEMU's docs/specs/acpi_pci_hotplug.rst.
#ifndef FAKES_FAKE_HOTPLUG_H
#define FAKES_FAKE_HOTPLUG_H

#include <stdbool.h>
#include <stdint.h>

// Port addresses, and the value that switches ACPI mode on.
enum {
    FAKE_SMI_CMD = 0xb2,
    FAKE_PM1A_CNT = 0x604,
    FAKE_GPE0 = 0x620,
    FAKE_GPE0_BYTES = 16,
    FAKE_ENABLE_ACPI = 2,
};

#define FAKE_EJECTIONS 64

struct fake_hotplug {
    // Properties.
    uint32_t id;          // device and vendor id of the chipset's function
    bool without_bridges; // no bus can be selected
    unsigned mode_reads;  // of PM1a_CNT until the mode is on; UINT32_MAX: never

    // Reported to the guest.
    uint8_t status[FAKE_GPE0_BYTES / 2];
    uint32_t up[256];
    uint32_t down[256];

    // Recorded.
    uint8_t smi;
    bool mode;
    uint8_t enable[FAKE_GPE0_BYTES / 2]; // all ones, as firmware left it
    uint32_t bus;
    struct {
        uint32_t bus;
        uint32_t slots;
    } ejected[FAKE_EJECTIONS];
    unsigned ejections;
    unsigned accesses; // accesses to the slots' block
};

// A fresh chipset with its function at 00:DEVICE.FUNCTION and the slots' block
// at that port. One at a time: the former one is forgotten.
struct fake_hotplug *fake_hotplug_new(uint8_t device, uint8_t function,
                                      uint32_t id, uint16_t slots);

// Level of the SCI.
bool fake_hotplug_line(void);

#endif
