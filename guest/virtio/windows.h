// SPDX-License-Identifier: MIT
// The regions of a virtio device's registers. VIRTIO 1.4, 4.1.3 "PCI Device
// Layout", 4.2.2 "MMIO Device Register Layout".
#ifndef VIRTIO_WINDOWS_H
#define VIRTIO_WINDOWS_H

#include "base/io.h"

// Queues for which a transport keeps data: numbers below this.
#define VIRTIO_QUEUES_MAX 8u

// Each transport uses some of them.
//
//                  common           config          isr      notify
//  MMIO            the whole slot   slot + 0x100
//  PCI, legacy     BAR 0 (ports)    BAR 0 + 0x14
//                                   or, with MSI-X, + 0x18
//  PCI, modern     each at its capability's offset, in any BAR
struct virtio_windows {
    struct io_region common; // the transport's own
    struct io_region config; // the device type's configuration space (2.5)
    struct io_region isr;    // interrupt causes (4.1.4.5)
    struct io_region notify; // one or more notify places (4.1.4.4)

    // PCI only.
    uint32_t notify_multiplier;            // bytes between these places
    uint32_t notify_at[VIRTIO_QUEUES_MAX]; // of a queue, once it is attached
    uint16_t function;                     // bus << 8 | device << 3 | function
    bool messages;                         // MSI-X messages in use, not the pin
};

#endif
