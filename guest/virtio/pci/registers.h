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
enum common_long {
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
enum common_short {
    COMMON_CONFIG_VECTOR = 0x10,    // RW MSI-X vector for configuration
    COMMON_QUEUE_SELECT = 0x16,     // RW queue of the queue registers
    COMMON_QUEUE_SIZE = 0x18,       // RW entries: maximum, then the driver's
    COMMON_QUEUE_VECTOR = 0x1a,     // RW MSI-X vector for this queue
    COMMON_QUEUE_ENABLE = 0x1c,     // RW 1 in use; never written 0
    COMMON_QUEUE_NOTIFY_OFF = 0x1e, // R  notify place, in multipliers
};
enum common_byte {
    COMMON_DEVICE_STATUS = 0x14,     // RW 0 resets
    COMMON_CONFIG_GENERATION = 0x15, // R  changes with the configuration
};
#define COMMON_BYTES 0x38u
// Not listed, never accessed: num_queues 0x12 (queue_size says whether a queue
// exists), and the registers of declined features from 0x38 on.

// Legacy: I/O BAR 0.
enum legacy_long {
    LEGACY_DEVICE_FEATURES = 0x00, // R  offered
    LEGACY_DRIVER_FEATURES = 0x04, // RW accepted
    LEGACY_QUEUE_ADDRESS = 0x08,   // RW page of 4096 bytes; 0: not in use
};
enum legacy_short {
    LEGACY_QUEUE_SIZE = 0x0c,    // R  entries, 0: no such queue
    LEGACY_QUEUE_SELECT = 0x0e,  // RW queue of the queue registers
    LEGACY_QUEUE_NOTIFY = 0x10,  // RW queue with new buffers
    LEGACY_CONFIG_VECTOR = 0x14, // RW while MSI-X is on
    LEGACY_QUEUE_VECTOR = 0x16,  // RW while MSI-X is on
};
enum legacy_byte {
    LEGACY_DEVICE_STATUS = 0x12, // RW 0 resets
    LEGACY_ISR_STATUS = 0x13,    // R  as the modern one
};
#define LEGACY_CONFIG 0x14u // the device type's fields, while MSI-X is off
#define LEGACY_CONFIG_MSIX 0x18u

#define VECTOR_CONFIG 0u // for the configuration
#define VECTOR_QUEUES 1u // for all queues

extern const struct virtio_transport pci_transport_modern;
extern const struct virtio_transport pci_transport_legacy;

static inline struct pci_address pci_of(const struct virtio_device *device)
{
    return (struct pci_address){
        .bus = (uint8_t)(device->at.function >> 8),
        .device = (uint8_t)(device->at.function >> 3 & 31),
        .function = (uint8_t)(device->at.function & 7),
    };
}

// pci/capabilities.c: the modern register regions. ERR_EMPTY: no virtio
// capability, so perhaps a legacy device. Otherwise as virtio_pci_probe.
enum error pci_modern_find(struct pci_address at,
                           struct virtio_regions *regions) MUST_USE;

// pci/legacy.c: the legacy register regions, errors as virtio_pci_probe.
enum error pci_legacy_find(struct pci_address at,
                           struct virtio_regions *regions) MUST_USE;
// Updates the configuration's place after a change of `messages`.
void pci_legacy_place_config(struct virtio_regions *regions);

// pci/interrupts.c, for the transports. Before the first queue: enables bus
// mastering, so that the device can access memory.
void pci_enable_master(const struct virtio_device *device);
bool pci_is_gone(const struct virtio_device *device);
// While messages are on, writes a vector to the register at that offset of
// `common`; a reset clears it. If it does not read back the device has no
// resources for it, and is moved to the pin. ERR_UNSUPPORTED: there is no pin.
// Otherwise as virtio_pci_connect.
enum error pci_give_vector(struct virtio_device *device, uint32_t at,
                           uint16_t vector) MUST_USE;
// Does nothing: the read of the ISR byte has acknowledged the interrupt
// already.
void pci_interrupt_ack(const struct virtio_device *device, uint32_t causes);

#endif
