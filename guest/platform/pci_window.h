// SPDX-License-Identifier: MIT
// What a bridge passes on to the bus behind it. PCI-to-PCI Bridge 1.2, 3.2.5.
#ifndef PLATFORM_PCI_WINDOW_H
#define PLATFORM_PCI_WINDOW_H

#include "platform/pci.h"

enum pci_window_kind {
    PCI_WINDOW_MEMORY,
    PCI_WINDOW_PREFETCHABLE,
    PCI_WINDOW_IO,
    PCI_WINDOWS
};

// From the first byte to the last one, which is included.
struct pci_stretch {
    enum io_space space;
    uint64_t first;
    uint64_t last;
};

// The bridge's window of that kind. ERR_EMPTY: it is closed, nobody has set it
// (no device is at address 0), or the bridge's decoding is off.
MUST_USE enum error pci_window_read(struct pci_address bridge,
                                    enum pci_window_kind kind,
                                    struct pci_stretch *window);

// Whether an access to all of the stretch reaches the function's bus: each
// bridge on the way there passes it on.
bool pci_is_passed_on(struct pci_address at, struct pci_stretch stretch);

#endif
