// SPDX-License-Identifier: MIT
// Between the files of the fake device: queue and status registers.
#ifndef FAKES_FAKE_MMIO_H
#define FAKES_FAKE_MMIO_H

#include "fakes/fake_device.h"

// The whole slot, as fake_io.h wants it.
uint32_t fake_mmio_read(void *context, uint32_t offset, unsigned width);
void fake_mmio_write(void *context, uint32_t offset, unsigned width,
                     uint32_t value);

uint32_t fake_mmio_queue_read(struct fake_device *device, uint32_t offset);
void fake_mmio_queue_write(struct fake_device *device, uint32_t offset,
                           uint32_t value);
void fake_mmio_status_write(struct fake_device *device, uint32_t value);

#endif
