// SPDX-License-Identifier: MIT
// The registers hold the upper address bits of a window's first and last byte;
// the lower bits are zeros for the first and ones for the last. PCI-to-PCI
// Bridge 1.2, 3.2.5.6 to 3.2.5.10.
#include "platform/pci/bridge.h"

#include "platform/pci/walk.h"

enum {
    PROGRAMMING_INTERFACE = 0x09, // 8 bits
    SUBTRACTIVE = 1,              // forwards every unclaimed address (3.2.4.4)
    IO_BASE = 0x1c, // 8 bits: bits 15 to 12, and the registers' width
    IO_LIMIT = 0x1d,
    MEMORY_BASE = 0x20, // 16 bits: bits 31 to 20
    MEMORY_LIMIT = 0x22,
    PREFETCHABLE_BASE = 0x24, // 16 bits: as memory, and the registers' width
    PREFETCHABLE_LIMIT = 0x26,
    PREFETCHABLE_BASE_UPPER = 0x28, // 32 bits
    PREFETCHABLE_LIMIT_UPPER = 0x2c,
    IO_BASE_UPPER = 0x30, // 16 bits
    IO_LIMIT_UPPER = 0x32,
    WIDTH = 0xf, // bits of a base or limit register that are no address
    WIDE = 0x1,  // there are upper halves
};

static uint64_t upper_bits(unsigned value)
{
    return value & ~(unsigned)WIDTH;
}

static struct pci_stretch read_io(struct pci_address bridge)
{
    const uint8_t base = pci_read8(bridge, IO_BASE);
    struct pci_stretch window = {
        .space = IO_PORTS,
        .first = upper_bits(base) << 8,
        .last = upper_bits(pci_read8(bridge, IO_LIMIT)) << 8 | 0xfff,
    };

    if ((base & WIDTH) == WIDE) {
        window.first |= (uint64_t)pci_read16(bridge, IO_BASE_UPPER) << 16;
        window.last |= (uint64_t)pci_read16(bridge, IO_LIMIT_UPPER) << 16;
    }
    return window;
}

static struct pci_stretch read_memory(struct pci_address bridge, uint32_t base,
                                      uint32_t limit)
{
    return (struct pci_stretch){
        .space = IO_MEMORY,
        .first = upper_bits(pci_read16(bridge, base)) << 16,
        .last = upper_bits(pci_read16(bridge, limit)) << 16 | 0xfffff,
    };
}

static struct pci_stretch read_prefetchable(struct pci_address bridge)
{
    struct pci_stretch window =
        read_memory(bridge, PREFETCHABLE_BASE, PREFETCHABLE_LIMIT);

    if ((pci_read16(bridge, PREFETCHABLE_BASE) & WIDTH) == WIDE) {
        window.first |= (uint64_t)pci_read32(bridge, PREFETCHABLE_BASE_UPPER)
                        << 32;
        window.last |= (uint64_t)pci_read32(bridge, PREFETCHABLE_LIMIT_UPPER)
                       << 32;
    }
    return window;
}

static struct pci_stretch read_registers(struct pci_address bridge,
                                         enum pci_window_kind kind)
{
    switch (kind) {
    case PCI_WINDOW_IO:
        return read_io(bridge);
    case PCI_WINDOW_PREFETCHABLE:
        return read_prefetchable(bridge);
    default:
        return read_memory(bridge, MEMORY_BASE, MEMORY_LIMIT);
    }
}

enum error pci_window_read(struct pci_address bridge, enum pci_window_kind kind,
                           struct pci_stretch *window)
{
    *window = read_registers(bridge, kind);
    const uint16_t decoding =
        window->space == IO_PORTS ? PCI_COMMAND_IO : PCI_COMMAND_MEMORY;

    return window->first != 0 && window->first <= window->last &&
                   pci_read16(bridge, PCI_COMMAND) & decoding
               ? OK
               : ERR_EMPTY;
}

static bool passes_on(struct pci_address bridge, struct pci_stretch stretch)
{
    struct pci_stretch window;
    unsigned kind = 0;

    if (pci_read8(bridge, PROGRAMMING_INTERFACE) == SUBTRACTIVE) {
        return true;
    }
    while (
        kind < PCI_WINDOWS &&
        (pci_window_read(bridge, (enum pci_window_kind)kind, &window) != OK ||
         window.space != stretch.space || stretch.first < window.first ||
         stretch.last > window.last)) {
        kind++;
    }
    return kind < PCI_WINDOWS;
}

bool pci_is_passed_on(struct pci_address at, struct pci_stretch stretch)
{
    while (at.bus != 0) {
        if (pci_bridge_above(at.bus, &at) != OK || !passes_on(at, stretch)) {
            return false;
        }
    }
    return true;
}
