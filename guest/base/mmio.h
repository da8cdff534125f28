// SPDX-License-Identifier: MIT
// Device registers in memory. Declared here, done by arch (and by a fake
// device when the callers are tested on the host).
#ifndef BASE_MMIO_H
#define BASE_MMIO_H

#include "base/types.h"

// A window of device registers. The handle is opaque to everybody but the
// implementation: in the guest it is the mapped virtual address.
struct mmio_region {
    uintptr_t handle;
    uint32_t bytes;
};

// One aligned 32-bit access, the only kind virtio-mmio's control registers
// take (VIRTIO 1.4, 4.2.2.2). Assert on an offset outside the region.
uint32_t mmio_read32(struct mmio_region region, uint32_t offset);
void mmio_write32(struct mmio_region region, uint32_t offset, uint32_t value);

#endif
