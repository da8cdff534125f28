// SPDX-License-Identifier: MIT
// Operations of a transport for device.c: one const table each. Code above it
// does not depend on the transport; where interfaces differ in kind, a data
// member of the table says so. VIRTIO 1.4, 4 "Virtio Transport Options".
#ifndef VIRTIO_TRANSPORT_H
#define VIRTIO_TRANSPORT_H

#include "base/error.h"
#include "base/types.h"
#include "virtio/device.h"
#include "virtio/queue/queue.h"

struct virtio_transport {
    const char *name; // for the log

    // The rules of the "Legacy Interface" sections apply: no FEATURES_OK, no
    // NEEDS_RESET, no feature bit above 31, used lengths not reliable.
    bool legacy;
    unsigned feature_words; // of 32 bits, readable and writable
    uint32_t used_align;    // of a split ring's used ring
    bool queue_size_fixed;  // the device dictates the size of a queue

    uint32_t (*status_read)(const struct virtio_device *device);
    void (*status_write)(const struct virtio_device *device, uint32_t status);
    uint32_t (*features_read)(const struct virtio_device *device,
                              unsigned word);
    void (*features_write)(const struct virtio_device *device, unsigned word,
                           uint32_t features);
    // Settings before the first queue. An error: no interrupt can be connected.
    enum error (*queues_begin)(struct virtio_device *device);
    // The device's maximum for a queue that is not in use. ERR_EMPTY: no such
    // queue. ERR_DEVICE: it is in use.
    enum error (*queue_max)(const struct virtio_device *device, uint16_t index,
                            uint32_t *max);
    // Writes a queue's addresses to the device and enables it. ERR_RANGE: the
    // ring's address can't be expressed, or the notify offset is outside its
    // region. Otherwise as queues_begin.
    enum error (*queue_attach)(struct virtio_device *device, uint16_t index,
                               uint16_t size, const struct queue_addresses *at);
    void (*notify)(const struct virtio_device *device, uint16_t index);
    // Interrupt context. The causes as VIRTIO_EVENT_ bits, perhaps with others.
    uint32_t (*interrupt_read)(const struct virtio_device *device);
    void (*interrupt_ack)(const struct virtio_device *device, uint32_t causes);

    // Changes whenever the configuration does; constant where there is no such
    // register.
    uint32_t (*config_generation)(const struct virtio_device *device);

    // Whether the device has been removed from its bus: its registers read all
    // ones then. NULL: impossible on this transport.
    bool (*is_gone)(const struct virtio_device *device);

    // Locates the configuration space again, after `msix` has changed.
    // NULL: it does not move.
    void (*locate_config)(struct virtio_device *device);
};

// A legacy interface takes a ring as the number of its page, 32 bits.
// ERR_RANGE: not the start of a page, page 0, or beyond 32 bits.
static inline enum error legacy_page_number(paddr ring, uint32_t *page)
{
    const uint64_t number = ring.value / PAGE_SIZE;

    if (ring.value % PAGE_SIZE != 0 || number == 0 || number > UINT32_MAX) {
        return ERR_RANGE;
    }
    *page = (uint32_t)number;
    return OK;
}

// The configuration's generation on a legacy interface, which has no such
// register. A constant makes every read count as consistent, as a single 32-bit
// field is.
static inline uint32_t
legacy_config_generation(const struct virtio_device *device)
{
    (void)device;
    return 0;
}

// A modern interface takes an address in two registers of `common`, 32 bits
// each, the low half first.
static inline void modern_write_address(const struct virtio_device *device,
                                        uint32_t low, paddr address)
{
    io_write32(device->at.common, low, (uint32_t)address.value);
    io_write32(device->at.common, low + 4, (uint32_t)(address.value >> 32));
}

#endif
