// SPDX-License-Identifier: MIT
// The version 2 MMIO transport. Queues end with a device reset only: QEMU still
// serves a queue whose QueueReady was cleared. VIRTIO 1.4, 4.2.2, 4.2.3.2
// "Virtqueue Configuration".
#include "virtio/mmio/registers.h"
#include "virtio/transport.h"

static enum error mmio_modern_queues_begin(struct virtio_device *device)
{
    (void)device;
    return OK;
}

static enum error mmio_modern_queue_max(const struct virtio_device *device,
                                        uint16_t index, uint32_t *max)
{
    mmio_write(device, MMIO_QUEUE_SEL, index);
    if (mmio_read(device, MMIO_QUEUE_READY) != 0) {
        return ERR_DEVICE;
    }
    *max = mmio_read(device, MMIO_QUEUE_SIZE_MAX);
    return *max == 0 ? ERR_EMPTY : OK;
}

static enum error mmio_modern_queue_attach(struct virtio_device *device,
                                           uint16_t index, uint16_t size,
                                           const struct queue_addresses *at)
{
    mmio_write(device, MMIO_QUEUE_SEL, index);
    mmio_write(device, MMIO_QUEUE_SIZE, size);
    modern_write_address(device, MMIO_QUEUE_DESC_LOW, at->descriptors);
    modern_write_address(device, MMIO_QUEUE_DRIVER_LOW, at->driver);
    modern_write_address(device, MMIO_QUEUE_DEVICE_LOW, at->device);
    mmio_write(device, MMIO_QUEUE_READY, 1);
    return OK;
}

static uint32_t
mmio_modern_config_generation(const struct virtio_device *device)
{
    return mmio_read(device, MMIO_CONFIG_GENERATION);
}

const struct virtio_transport mmio_transport_modern = {
    .name = "mmio",
    .legacy = false,
    .feature_words = 2,
    .used_align = 4,
    .status_read = mmio_status_read,
    .status_write = mmio_status_write,
    .features_read = mmio_features_read,
    .features_write = mmio_features_write,
    .queues_begin = mmio_modern_queues_begin,
    .queue_max = mmio_modern_queue_max,
    .queue_attach = mmio_modern_queue_attach,
    .notify = mmio_notify,
    .interrupt_read = mmio_interrupt_read,
    .interrupt_ack = mmio_interrupt_ack,
    .config_generation = mmio_modern_config_generation,
};
