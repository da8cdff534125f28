// SPDX-License-Identifier: MIT
// Selects the access to configuration space on this machine; pci.h declares
// the accesses. Segment 0 only. PCI Express Base 4.0, 7.2.2 (ECAM); PCI Local
// Bus 3.0, 3.2.2.3.2 (mechanism #1, through ports).
#ifndef PLATFORM_PCI_CONFIG_H
#define PLATFORM_PCI_CONFIG_H

#include "base/error.h"
#include "platform/acpi.h"

// Called once. ECAM if the tables have an MCFG; ports if they have none and the
// machine is a PC. Otherwise, and before the call, there is no PCI: every read
// returns all ones. Errors as paging_map_device's.
MUST_USE enum error pci_config_start(const struct acpi *acpi);

// Whether the ports 0xcf8 and 0xcfc are mechanism #1's. Writes to 0xcf8.
bool pci_config_has_ports(void);

// "ecam", "ports" or "none", for the log.
const char *pci_config_name(void);

#endif
