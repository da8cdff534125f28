// SPDX-License-Identifier: MIT
// A virtio device on any transport: the status machine, features, events,
// configuration. Independent of registers (transport.h) and device types.
// VIRTIO 1.4, 2.1 "Device Status Field", 3.1 "Device Initialization". Context:
// normal, interrupts off, unless a function says otherwise.
#ifndef VIRTIO_DEVICE_H
#define VIRTIO_DEVICE_H

#include "base/error.h"
#include "base/io.h"
#include "base/types.h"
#include "virtio/status.h"

struct virtio_transport;
struct virtqueue;

// Events of an interrupt, both hints only: used buffers in any queue; a changed
// configuration, or NEEDS_RESET.
#define VIRTIO_EVENT_QUEUE 1u
#define VIRTIO_EVENT_CONFIG 2u

// Queues for which a transport keeps data: numbers below this.
#define VIRTIO_QUEUES_MAX 8u

// The regions of a device's registers; each transport uses some of them
// (4.1.3, 4.2.2).
//
//                  common           config          isr      notify
//  MMIO            the whole slot   slot + 0x100
//  PCI, legacy     BAR 0 (ports)    BAR 0 + 0x14
//                                   or, with MSI-X, + 0x18
//  PCI, modern     each at its capability's offset, in any BAR
struct virtio_regions {
    struct io_region common; // the transport's own
    struct io_region config; // the device type's configuration space (2.5)
    struct io_region isr;    // interrupt causes (4.1.4.5)
    struct io_region notify; // one or more notify places (4.1.4.4)

    // PCI only.
    uint32_t notify_multiplier;            // bytes between these places
    uint32_t notify_at[VIRTIO_QUEUES_MAX]; // of a queue, once it is attached
};

// Filled by a probe function; then written by this layer only.
struct virtio_device {
    const struct virtio_transport *transport;
    struct virtio_regions at;
    uint32_t device_id;    // 5: memory balloon
    bool on_pci;           // the two members below are valid
    uint16_t pci_function; // bus << 8 | device << 3 | function
    bool msix;             // interrupts by MSI-X messages, not by the pin
    enum virtio_state state;
    uint32_t status;   // bits set by the driver, see status.h
    uint64_t features; // accepted; valid from FEATURES_OK on
    uint64_t offered;
    uint32_t pending; // events between interrupt and take_events
};

// Steps 1 to 6 of 3.1.1, from reset to FEATURES_OK. Accepts those of
// `driver_features` (bits as in features.h) that are offered and that this
// transport allows. ERR_TIMEOUT: the reset did not end. ERR_UNSUPPORTED:
// features refused, or no usable interrupt. The device is FAILED after these.
// ERR_EMPTY: it is gone.
enum error virtio_device_begin(struct virtio_device *device,
                               uint64_t driver_features) MUST_USE;

// Step 7, for each queue: the size to use for queue `index`, at most `wanted`
// if there is a choice. ERR_EMPTY: no such queue. ERR_DEVICE: in use already.
// ERR_UNSUPPORTED: the device dictates a size that no ring can have.
enum error virtio_device_queue_size(struct virtio_device *device,
                                    uint16_t index, uint16_t wanted,
                                    uint16_t *size) MUST_USE;

// Bytes of memory that a queue of this size needs: shared with the device, and
// private.
size_t virtio_device_ring_bytes(const struct virtio_device *device,
                                uint16_t size);
size_t virtio_device_private_bytes(const struct virtio_device *device,
                                   uint16_t size);

// The memory of a queue. Both blocks belong to the queue until a reset.
struct virtio_queue_memory {
    uint16_t size;         // from virtio_device_queue_size
    struct dma_block ring; // page-aligned, not at device page 0
    void *private_memory;  // never seen by the device; 8-byte aligned
    size_t private_bytes;  // at least virtio_device_private_bytes
};

// Step 7, for each queue: creates it and writes its addresses to the device.
// ERR_RANGE: the transport can't express the ring's address, or the notify
// offset is outside its region. ERR_UNSUPPORTED: the device can't interrupt.
enum error virtio_device_add_queue(struct virtio_device *device, uint16_t index,
                                   const struct virtio_queue_memory *memory,
                                   struct virtqueue **queue) MUST_USE;

// Step 8: DRIVER_OK.
void virtio_device_ready(struct virtio_device *device);

// Notifies the device of queue `index`; does nothing in NEEDS_RESET. Asserts
// DRIVER_OK otherwise.
void virtio_device_notify(struct virtio_device *device, uint16_t index);

// Sets FAILED. Only a reset may follow.
void virtio_device_fail(struct virtio_device *device);

// Resets and waits, for a bounded number of reads, for status 0. After OK the
// device accesses no memory of this guest. ERR_TIMEOUT: it still may; it is
// FAILED then. ERR_EMPTY: it is gone, and accesses none either.
enum error virtio_device_reset(struct virtio_device *device) MUST_USE;

// Whether the device has been removed from its bus; the values of its registers
// are meaningless then.
bool virtio_device_gone(const struct virtio_device *device);

// Whether the device requests a reset (2.1.2). Always false on legacy.
bool virtio_device_needs_reset(struct virtio_device *device);

// Interrupt context, no logging: reads the causes, acknowledges the known ones
// that were read and records them for virtio_device_take_events. False: no
// cause.
bool virtio_device_interrupt(struct virtio_device *device);

// Interrupt context, no logging: records events that the interrupt itself
// identifies, as an MSI-X message does; no register is read (4.1.5.4).
void virtio_device_event(struct virtio_device *device, uint32_t events);

// Returns and clears the VIRTIO_EVENT_ bits since the last call.
uint32_t virtio_device_take_events(struct virtio_device *device);

// One 32-bit field of the configuration space, little-endian, at a byte offset
// that is a multiple of 4 (2.5). ERR_TIMEOUT: the generation changed during
// each read. ERR_RANGE: the space ends before the field.
enum error virtio_config_read32(struct virtio_device *device, uint32_t offset,
                                uint32_t *value) MUST_USE;
// One field of 64 bits, read as two halves (2.5.1). Errors as above.
enum error virtio_config_read64(struct virtio_device *device, uint32_t offset,
                                uint64_t *value) MUST_USE;
// One store, from FEATURES_OK on.
enum error virtio_config_write32(struct virtio_device *device, uint32_t offset,
                                 uint32_t value) MUST_USE;

#endif
