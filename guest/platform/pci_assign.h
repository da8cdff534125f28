// SPDX-License-Identifier: MIT
// Addresses for a function that came after firmware had given its own: out of
// what the bridge above it passes on. On a root bus nothing readable says what
// is free there. PCI Local Bus 3.0, 6.2.5.1; PCI-to-PCI Bridge 1.2, 3.2.5.
#ifndef PLATFORM_PCI_ASSIGN_H
#define PLATFORM_PCI_ASSIGN_H

#include "base/error.h"
#include "platform/pci.h"

// Gives an address to each base address register of the function that has
// none, clear of all others on its bus, and leaves decoding of such a function
// off. The function is in use by nobody. A register that finds no room keeps
// 0, has a log line, and hinders no other one: a device may live without it.
// The first of these errors: ERR_RANGE: the bridge passes nothing on that would
// be large enough, or there is no bridge. ERR_FULL: others have the room.
// Otherwise as pci_bar_read's, and nothing was changed. May go unheard: who
// needs the register will find it without an address.
enum error pci_assign(struct pci_address at);

#endif
