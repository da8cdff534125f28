// SPDX-License-Identifier: MIT
// The address windows that a bridge forwards to the bus behind it. PCI-to-PCI
// Bridge 1.2, 3.2.5.
#ifndef PLATFORM_PCI_BRIDGE_H
#define PLATFORM_PCI_BRIDGE_H

#include "platform/pci/pci.h"

enum pci_window_kind {
    PCI_WINDOW_MEMORY,
    PCI_WINDOW_PREFETCHABLE,
    PCI_WINDOW_IO,
    PCI_WINDOWS
};

// A range of addresses; `last` is included.
struct pci_range {
    enum io_space space;
    uint64_t first;
    uint64_t last;
};

// The bridge's window of this kind. ERR_EMPTY: it is closed, it is not
// programmed (no device is at address 0), or the bridge's decoding is off.
MUST_USE enum error pci_window_read(struct pci_address bridge,
                                    enum pci_window_kind kind,
                                    struct pci_range *window);

// Whether all bridges above the function forward the whole range to its bus.
bool pci_is_forwarded(struct pci_address at, struct pci_range range);

#endif
