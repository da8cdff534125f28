// SPDX-License-Identifier: MIT
// Virtio over MMIO, both register layouts: version 1 (legacy, QEMU's default)
// and version 2. Only finds a device; device.h drives it. VIRTIO 1.4, 4.2
// "Virtio Over MMIO".
#ifndef VIRTIO_MMIO_MMIO_H
#define VIRTIO_MMIO_MMIO_H

#include "base/error.h"
#include "base/io.h"
#include "virtio/device.h"

// Probes one slot and, on OK, fills the device (state FOUND, no register
// written yet). ERR_EMPTY: a placeholder; no register past DeviceID was read
// and nothing was logged. ERR_UNSUPPORTED: not virtio, or an unknown version;
// logged. ERR_INVALID: the region is smaller than the registers.
enum error virtio_mmio_probe(struct virtio_device *device,
                             struct io_region region) MUST_USE;

#endif
