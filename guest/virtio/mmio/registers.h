// SPDX-License-Identifier: MIT
// The MMIO registers, in the specification's order: all 32 bits wide, little-
// endian, at these byte offsets. For the mmio transports only.
// VIRTIO 1.4, 4.2.2 "MMIO Device Register Layout", 4.2.4 (legacy).
#ifndef VIRTIO_MMIO_REGISTERS_H
#define VIRTIO_MMIO_REGISTERS_H

#include "virtio/device.h"

#define MMIO_MAGIC 0x74726976u // "virt"
#define MMIO_VERSION_LEGACY 1u
#define MMIO_VERSION_MODERN 2u
#define MMIO_DEVICE_ID_EMPTY 0u // a slot without a device

enum mmio_register {                  // direction as the driver sees it
    MMIO_MAGIC_VALUE = 0x000,         // R  MMIO_MAGIC
    MMIO_VERSION = 0x004,             // R  1 legacy, 2 modern
    MMIO_DEVICE_ID = 0x008,           // R  device type, 0: empty slot
    MMIO_DEVICE_FEATURES = 0x010,     // R  32 bits of the offered features ...
    MMIO_DEVICE_FEATURES_SEL = 0x014, // W  ... word 0, 1, ...
    MMIO_DRIVER_FEATURES = 0x020,     // W  32 bits of the accepted features ...
    MMIO_DRIVER_FEATURES_SEL = 0x024, // W  ... word 0, 1, ...
    MMIO_LEGACY_GUEST_PAGE_SIZE = 0x028, // W  legacy: unit of QueuePFN, bytes
    MMIO_QUEUE_SEL = 0x030,          // W  queue of the queue registers below
    MMIO_QUEUE_SIZE_MAX = 0x034,     // R  entries, 0: no such queue
    MMIO_QUEUE_SIZE = 0x038,         // W  entries that the driver uses
    MMIO_LEGACY_QUEUE_ALIGN = 0x03c, // W  legacy: of the used ring, bytes
    MMIO_LEGACY_QUEUE_PFN = 0x040, // RW legacy: page of the ring, 0: not in use
    MMIO_QUEUE_READY = 0x044,      // RW modern: 1 in use, 0 not in use
    MMIO_QUEUE_NOTIFY = 0x050,     // W  queue with new buffers
    MMIO_INTERRUPT_STATUS = 0x060, // R  bit 0 used buffer, 1 config
    MMIO_INTERRUPT_ACK = 0x064,    // W  the bits that were handled
    MMIO_STATUS = 0x070,           // RW device status, 0 resets
    MMIO_QUEUE_DESC_LOW = 0x080,   // W  modern: descriptor table
    MMIO_QUEUE_DESC_HIGH = 0x084,
    MMIO_QUEUE_DRIVER_LOW = 0x090, // W  modern: available ring
    MMIO_QUEUE_DRIVER_HIGH = 0x094,
    MMIO_QUEUE_DEVICE_LOW = 0x0a0, // W  modern: used ring
    MMIO_QUEUE_DEVICE_HIGH = 0x0a4,
    MMIO_CONFIG_GENERATION = 0x0fc, // R  modern: changes with the config
    MMIO_CONFIG = 0x100,            // RW the device type's fields
};
// Not listed, never accessed: VendorID 0x00c, QueueReset 0x0c0 (RING_RESET is
// declined), the shared memory registers 0x0ac to 0x0bc.

extern const struct virtio_transport mmio_transport_legacy;
extern const struct virtio_transport mmio_transport_modern;

static inline uint32_t mmio_read(const struct virtio_device *device,
                                 enum mmio_register at)
{
    return io_read32(device->at.common, at);
}

static inline void mmio_write(const struct virtio_device *device,
                              enum mmio_register at, uint32_t value)
{
    io_write32(device->at.common, at, value);
}

// Operations that both versions share, in mmio.c, for the two tables.
uint32_t mmio_status_read(const struct virtio_device *device);
void mmio_status_write(const struct virtio_device *device, uint32_t status);
uint32_t mmio_features_read(const struct virtio_device *device, unsigned word);
void mmio_features_write(const struct virtio_device *device, unsigned word,
                         uint32_t features);
void mmio_notify(const struct virtio_device *device, uint16_t index);
uint32_t mmio_interrupt_read(const struct virtio_device *device);
void mmio_interrupt_ack(const struct virtio_device *device, uint32_t causes);

#endif
