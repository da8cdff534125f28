// SPDX-License-Identifier: MIT
// Between the files of hotplug: one const table for each way in which a machine
// can say that functions come and go.
#ifndef PLATFORM_HOTPLUG_METHOD_H
#define PLATFORM_HOTPLUG_METHOD_H

#include "platform/hotplug.h"

// The members are hotplug.h's functions of the same names.
struct hotplug_method {
    // Also ERR_EMPTY, with nothing changed: not on this machine.
    enum error (*start)(const struct acpi *acpi);
    void (*read)(void);
    bool (*wants)(struct pci_address at);
    void (*eject)(void);
};

extern const struct hotplug_method hotplug_acpi;
extern const struct hotplug_method hotplug_pcie;

// There is news. Interrupt context, or not.
void hotplug_announce(void);

#endif
