// SPDX-License-Identifier: MIT
// PCI functions that consist of configuration space only: bytes, and masks of
// writable bits. A BAR is sized as on hardware. Knows no device; bridges
// forward nothing, a function stays where it was plugged in.
// PCI Local Bus 3.0, 6.1, 6.2.5.1; PCI-to-PCI Bridge 1.2, 3.2.
#ifndef FAKES_FAKE_PCI_BUS_H
#define FAKES_FAKE_PCI_BUS_H

#include <stdbool.h>
#include <stdint.h>

#include "fakes/fake_pci_config.h"

struct fake_pci_function {
    struct pci_address at;
    uint8_t bytes[256];
    uint8_t writable[256]; // bits that a write changes
    unsigned writes;
};

// Removes all functions; every test starts with it.
void fake_pci_bus_clear(void);

// A function with a type 0 header only and a writable command register. Valid
// until the next clear.
struct fake_pci_function *fake_pci_plug(uint8_t bus, uint8_t device,
                                        uint8_t function);
void fake_pci_unplug(struct fake_pci_function *function);

// The same with a header of type 1.
struct fake_pci_function *fake_pci_plug_bridge(uint8_t bus, uint8_t device,
                                               uint8_t function,
                                               uint8_t secondary);

// Fields, little-endian, 1 to 4 bytes.
void fake_pci_put(struct fake_pci_function *function, unsigned offset,
                  uint32_t value, unsigned width);
uint32_t fake_pci_get(const struct fake_pci_function *function, unsigned offset,
                      unsigned width);

// A base address register of that size, programmed to the address. kind: the
// lowest bits, read-only: 1 I/O, 0 memory, 4 memory of 64 bits (then the next
// register is the upper half), 8 prefetchable.
void fake_pci_put_bar(struct fake_pci_function *function, unsigned bar,
                      unsigned kind, uint64_t address, uint64_t bytes);

// Adds a capability at that offset, linked to the next one. The list's start,
// and the bit of the status register, are set by fake_pci_put_list.
void fake_pci_put_capability(struct fake_pci_function *function,
                             unsigned offset, uint8_t id, uint8_t next);
void fake_pci_put_list(struct fake_pci_function *function, uint8_t first);

#endif
