// SPDX-License-Identifier: MIT
// Enumerates all functions reachable from bus 0, in ascending order. Other
// root buses are named in AML only, which is not interpreted.
// PCI Local Bus 3.0, 6.1; PCI-to-PCI Bridge 1.2, 3.2.5.
#ifndef PLATFORM_PCI_WALK_H
#define PLATFORM_PCI_WALK_H

#include "platform/pci/pci.h"

// A walk in progress. A bridge leads to the secondary bus number that firmware
// gave it; this guest assigns no bus numbers.
struct pci_walk {
    uint64_t buses[4];       // found so far, one bit each
    struct pci_address next; // to probe
    bool multi_function;     // next.device has functions besides 0
    unsigned functions;      // found so far
    bool done;
};

void pci_walk_begin(struct pci_walk *walk);

// The next function. False: there are no more. The walk ends whatever bridges
// contain: a bus is walked once, and only if its number is above that of the
// bridge's own bus. A bridge that is not followed is logged.
bool pci_walk_next(struct pci_walk *walk, struct pci_address *at);

// The bridge that leads to the bus. ERR_EMPTY: none does, as to bus 0.
MUST_USE enum error pci_bridge_above(uint8_t bus, struct pci_address *bridge);

#endif
