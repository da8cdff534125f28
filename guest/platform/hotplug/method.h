// SPDX-License-Identifier: MIT
// For the files of this folder: one const table of operations for each hot-plug
// mechanism, ACPI and PCIe.
#ifndef PLATFORM_HOTPLUG_METHOD_H
#define PLATFORM_HOTPLUG_METHOD_H

#include "platform/hotplug/hotplug.h"

// The members are hotplug.h's functions of the same names.
struct hotplug_method {
    // ERR_EMPTY: not on this machine; no event is enabled.
    enum error (*start)(const struct acpi *acpi);
    void (*read)(void);
    bool (*removal_requested)(struct pci_address at);
    void (*eject)(void);
};

extern const struct hotplug_method hotplug_acpi;
extern const struct hotplug_method hotplug_pcie;

// Records that an event has arrived. Any context.
void hotplug_announce(void);

#endif
