// SPDX-License-Identifier: MIT
// The fake behind pci_read and pci_write of platform/pci/pci.h: passes accesses
// to a function's configuration space to the fake that claimed its address.
// Also behind paging_map_device: CPU and bus addresses are equal, so that a
// region's handle is its address. Knows no device.
#ifndef FAKES_FAKE_PCI_CONFIG_H
#define FAKES_FAKE_PCI_CONFIG_H

#include <stdint.h>

#include "platform/pci/pci.h"

// A function and the fake that answers for it. The width is 1, 2 or 4 bytes,
// the offset a multiple of it.
struct fake_pci_entry {
    struct pci_address at;
    void *function;
    uint32_t (*read)(void *function, uint32_t offset, unsigned width);
    void (*write)(void *function, uint32_t offset, unsigned width,
                  uint32_t value);
};

// Without a function at the address, reads give all ones and writes have no
// effect. An unaligned access, or one past the end, is a violation.
void fake_pci_claim(const struct fake_pci_entry *entry);
// Removes every entry of the function; NULL: all entries.
void fake_pci_disclaim(const void *function);

// Ranges that begin after `last` can't be mapped; UINT64_MAX: all can.
void fake_paging_limit(uint64_t last);

// Accesses since all entries were last removed, including those to addresses
// without a function.
unsigned fake_pci_accesses(void);

#endif
