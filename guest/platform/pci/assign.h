// SPDX-License-Identifier: MIT
// Assigns addresses to a hot-plugged function, which firmware never saw, from
// the windows of the bridge above it. Not on a root bus: its free ranges are
// described in AML only. PCI Local Bus 3.0, 6.2.5.1; PCI-to-PCI Bridge 1.2,
// 3.2.5.
#ifndef PLATFORM_PCI_ASSIGN_H
#define PLATFORM_PCI_ASSIGN_H

#include "base/error.h"
#include "platform/pci/pci.h"

// Gives each base address register without an address one that overlaps no
// other on its bus, and leaves decoding of such a function off. No driver may
// use the function yet. A register without room keeps 0 and is logged; the
// others still get theirs, as a device may not need all. Returns the first
// error. ERR_RANGE: no window is large enough, or there is no bridge. ERR_FULL:
// the windows are occupied. Otherwise as pci_bar_read's, with nothing changed.
// The result may be ignored: a driver that needs the register will find it
// without an address.
enum error pci_assign(struct pci_address at);

#endif
