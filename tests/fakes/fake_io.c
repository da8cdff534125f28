// SPDX-License-Identifier: MIT
// Register regions by address, one list for both spaces.
#include "fakes/fake_io.h"

#include <stdlib.h>

#include "fakes/fake_report.h"

#define REGIONS 16u

static struct fake_io_region regions[REGIONS];
static unsigned region_count;

void fake_io_claim(const struct fake_io_region *claimed)
{
    if (region_count == REGIONS) {
        abort();
    }
    regions[region_count++] = *claimed;
}

void fake_io_disclaim(const void *device)
{
    unsigned kept = 0;

    for (unsigned i = 0; i < region_count; i++) {
        if (regions[i].device != device) {
            regions[kept++] = regions[i];
        }
    }
    region_count = kept;
}

static const struct fake_io_region *
find(struct io_region region, uint32_t offset, unsigned width, char direction)
{
    const uintptr_t at = region.handle + offset;

    if (offset % width == 0 && region.bytes >= width &&
        offset <= region.bytes - width) {
        for (unsigned i = 0; i < region_count; i++) {
            if (regions[i].space == region.space && at >= regions[i].first &&
                at - regions[i].first + width <= regions[i].bytes) {
                return &regions[i];
            }
        }
    }
    fake_violation("io: %c%u at 0x%lx, which is unclaimed", direction,
                   width * 8, (unsigned long)at);
    return NULL;
}

static uint32_t fake_read(struct io_region region, uint32_t offset,
                          unsigned width)
{
    const struct fake_io_region *claimed = find(region, offset, width, 'R');

    return claimed
               ? claimed->read(
                     claimed->device,
                     (uint32_t)(region.handle + offset - claimed->first), width)
               : UINT32_MAX;
}

static void fake_write(struct io_region region, uint32_t offset, unsigned width,
                       uint32_t value)
{
    const struct fake_io_region *claimed = find(region, offset, width, 'W');

    if (claimed) {
        claimed->write(claimed->device,
                       (uint32_t)(region.handle + offset - claimed->first),
                       width, value);
    }
}

uint8_t io_read8(struct io_region region, uint32_t offset)
{
    return (uint8_t)fake_read(region, offset, 1);
}

uint16_t io_read16(struct io_region region, uint32_t offset)
{
    return (uint16_t)fake_read(region, offset, 2);
}

uint32_t io_read32(struct io_region region, uint32_t offset)
{
    return fake_read(region, offset, 4);
}

void io_write8(struct io_region region, uint32_t offset, uint8_t value)
{
    fake_write(region, offset, 1, value);
}

void io_write16(struct io_region region, uint32_t offset, uint16_t value)
{
    fake_write(region, offset, 2, value);
}

void io_write32(struct io_region region, uint32_t offset, uint32_t value)
{
    fake_write(region, offset, 4, value);
}
