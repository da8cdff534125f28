// SPDX-License-Identifier: MIT
// Access to device registers: one aligned load or store through an uncached
// mapping, or one IN or OUT.
#include "base/io.h"

#include "arch/x86_64/cpu.h"
#include "base/panic.h"

// The register's virtual address or port.
static uintptr_t reg(struct io_region region, uint32_t offset, uint32_t width)
{
    assert_that(offset % width == 0 && region.bytes >= width &&
                    offset <= region.bytes - width,
                "register outside its region");
    return region.handle + offset;
}

uint8_t io_read8(struct io_region region, uint32_t offset)
{
    const uintptr_t at = reg(region, offset, 1);

    return region.space == IO_PORTS ? inb((uint16_t)at)
                                    : *(volatile uint8_t *)at;
}

uint16_t io_read16(struct io_region region, uint32_t offset)
{
    const uintptr_t at = reg(region, offset, 2);

    return region.space == IO_PORTS ? inw((uint16_t)at)
                                    : *(volatile uint16_t *)at;
}

uint32_t io_read32(struct io_region region, uint32_t offset)
{
    const uintptr_t at = reg(region, offset, 4);

    return region.space == IO_PORTS ? inl((uint16_t)at)
                                    : *(volatile uint32_t *)at;
}

void io_write8(struct io_region region, uint32_t offset, uint8_t value)
{
    const uintptr_t at = reg(region, offset, 1);

    if (region.space == IO_PORTS) {
        outb((uint16_t)at, value);
    } else {
        *(volatile uint8_t *)at = value;
    }
}

void io_write16(struct io_region region, uint32_t offset, uint16_t value)
{
    const uintptr_t at = reg(region, offset, 2);

    if (region.space == IO_PORTS) {
        outw((uint16_t)at, value);
    } else {
        *(volatile uint16_t *)at = value;
    }
}

void io_write32(struct io_region region, uint32_t offset, uint32_t value)
{
    const uintptr_t at = reg(region, offset, 4);

    if (region.space == IO_PORTS) {
        outl((uint16_t)at, value);
    } else {
        *(volatile uint32_t *)at = value;
    }
}
