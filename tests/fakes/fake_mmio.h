// SPDX-License-Identifier: MIT
// The fake device in an MMIO slot, as fake_io.h requires it.
#ifndef FAKES_FAKE_MMIO_H
#define FAKES_FAKE_MMIO_H

#include <stdint.h>

uint32_t fake_mmio_read(void *device, uint32_t offset, unsigned width);
void fake_mmio_write(void *device, uint32_t offset, unsigned width,
                     uint32_t value);

#endif
