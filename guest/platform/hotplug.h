// SPDX-License-Identifier: MIT
// The machine's word that PCI functions come and go: slots to be emptied, slots
// that were filled. Said through ACPI, as QEMU's PC machines do by default, or
// by the PCIe ports themselves. Context: normal, interrupts off.
#ifndef PLATFORM_HOTPLUG_H
#define PLATFORM_HOTPLUG_H

#include "base/error.h"
#include "platform/acpi.h"
#include "platform/pci.h"

// Asks to be told. ERR_EMPTY: this machine does not tell, and nothing was
// touched that it may not have. ERR_TIMEOUT: ACPI mode did not come. Otherwise
// as irq_connect's.
MUST_USE enum error hotplug_start(const struct acpi *acpi);

// Whether there is news since the last call.
bool hotplug_announced(void);

// Reads the news, after hotplug_announced alone.
void hotplug_read(void);

// Whether the function is, or may be, one that is to go by the news that were
// read. ACPI says device numbers and a bus by QEMU's own count, which is
// explained in AML only: so a device with that number on any bus may be it.
bool hotplug_wants(struct pci_address at);

// Lets the machine take away all that is to go: from here on these functions
// are in use by nobody. What is gone then reads all ones.
void hotplug_eject(void);

#endif
