// SPDX-License-Identifier: MIT
// QEMU's word that PCI functions come and go: slots to be emptied, slots that
// were filled. QEMU's docs/specs/acpi_pci_hotplug.rst; ACPI 6.4, 4.8.4.1 (GPE).
// Context: normal, interrupts off.
#ifndef PLATFORM_HOTPLUG_H
#define PLATFORM_HOTPLUG_H

#include "base/error.h"
#include "platform/acpi.h"

// Asks to be told. ERR_EMPTY: this machine does not tell; nothing was touched
// that it may not have. ERR_TIMEOUT: ACPI mode did not come. Otherwise as
// irq_connect's.
MUST_USE enum error hotplug_start(const struct acpi *acpi);

// Whether there is news since the last call.
bool hotplug_announced(void);

// Reads the news. A set bit: a device with that number (bit 0: device 0), on
// whichever bus, is to go. QEMU numbers the buses in its own way, which only
// AML tells: so nobody knows which one is meant.
uint32_t hotplug_read(void);

// Lets QEMU take away all that hotplug_read said is to go: from here on these
// functions are in use by nobody. What is gone then reads all ones.
void hotplug_eject(void);

#endif
