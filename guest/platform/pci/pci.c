// SPDX-License-Identifier: MIT
// Capabilities and base address registers, through pci_read and pci_write
// only. Every value that a function returns is checked before use. PCI Local
// Bus 3.0: capabilities 6.7, base address registers 6.2.5.1.
#include "platform/pci/pci.h"

#include "arch/x86_64/paging.h"
#include "base/panic.h"
#include "platform/pci/bridge.h"

void pci_command_set(struct pci_address at, unsigned on, unsigned off)
{
    const unsigned command = pci_read16(at, PCI_COMMAND);

    pci_write16(at, PCI_COMMAND, (uint16_t)((command | on) & ~off));
}

enum {
    STATUS_CAPABILITIES = 0x10,
    CAPABILITIES_POINTER = 0x34, // 8 bits, the lowest two are reserved
    CAPABILITIES_FIRST = 0x40,   // behind the header
    POINTER_MASK = 0xfc,
    NEXT_POINTER = 1, // offset in a capability; its id is at 0
};

enum {
    BAR_IO = 0x1,   // bit 0: I/O space, otherwise memory
    BAR_TYPE = 0x6, // memory: 32-bit or 64-bit address
    BAR_TYPE_32 = 0x0,
    BAR_TYPE_64 = 0x4,
    BAR_PREFETCHABLE = 0x8,
};
#define BAR_IO_ADDRESS 0xfffffffcu
#define BAR_MEMORY_ADDRESS 0xfffffff0u
#define IO_SPACE_BYTES 0x10000u

static bool has_capabilities(struct pci_address at)
{
    uint8_t type = pci_header_type(at);

    return (type == PCI_HEADER_FUNCTION || type == PCI_HEADER_BRIDGE) &&
           pci_read16(at, PCI_STATUS) & STATUS_CAPABILITIES;
}

// Each call walks from the list's head and keeps one bit for each visited
// offset, so a loop in the list is always found.
enum error pci_next_capability(struct pci_address at, uint8_t id, uint8_t after,
                               uint8_t *offset)
{
    uint64_t visited = 0; // by offset / 4
    bool past = after == 0;

    if (!has_capabilities(at)) {
        return ERR_EMPTY;
    }
    uint8_t next = pci_read8(at, CAPABILITIES_POINTER) & POINTER_MASK;

    while (next != 0) {
        if (next < CAPABILITIES_FIRST || visited >> next / 4 & 1) {
            return ERR_INVALID;
        }
        visited |= 1ull << next / 4;
        if (past && pci_read8(at, next) == id) {
            *offset = next;
            return OK;
        }
        past = past || next == after;
        next = pci_read8(at, next + NEXT_POINTER) & POINTER_MASK;
    }
    return past ? ERR_EMPTY : ERR_INVALID;
}

static uint32_t bar_register(unsigned bar)
{
    return PCI_BAR0 + 4 * bar;
}

unsigned pci_bar_count(struct pci_address at)
{
    switch (pci_header_type(at)) {
    case PCI_HEADER_FUNCTION:
        return 6;
    case PCI_HEADER_BRIDGE:
        return 2;
    default:
        return 0;
    }
}

static bool is_wide(uint32_t value)
{
    return (value & (BAR_IO | BAR_TYPE)) == BAR_TYPE_64;
}

// Whether the register is the upper half of the one before it.
static bool is_upper_half(struct pci_address at, unsigned bar)
{
    unsigned i = 0;

    while (i < bar) {
        i += is_wide(pci_read32(at, bar_register(i))) ? 2 : 1;
    }
    return i != bar;
}

// The bits of the address that can be written, the others as zeros.
static uint64_t writable_bits(struct pci_address at, unsigned bar, bool wide)
{
    const uint16_t command = pci_read16(at, PCI_COMMAND);
    uint32_t written[2] = {0, 0};

    pci_write16(at, PCI_COMMAND,
                command & (uint16_t) ~(PCI_COMMAND_IO | PCI_COMMAND_MEMORY));
    for (unsigned i = 0; i < (wide ? 2 : 1); i++) {
        uint32_t value = pci_read32(at, bar_register(bar + i));

        pci_write32(at, bar_register(bar + i), UINT32_MAX);
        written[i] = pci_read32(at, bar_register(bar + i));
        pci_write32(at, bar_register(bar + i), value);
    }
    pci_write16(at, PCI_COMMAND, command);
    return (uint64_t)written[1] << 32 | written[0];
}

// The size is given by the read-only bits below the writable ones.
static enum error bar_size(uint64_t writable, uint64_t all, uint64_t *bytes)
{
    if (writable == 0) {
        return ERR_EMPTY;
    }
    *bytes = (~writable & all) + 1;
    return is_power_of_two(*bytes) ? OK : ERR_INVALID;
}

// The upper half of an I/O register may be hard-wired to zero, since ports
// have 16 bits.
static enum error read_io_bar(struct pci_address at, unsigned bar,
                              struct pci_bar *found)
{
    const uint32_t value = pci_read32(at, bar_register(bar));
    const uint64_t writable = writable_bits(at, bar, false) & BAR_IO_ADDRESS;

    *found =
        (struct pci_bar){.space = IO_PORTS, .address = value & BAR_IO_ADDRESS};
    return bar_size(writable & (IO_SPACE_BYTES - 1), IO_SPACE_BYTES - 1,
                    &found->bytes);
}

static enum error read_memory_bar(struct pci_address at, unsigned bar,
                                  struct pci_bar *found)
{
    const uint32_t value = pci_read32(at, bar_register(bar));
    const bool wide = is_wide(value);

    if (!wide && (value & BAR_TYPE) != BAR_TYPE_32) {
        return ERR_INVALID;
    }
    if (wide && bar + 1 == pci_bar_count(at)) {
        return ERR_RANGE;
    }
    const uint64_t upper = wide ? pci_read32(at, bar_register(bar + 1)) : 0;
    const uint64_t all = wide ? UINT64_MAX : UINT32_MAX;

    *found = (struct pci_bar){
        .space = IO_MEMORY,
        .address = upper << 32 | (value & BAR_MEMORY_ADDRESS),
        .wide = wide,
        .prefetchable = value & BAR_PREFETCHABLE,
    };
    return bar_size(writable_bits(at, bar, wide) & ~(uint64_t)0xf, all,
                    &found->bytes);
}

enum error pci_bar_read(struct pci_address at, unsigned bar,
                        struct pci_bar *found)
{
    if (bar >= pci_bar_count(at)) {
        return ERR_RANGE;
    }
    if (is_upper_half(at, bar)) {
        return ERR_EMPTY;
    }
    return pci_read32(at, bar_register(bar)) & BAR_IO
               ? read_io_bar(at, bar, found)
               : read_memory_bar(at, bar, found);
}

// The address of a part of the BAR's range, checked against its space.
static enum error bar_part(const struct pci_bar *bar, uint64_t offset,
                           uint32_t bytes, uint64_t *start)
{
    const uint64_t last = bar->bytes - 1;
    const uint64_t reach = bar->space == IO_PORTS
                               ? IO_SPACE_BYTES - 1
                               : (bar->wide ? UINT64_MAX : UINT32_MAX);

    if (bar->address == 0 || bar->address > reach ||
        last > reach - bar->address) {
        return ERR_INVALID;
    }
    if (offset > last || bytes - 1 > last - offset) {
        return ERR_RANGE;
    }
    *start = bar->address + offset;
    return OK;
}

enum error pci_bar_open(struct pci_address at, const struct pci_bar *bar,
                        uint64_t offset, uint32_t bytes,
                        struct io_region *region)
{
    const uint16_t decoding =
        bar->space == IO_PORTS ? PCI_COMMAND_IO : PCI_COMMAND_MEMORY;
    uint64_t start;

    assert_that(bytes > 0 && bar->bytes > 0, "an empty part of a BAR");
    enum error error = bar_part(bar, offset, bytes, &start);

    if (error != OK) {
        return error;
    }
    if (!pci_is_forwarded(
            at, (struct pci_range){bar->space, start, start + bytes - 1})) {
        return ERR_RANGE;
    }
    if (bar->space == IO_PORTS) {
        *region = (struct io_region){start, bytes, IO_PORTS};
    } else if (paging_map_device(paddr_of(start), bytes, region) != OK) {
        return ERR_RANGE;
    }
    const uint16_t command = pci_read16(at, PCI_COMMAND);

    if (!(command & decoding)) {
        pci_write16(at, PCI_COMMAND, command | decoding);
    }
    return OK;
}
