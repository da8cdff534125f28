// SPDX-License-Identifier: MIT
// The registers of both PCI interfaces, in the specification's order for each
// width, all little-endian, at these byte offsets. For the PCI transports only.
// VIRTIO 1.4, 4.1.4.3 "Common configuration structure layout", 4.1.4.10
// (legacy).
#ifndef VIRTIO_PCI_REGISTERS_H
#define VIRTIO_PCI_REGISTERS_H

#include "platform/pci/pci.h"
#include "virtio/device.h"

// Modern; direction as the driver sees it. 64-bit fields are two registers.
enum common_register32 {
    COMMON_DEVICE_FEATURE_SELECT = 0x00, // RW which 32 bits ...
    COMMON_DEVICE_FEATURE = 0x04,        // R  ... of the offered features
    COMMON_DRIVER_FEATURE_SELECT = 0x08, // RW which 32 bits ...
    COMMON_DRIVER_FEATURE = 0x0c,        // RW ... of the accepted features
    COMMON_QUEUE_DESC_LOW = 0x20,        // RW descriptor area
    COMMON_QUEUE_DESC_HIGH = 0x24,
    COMMON_QUEUE_DRIVER_LOW = 0x28, // RW driver area
    COMMON_QUEUE_DRIVER_HIGH = 0x2c,
    COMMON_QUEUE_DEVICE_LOW = 0x30, // RW device area
    COMMON_QUEUE_DEVICE_HIGH = 0x34,
};
enum common_register16 {
    COMMON_CONFIG_VECTOR = 0x10,    // RW MSI-X vector for configuration
    COMMON_QUEUE_SELECT = 0x16,     // RW queue of the queue registers
    COMMON_QUEUE_SIZE = 0x18,       // RW entries: maximum, then the driver's
    COMMON_QUEUE_VECTOR = 0x1a,     // RW MSI-X vector for this queue
    COMMON_QUEUE_ENABLE = 0x1c,     // RW 1 in use; never written 0
    COMMON_QUEUE_NOTIFY_OFF = 0x1e, // R  notify place, in multipliers
};
enum common_register8 {
    COMMON_DEVICE_STATUS = 0x14,     // RW 0 resets
    COMMON_CONFIG_GENERATION = 0x15, // R  changes with the configuration
};
#define COMMON_BYTES 0x38u
// Not listed, never accessed: num_queues 0x12 (queue_size says whether a queue
// exists), and the registers of declined features from 0x38 on.

// Legacy: I/O BAR 0.
enum legacy_register32 {
    LEGACY_DEVICE_FEATURES = 0x00, // R  offered
    LEGACY_DRIVER_FEATURES = 0x04, // RW accepted
    LEGACY_QUEUE_ADDRESS = 0x08,   // RW page of 4096 bytes; 0: not in use
};
enum legacy_register16 {
    LEGACY_QUEUE_SIZE = 0x0c,    // R  entries, 0: no such queue
    LEGACY_QUEUE_SELECT = 0x0e,  // RW queue of the queue registers
    LEGACY_QUEUE_NOTIFY = 0x10,  // RW queue with new buffers
    LEGACY_CONFIG_VECTOR = 0x14, // RW while MSI-X is on
    LEGACY_QUEUE_VECTOR = 0x16,  // RW while MSI-X is on
};
enum legacy_register8 {
    LEGACY_DEVICE_STATUS = 0x12, // RW 0 resets
    LEGACY_ISR_STATUS = 0x13,    // R  as the modern one
};
#define LEGACY_CONFIG 0x14u // the device type's fields, while MSI-X is off
#define LEGACY_CONFIG_MSIX 0x18u

#endif
