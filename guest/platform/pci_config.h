// SPDX-License-Identifier: MIT
// How configuration space is reached on this machine; pci.h has the accesses
// themselves. Segment 0 only. PCI Express Base 4.0, 7.2.2 (ECAM); PCI Local
// Bus 3.0, 3.2.2.3.2 (mechanism #1, through ports).
#ifndef PLATFORM_PCI_CONFIG_H
#define PLATFORM_PCI_CONFIG_H

#include "base/error.h"
#include "platform/acpi.h"

// Called once. ECAM where the tables have an MCFG; ports where they have none
// and the hardware is a PC's; otherwise, and until it is called, there is no
// PCI: every read gives all ones. Errors as paging_map_device's.
MUST_USE enum error pci_config_start(const struct acpi *acpi);

// Whether the ports 0xcf8 and 0xcfc are mechanism #1's. Touches them.
bool pci_config_has_ports(void);

// "ecam", "ports" or "none", for the log.
const char *pci_config_name(void);

#endif
