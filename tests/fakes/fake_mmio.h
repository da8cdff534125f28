// SPDX-License-Identifier: MIT
// Between the files of the fake device: queue and status registers.
#ifndef FAKES_FAKE_MMIO_H
#define FAKES_FAKE_MMIO_H

#include "fakes/fake_device.h"

uint32_t fake_mmio_queue_read(struct fake_device *device, uint32_t offset);
void fake_mmio_queue_write(struct fake_device *device, uint32_t offset,
                           uint32_t value);
void fake_mmio_status_write(struct fake_device *device, uint32_t value);

#endif
