// SPDX-License-Identifier: MIT
// Which of the PC's interrupt requests a function's pin raises, by what the
// firmware wrote into configuration space. Pure. PCI Local Bus 3.0, 6.2.4
// "Interrupt Line"; PCI-to-PCI Bridge 1.2, 9.1 "Interrupt Routing".
#ifndef PLATFORM_PCI_PIN_H
#define PLATFORM_PCI_PIN_H

#include "platform/pci.h"

// The pin on the root bus that the function's own pin is wired to: through
// each bridge above, the function's device number moves it on. *at becomes the
// function on the root bus whose pin it is: itself, or the bridge on the way.
// ERR_EMPTY: it has no pin. ERR_RANGE: a pin that can't be, or a bus that no
// bridge leads to.
MUST_USE enum error pci_root_pin(struct pci_address *at, uint8_t *pin);

// The interrupt request, 0 to 15. ERR_RANGE also: the firmware wrote none.
MUST_USE enum error pci_pin_request(struct pci_address at, uint8_t *request);

#endif
