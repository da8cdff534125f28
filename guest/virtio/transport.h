// SPDX-License-Identifier: MIT
// What a transport must be able to do for device.c: one const table for each.
// Above it nobody asks which one it is; where interfaces differ in kind, the
// table says so as data. VIRTIO 1.4, 4 "Virtio Transport Options".
#ifndef VIRTIO_TRANSPORT_H
#define VIRTIO_TRANSPORT_H

#include "base/error.h"
#include "base/types.h"
#include "virtio/device.h"

// Where the parts of a ring are, as the device sees them.
struct queue_addresses {
    paddr descriptors; // Descriptor Area
    paddr driver;      // Driver Area: available ring, driver events
    paddr device;      // Device Area: used ring, device events
};

struct virtio_transport {
    const char *name; // for the log

    // The rules of the "Legacy Interface" sections hold: no FEATURES_OK, no
    // NEEDS_RESET, no feature bit above 31, used lengths not to be relied on.
    bool legacy;
    unsigned feature_words; // of 32 bits, that can be read and written
    uint32_t used_align;    // of the used ring behind the available ring
    bool queue_size_fixed;  // a queue has the device's size and no other

    uint32_t (*status_read)(const struct virtio_device *device);
    void (*status_write)(const struct virtio_device *device, uint32_t status);
    uint32_t (*features_read)(const struct virtio_device *device,
                              unsigned word);
    void (*features_write)(const struct virtio_device *device, unsigned word,
                           uint32_t features);
    // Whatever must be told once before the first queue. An error: there is no
    // way to be interrupted.
    enum error (*queues_begin)(struct virtio_device *device);
    // The device's maximum for a queue at rest. ERR_EMPTY: no such queue.
    // ERR_DEVICE: it is not at rest.
    enum error (*queue_max)(const struct virtio_device *device, uint16_t index,
                            uint32_t *max);
    // Hands a queue over. ERR_RANGE: can't point at that memory, or the device
    // wants its kicks where nothing is. Otherwise as queues_begin.
    enum error (*queue_attach)(struct virtio_device *device, uint16_t index,
                               uint16_t size, const struct queue_addresses *at);
    void (*notify)(const struct virtio_device *device, uint16_t index);
    // Interrupt context. The causes as VIRTIO_EVENT_ bits, perhaps others.
    uint32_t (*interrupt_read)(const struct virtio_device *device);
    void (*interrupt_ack)(const struct virtio_device *device, uint32_t causes);

    // Changes whenever the configuration does; a constant where there is none.
    uint32_t (*config_generation)(const struct virtio_device *device);

    // Whether the device has been taken away from its bus: its registers read
    // all ones then. NULL: that can't happen here.
    bool (*is_gone)(const struct virtio_device *device);
};

#endif
