// SPDX-License-Identifier: MIT
// Hot-plug notification for PCI functions: requests to remove a device, and
// devices that were added. Through ACPI, the default of QEMU's PC machines, or
// by the PCIe ports themselves. Context: normal, interrupts off.
#ifndef PLATFORM_HOTPLUG_HOTPLUG_H
#define PLATFORM_HOTPLUG_HOTPLUG_H

#include "base/error.h"
#include "platform/acpi.h"
#include "platform/pci/pci.h"

// Enables the notification. ERR_EMPTY: this machine has none; no event is
// enabled. ERR_TIMEOUT: ACPI mode stayed off. Otherwise as irq_connect's.
MUST_USE enum error hotplug_start(const struct acpi *acpi);

// Whether an event has arrived since the last call.
bool hotplug_announced(void);

// Reads the pending events. Call only after hotplug_announced was true.
void hotplug_read(void);

// Whether the removal of the function is, or may be, requested by the events
// that were read. ACPI gives a device number, and a bus number in QEMU's own
// count that only AML explains. A device with that number on any bus may be
// meant.
bool hotplug_removal_requested(struct pci_address at);

// Lets the machine remove all functions whose removal is requested; no driver
// may use them any more. A removed function reads all ones.
void hotplug_eject(void);

#endif
