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

static struct pci_range read_io_window(struct pci_address bridge)
{
    const uint8_t base = pci_read8(bridge, IO_BASE);
    struct pci_range window = {
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

static struct pci_range read_memory_window(struct pci_address bridge,
                                           uint32_t base, uint32_t limit)
{
    return (struct pci_range){
        .space = IO_MEMORY,
        .first = upper_bits(pci_read16(bridge, base)) << 16,
        .last = upper_bits(pci_read16(bridge, limit)) << 16 | 0xfffff,
    };
}

static struct pci_range read_prefetchable_window(struct pci_address bridge)
{
    struct pci_range window =
        read_memory_window(bridge, PREFETCHABLE_BASE, PREFETCHABLE_LIMIT);

    if ((pci_read16(bridge, PREFETCHABLE_BASE) & WIDTH) == WIDE) {
        window.first |= (uint64_t)pci_read32(bridge, PREFETCHABLE_BASE_UPPER)
                        << 32;
        window.last |= (uint64_t)pci_read32(bridge, PREFETCHABLE_LIMIT_UPPER)
                       << 32;
    }
    return window;
}

static struct pci_range read_window(struct pci_address bridge,
                                    enum pci_window_kind kind)
{
    switch (kind) {
    case PCI_WINDOW_IO:
        return read_io_window(bridge);
    case PCI_WINDOW_PREFETCHABLE:
        return read_prefetchable_window(bridge);
    default:
        return read_memory_window(bridge, MEMORY_BASE, MEMORY_LIMIT);
    }
}

enum error pci_window_read(struct pci_address bridge, enum pci_window_kind kind,
                           struct pci_range *window)
{
    *window = read_window(bridge, kind);
    const uint16_t decoding =
        window->space == IO_PORTS ? PCI_COMMAND_IO : PCI_COMMAND_MEMORY;

    return window->first != 0 && window->first <= window->last &&
                   pci_read16(bridge, PCI_COMMAND) & decoding
               ? OK
               : ERR_EMPTY;
}

static bool bridge_forwards(struct pci_address bridge, struct pci_range range)
{
    struct pci_range window;
    unsigned kind = 0;

    if (pci_read8(bridge, PROGRAMMING_INTERFACE) == SUBTRACTIVE) {
        return true;
    }
    while (
        kind < PCI_WINDOWS &&
        (pci_window_read(bridge, (enum pci_window_kind)kind, &window) != OK ||
         window.space != range.space || range.first < window.first ||
         range.last > window.last)) {
        kind++;
    }
    return kind < PCI_WINDOWS;
}

bool pci_is_forwarded(struct pci_address at, struct pci_range range)
{
    while (at.bus != 0) {
        if (pci_bridge_above(at.bus, &at) != OK ||
            !bridge_forwards(at, range)) {
            return false;
        }
    }
    return true;
}
