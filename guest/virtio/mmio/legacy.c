// SPDX-License-Identifier: MIT
// The version 1 MMIO transport. A queue is one block of pages, given as a page
// number. A single queue can't be stopped (QueuePFN = 0 resets QEMU's whole
// device), so queues end with a device reset only. VIRTIO 1.4, 4.2.4 "Legacy
// interface".
#include "virtio/mmio/registers.h"
#include "virtio/transport.h"

// Written at each start: a system reset clears it, and the device then takes
// page numbers for byte addresses without an error.
static enum error mmio_legacy_queues_begin(struct virtio_device *device)
{
    mmio_write(device, MMIO_LEGACY_GUEST_PAGE_SIZE, PAGE_SIZE);
    return OK;
}

static enum error mmio_legacy_queue_max(const struct virtio_device *device,
                                        uint16_t index, uint32_t *max)
{
    mmio_write(device, MMIO_QUEUE_SEL, index);
    // QueueSizeMax may be read only while QueuePFN is 0.
    if (mmio_read(device, MMIO_LEGACY_QUEUE_PFN) != 0) {
        return ERR_DEVICE;
    }
    *max = mmio_read(device, MMIO_QUEUE_SIZE_MAX);
    return *max == 0 ? ERR_EMPTY : OK;
}

static enum error mmio_legacy_queue_attach(struct virtio_device *device,
                                           uint16_t index, uint16_t size,
                                           const struct queue_addresses *at)
{
    uint32_t page;
    const enum error error = legacy_page_number(at->descriptors, &page);

    if (error != OK) {
        return error;
    }
    mmio_write(device, MMIO_QUEUE_SEL, index);
    mmio_write(device, MMIO_QUEUE_SIZE, size);
    mmio_write(device, MMIO_LEGACY_QUEUE_ALIGN, PAGE_SIZE);
    mmio_write(device, MMIO_LEGACY_QUEUE_PFN, page);
    return OK;
}

const struct virtio_transport mmio_transport_legacy = {
    .name = "mmio-legacy",
    .legacy = true,
    .feature_words = 1,
    .used_align = PAGE_SIZE,
    .status_read = mmio_status_read,
    .status_write = mmio_status_write,
    .features_read = mmio_features_read,
    .features_write = mmio_features_write,
    .queues_begin = mmio_legacy_queues_begin,
    .queue_max = mmio_legacy_queue_max,
    .queue_attach = mmio_legacy_queue_attach,
    .notify = mmio_notify,
    .interrupt_read = mmio_interrupt_read,
    .interrupt_ack = mmio_interrupt_ack,
    .config_generation = legacy_config_generation,
};
