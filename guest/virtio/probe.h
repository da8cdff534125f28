// SPDX-License-Identifier: MIT
// Finding a device by its type among the machine's slots. The one place in
// virtio, beside the transports, that knows of the platform.
// VIRTIO 1.4, 4.2.1 "MMIO Device Discovery".
#ifndef VIRTIO_PROBE_H
#define VIRTIO_PROBE_H

#include "base/error.h"
#include "platform/machine.h"
#include "virtio/device.h"

// Looks at every slot in turn and takes the first device of the type (5: a
// balloon): fills *device and connects its interrupt to it. ERR_EMPTY: no slot
// has one. Otherwise the slot can't be used, and *what says why.
MUST_USE enum error virtio_probe(const struct machine *machine,
                                 uint32_t device_id,
                                 struct virtio_device *device,
                                 const char **what);

#endif
