// SPDX-License-Identifier: MIT
// Where a virtio device's registers are. VIRTIO 1.4, 4.1.3 "PCI Device
// Layout", 4.2.2 "MMIO Device Register Layout".
#ifndef VIRTIO_WINDOWS_H
#define VIRTIO_WINDOWS_H

#include "base/io.h"

// A transport knows which of them it uses.
struct virtio_windows {
    struct io_region common; // the transport's own; MMIO: the whole slot
    struct io_region config; // the device type's configuration space (2.5)
};

#endif
