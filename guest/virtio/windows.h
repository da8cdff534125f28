// SPDX-License-Identifier: MIT
// Where a virtio device's registers are. VIRTIO 1.4, 4.1.3 "PCI Device
// Layout", 4.2.2 "MMIO Device Register Layout".
#ifndef VIRTIO_WINDOWS_H
#define VIRTIO_WINDOWS_H

#include "base/io.h"

// Queues that a transport keeps anything about: numbers 0 to this.
#define VIRTIO_QUEUES_MAX 8u

// A transport knows which of them it uses.
//
//                  common           config          isr      notify
//  MMIO            the whole slot   slot + 0x100
//  PCI, legacy     BAR 0 (ports)    BAR 0 + 0x14
//                                   or, with MSI-X, + 0x18
//  PCI, modern     each wherever its capability says, in any BAR
struct virtio_windows {
    struct io_region common; // the transport's own
    struct io_region config; // the device type's configuration space (2.5)
    struct io_region isr;    // why it interrupts (4.1.4.5)
    struct io_region notify; // one place or several for kicks (4.1.4.4)

    // PCI alone.
    uint32_t notify_multiplier;            // bytes between these places
    uint32_t notify_at[VIRTIO_QUEUES_MAX]; // a queue's, once it is attached
    uint16_t function;                     // bus << 8 | device << 3 | function
    bool messages; // interrupts come as MSI-X messages, not by the pin
};

#endif
