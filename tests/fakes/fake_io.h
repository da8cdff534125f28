// SPDX-License-Identifier: MIT
// The fake behind base/io.h: passes a region's accesses to the fake that
// claimed its handles. Knows no device.
#ifndef FAKES_FAKE_IO_H
#define FAKES_FAKE_IO_H

#include <stdbool.h>
#include <stdint.h>

#include "base/io.h"

// A range of one address space and the fake that answers there. Offsets count
// from `first`; the width is 1, 2 or 4 bytes.
struct fake_io_region {
    enum io_space space;
    uintptr_t first;
    uint32_t bytes;
    void *device;
    uint32_t (*read)(void *device, uint32_t offset, unsigned width);
    void (*write)(void *device, uint32_t offset, unsigned width,
                  uint32_t value);
};

// An access that is unclaimed, crosses a region's end or is not aligned to its
// width is a violation, and reads all ones.
void fake_io_claim(const struct fake_io_region *claimed);
// Removes all regions of the device.
void fake_io_disclaim(const void *device);

#endif
