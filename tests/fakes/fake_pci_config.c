// SPDX-License-Identifier: MIT
// Functions by address, one list.
#include "fakes/fake_pci_config.h"

#include <stdlib.h>

#include "arch/x86_64/paging.h"
#include "fakes/fake_report.h"

#define ENTRIES 256u

static struct fake_pci_entry entries[ENTRIES];
static unsigned entry_count;
static unsigned accesses;
static uint64_t mappable = UINT64_MAX;

void fake_paging_limit(uint64_t last)
{
    mappable = last;
}

void fake_pci_claim(const struct fake_pci_entry *entry)
{
    if (entry_count == ENTRIES) {
        abort();
    }
    entries[entry_count++] = *entry;
}

void fake_pci_disclaim(const void *function)
{
    unsigned kept = 0;

    for (unsigned i = 0; i < entry_count; i++) {
        if (function != NULL && entries[i].function != function) {
            entries[kept++] = entries[i];
        }
    }
    entry_count = kept;
    if (function == NULL) {
        accesses = 0;
    }
}

unsigned fake_pci_accesses(void)
{
    return accesses;
}

// NULL: no function there, or an invalid access.
static const struct fake_pci_entry *find(struct pci_address at, uint32_t offset,
                                         unsigned width)
{
    accesses++;
    if (offset % width != 0 || offset + width > PCI_CONFIG_BYTES ||
        at.device > 31 || at.function > 7) {
        fake_violation("pci: %u-bit access to 0x%x of %02x:%02x.%x", width * 8,
                       offset, at.bus, at.device, at.function);
        return NULL;
    }
    for (unsigned i = 0; i < entry_count; i++) {
        if (entries[i].at.bus == at.bus && entries[i].at.device == at.device &&
            entries[i].at.function == at.function) {
            return &entries[i];
        }
    }
    return NULL;
}

static uint32_t fake_read(struct pci_address at, uint32_t offset,
                          unsigned width)
{
    const struct fake_pci_entry *entry = find(at, offset, width);

    return entry ? entry->read(entry->function, offset, width) : UINT32_MAX;
}

static void fake_write(struct pci_address at, uint32_t offset, unsigned width,
                       uint32_t value)
{
    const struct fake_pci_entry *entry = find(at, offset, width);

    if (entry) {
        entry->write(entry->function, offset, width, value);
    }
}

uint8_t pci_read8(struct pci_address at, uint32_t offset)
{
    return (uint8_t)fake_read(at, offset, 1);
}

uint16_t pci_read16(struct pci_address at, uint32_t offset)
{
    return (uint16_t)fake_read(at, offset, 2);
}

uint32_t pci_read32(struct pci_address at, uint32_t offset)
{
    return fake_read(at, offset, 4);
}

void pci_write8(struct pci_address at, uint32_t offset, uint8_t value)
{
    fake_write(at, offset, 1, value);
}

void pci_write16(struct pci_address at, uint32_t offset, uint16_t value)
{
    fake_write(at, offset, 2, value);
}

void pci_write32(struct pci_address at, uint32_t offset, uint32_t value)
{
    fake_write(at, offset, 4, value);
}

enum error paging_map_device(paddr address, uint32_t bytes,
                             struct io_region *region)
{
    *region = (struct io_region){address.value, bytes, IO_MEMORY};
    return address.value <= mappable ? OK : ERR_RANGE;
}
