// SPDX-License-Identifier: MIT
// What stands behind pci_read and pci_write of platform/pci.h in a test: a
// function's configuration space goes to the fake that claimed its address.
// Also what is behind paging_map_device: the CPU sees a register where the bus
// has it, so that a window's handle is its address. Knows no device.
#ifndef FAKES_FAKE_PCI_CONFIG_H
#define FAKES_FAKE_PCI_CONFIG_H

#include <stdint.h>

#include "platform/pci.h"

// A function, and who answers for it. The width is 1, 2 or 4 bytes, the offset
// a multiple of it.
struct fake_pci_slot {
    struct pci_address at;
    void *function;
    uint32_t (*read)(void *function, uint32_t offset, unsigned width);
    void (*write)(void *function, uint32_t offset, unsigned width,
                  uint32_t value);
};

// Where nobody is, reads give all ones and writes go nowhere. An access that
// is not aligned, or behind the end, is a violation.
void fake_pci_claim(const struct fake_pci_slot *slot);
// Forgets every slot of the function; NULL: all slots.
void fake_pci_disclaim(const void *function);

// Nothing that begins behind `last` can be mapped; UINT64_MAX: all can.
void fake_paging_limit(uint64_t last);

// Accesses since the last disclaim of all, to addresses without a function
// too.
unsigned fake_pci_accesses(void);

#endif
