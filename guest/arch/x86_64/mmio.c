// SPDX-License-Identifier: MIT
// Device registers: one aligned 32-bit load or store each, through a mapping
// that paging made uncached.
#include "base/mmio.h"

#include "base/panic.h"

static volatile uint32_t *reg(struct mmio_region region, uint32_t offset)
{
    assert_that(offset % 4 == 0 && offset < region.bytes,
                "register outside its region");
    return (volatile uint32_t *)(region.handle + offset);
}

uint32_t mmio_read32(struct mmio_region region, uint32_t offset)
{
    return *reg(region, offset);
}

void mmio_write32(struct mmio_region region, uint32_t offset, uint32_t value)
{
    *reg(region, offset) = value;
}
