// SPDX-License-Identifier: MIT
// Every function that can be reached from bus 0, in ascending order. Root
// buses with other numbers are named in AML only, which is not interpreted.
// PCI Local Bus 3.0, 6.1; PCI-to-PCI Bridge 1.2, 3.2.5.
#ifndef PLATFORM_PCI_WALK_H
#define PLATFORM_PCI_WALK_H

#include "platform/pci.h"

// A walk in progress; a bridge is followed to the bus that firmware numbered
// it with, when its turn comes. Bus numbers are not given here.
struct pci_walk {
    uint64_t buses[4];       // found so far, one bit each
    struct pci_address next; // to look at
    bool multi_function;     // next.device has functions besides 0
    unsigned functions;      // met so far
    bool done;
};

void pci_walk_begin(struct pci_walk *walk);

// The next function. False: there are no more. No bus is walked twice, and
// none below the one that leads to it, so this ends whatever bridges say; one
// that is not followed has a log line.
bool pci_walk_next(struct pci_walk *walk, struct pci_address *at);

// The bridge that leads to the bus. ERR_EMPTY: none does, as to bus 0.
MUST_USE enum error pci_bridge_above(uint8_t bus, struct pci_address *bridge);

#endif
