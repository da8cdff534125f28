// SPDX-License-Identifier: MIT
// PCI functions: their configuration space, capabilities and base address
// registers. Segment 0 only. Implemented by pci/config.c (the access) and pci.c
// (the rest, pure); tests replace the access by a fake bus.
// PCI Local Bus 3.0, 6; PCI Express Base 4.0, 7.
#ifndef PLATFORM_PCI_PCI_H
#define PLATFORM_PCI_PCI_H

#include "base/error.h"
#include "base/io.h"
#include "base/types.h"

struct pci_address {
    uint8_t bus;
    uint8_t device;   // 0 to 31
    uint8_t function; // 0 to 7
};

#define PCI_CONFIG_BYTES 256u // reachable by ports as well as by ECAM

// Configuration registers, aligned to their width, below PCI_CONFIG_BYTES.
// Without a function at the address, reads return all ones and writes have no
// effect.
uint8_t pci_read8(struct pci_address at, uint32_t offset);
uint16_t pci_read16(struct pci_address at, uint32_t offset);
uint32_t pci_read32(struct pci_address at, uint32_t offset);
void pci_write8(struct pci_address at, uint32_t offset, uint8_t value);
void pci_write16(struct pci_address at, uint32_t offset, uint16_t value);
void pci_write32(struct pci_address at, uint32_t offset, uint32_t value);

// The header's registers that several files use (6.1).
enum pci_register {
    PCI_VENDOR_ID = 0x00, // 16 bits; all ones: no function here
    PCI_DEVICE_ID = 0x02,
    PCI_COMMAND = 0x04,
    PCI_STATUS = 0x06,
    PCI_REVISION_ID = 0x08,
    PCI_HEADER_TYPE = 0x0e,
    PCI_BAR0 = 0x10,
    PCI_SUBSYSTEM_VENDOR_ID = 0x2c,
    PCI_SUBSYSTEM_ID = 0x2e,
    PCI_INTERRUPT_LINE = 0x3c,
    PCI_INTERRUPT_PIN = 0x3d, // 1: INTA# to 4: INTD#, 0: none
};

// The header's layout, as pci_header_type returns it (6.2.1).
enum pci_header_type {
    PCI_HEADER_FUNCTION = 0,
    PCI_HEADER_BRIDGE = 1, // to another bus
};

// The device has more functions than function 0.
#define PCI_HEADER_MULTI_FUNCTION 0x80u

static inline uint8_t pci_header_type(struct pci_address at)
{
    return pci_read8(at, PCI_HEADER_TYPE) & (uint8_t)~PCI_HEADER_MULTI_FUNCTION;
}

// A bridge's bus numbers (PCI-to-PCI Bridge 1.2, 3.2.5), 8 bits each.
enum pci_bridge_register {
    PCI_PRIMARY_BUS = 0x18,     // the bus that it is on
    PCI_SECONDARY_BUS = 0x19,   // the bus behind it; 0: not numbered
    PCI_SUBORDINATE_BUS = 0x1a, // the highest number behind it
};

#define PCI_VENDOR_NONE 0xffffu // a PCI_VENDOR_ID: no function here

#define PCI_COMMAND_IO 0x001u           // answers at its I/O BARs
#define PCI_COMMAND_MEMORY 0x002u       // answers at its memory BARs
#define PCI_COMMAND_MASTER 0x004u       // may read and write memory (DMA)
#define PCI_COMMAND_INTX_DISABLE 0x400u // no interrupt pin

// Sets the bits `on` of PCI_COMMAND and clears the bits `off`.
void pci_command_set(struct pci_address at, unsigned on, unsigned off);

#define PCI_CAPABILITY_VENDOR 0x09u // vendor-specific; used by virtio
#define PCI_CAPABILITY_MSIX 0x11u

// The offset of the function's next capability with this id after the one at
// `after` (0: from the list's head). ERR_EMPTY: none, or no list. ERR_INVALID:
// the list leaves its range, has a loop, or does not contain `after`.
MUST_USE enum error pci_next_capability(struct pci_address at, uint8_t id,
                                        uint8_t after, uint8_t *offset);

// One base address register (6.2.5.1), sized with decoding off.
struct pci_bar {
    enum io_space space;
    uint64_t address; // as programmed; 0: not programmed
    uint64_t bytes;   // a power of two
    bool wide;        // 64 bits: the next register is its upper half
    bool prefetchable;
};

// The number of these registers: 6, or 2 in a bridge.
unsigned pci_bar_count(struct pci_address at);

// ERR_EMPTY: the register is not implemented, or is the upper half of another.
// ERR_INVALID: a reserved type, or a size that is not a power of two.
// ERR_RANGE: no such register, or a 64-bit one that exceeds the last.
MUST_USE enum error pci_bar_read(struct pci_address at, unsigned bar,
                                 struct pci_bar *found);

// Maps `bytes` bytes (not 0) of the BAR's range from `offset` on and switches
// its decoding on. Called once for each part that is needed, so that a large
// BAR is not mapped as a whole. ERR_INVALID: the BAR has no address, or its
// range wraps around. ERR_RANGE: the part is outside the range, a bridge does
// not forward it, or it can't be mapped.
MUST_USE enum error pci_bar_open(struct pci_address at,
                                 const struct pci_bar *bar, uint64_t offset,
                                 uint32_t bytes, struct io_region *region);

#endif
