// SPDX-License-Identifier: MIT
// The PC's interrupt request of a function's pin, as the firmware wrote it into
// configuration space. Pure. PCI Local Bus 3.0, 6.2.4 "Interrupt Line";
// PCI-to-PCI Bridge 1.2, 9.1 "Interrupt Routing".
#ifndef PLATFORM_PCI_PIN_H
#define PLATFORM_PCI_PIN_H

#include "platform/pci/pci.h"

// The pin on the root bus to which the function's pin is wired: each bridge on
// the way adds the device number. *at becomes the function on the root bus that
// has this pin: the function itself, or the bridge above it. ERR_EMPTY: it has
// no pin. ERR_RANGE: an invalid pin, or a bus that no bridge leads to.
MUST_USE enum error pci_root_pin(struct pci_address *at, uint8_t *pin);

// The interrupt request, 1 to 15. Errors as pci_root_pin's; ERR_RANGE also if
// the firmware wrote no line.
MUST_USE enum error pci_pin_request(struct pci_address at, uint8_t *request);

#endif
