// SPDX-License-Identifier: MIT
// What stands behind base/io.h in a test: a window's accesses go to the fake
// that claimed its handles. Knows no device.
#ifndef FAKES_FAKE_IO_H
#define FAKES_FAKE_IO_H

#include <stdbool.h>
#include <stdint.h>

#include "base/io.h"

// A stretch of one space and who answers there. Offsets count from `first`;
// the width is 1, 2 or 4 bytes.
struct fake_io_window {
    enum io_space space;
    uintptr_t first;
    uint32_t bytes;
    void *device;
    uint32_t (*read)(void *device, uint32_t offset, unsigned width);
    void (*write)(void *device, uint32_t offset, unsigned width,
                  uint32_t value);
};

// An access that nobody claimed, that crosses a window's end, or that does not
// lie on a multiple of its width is a violation, and reads all ones.
void fake_io_claim(const struct fake_io_window *window);
// Forgets all windows of the device.
void fake_io_disclaim(const void *device);

#endif
