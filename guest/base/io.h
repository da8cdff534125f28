// SPDX-License-Identifier: MIT
// Access to device registers, in memory or I/O ports. Declared here,
// implemented by arch (in unit tests by a fake device).
#ifndef BASE_IO_H
#define BASE_IO_H

#include "base/types.h"

enum io_space {
    IO_MEMORY = 0,
    IO_PORTS,
};

// A region of device registers. The handle is for the implementation only: in
// the guest it is the mapped virtual address, or the first port.
struct io_region {
    uintptr_t handle;
    uint32_t bytes; // 0: there is no such region
    enum io_space space;
};

// One aligned access of the given width, as a single load or store: a register
// is read and written in its own width (VIRTIO 1.4, 4.1.3.1, 4.2.2.2). Asserts
// that it lies inside the region.
uint8_t io_read8(struct io_region region, uint32_t offset);
uint16_t io_read16(struct io_region region, uint32_t offset);
uint32_t io_read32(struct io_region region, uint32_t offset);
void io_write8(struct io_region region, uint32_t offset, uint8_t value);
void io_write16(struct io_region region, uint32_t offset, uint16_t value);
void io_write32(struct io_region region, uint32_t offset, uint32_t value);

// The rest of a region from `offset` on; empty if `offset` is beyond its end.
static inline struct io_region io_behind(struct io_region region,
                                         uint32_t offset)
{
    const uint32_t gone = offset < region.bytes ? offset : region.bytes;

    return (struct io_region){region.handle + gone, region.bytes - gone,
                              region.space};
}

#endif
