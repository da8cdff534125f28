// SPDX-License-Identifier: MIT
// The modern PCI transport: each register is accessed in its own width. Queues
// end with a device reset only: queue_enable is never written 0 (4.1.4.3.2).
// VIRTIO 1.4, 4.1.4 "Virtio Structure PCI Capabilities", 4.1.5.
#include "virtio/pci/internal.h"
#include "virtio/pci/registers.h"

#include "base/log.h"
#include "virtio/transport.h"

static uint32_t common_read32(const struct virtio_device *device,
                              enum common_register32 at)
{
    return io_read32(device->at.common, at);
}

static void common_write32(const struct virtio_device *device,
                           enum common_register32 at, uint32_t value)
{
    io_write32(device->at.common, at, value);
}

static uint16_t common_read16(const struct virtio_device *device,
                              enum common_register16 at)
{
    return io_read16(device->at.common, at);
}

static void common_write16(const struct virtio_device *device,
                           enum common_register16 at, uint16_t value)
{
    io_write16(device->at.common, at, value);
}

static uint8_t common_read8(const struct virtio_device *device,
                            enum common_register8 at)
{
    return io_read8(device->at.common, at);
}

static uint32_t pci_modern_status_read(const struct virtio_device *device)
{
    return common_read8(device, COMMON_DEVICE_STATUS);
}

static void pci_modern_status_write(const struct virtio_device *device,
                                    uint32_t status)
{
    io_write8(device->at.common, COMMON_DEVICE_STATUS, (uint8_t)status);
}

static uint32_t pci_modern_features_read(const struct virtio_device *device,
                                         unsigned word)
{
    common_write32(device, COMMON_DEVICE_FEATURE_SELECT, word);
    return common_read32(device, COMMON_DEVICE_FEATURE);
}

static void pci_modern_features_write(const struct virtio_device *device,
                                      unsigned word, uint32_t features)
{
    common_write32(device, COMMON_DRIVER_FEATURE_SELECT, word);
    common_write32(device, COMMON_DRIVER_FEATURE, features);
}

static enum error pci_modern_queues_begin(struct virtio_device *device)
{
    pci_enable_master(device);
    return pci_set_vector(device, COMMON_CONFIG_VECTOR, VECTOR_CONFIG);
}

static enum error pci_modern_queue_max(const struct virtio_device *device,
                                       uint16_t index, uint32_t *max)
{
    common_write16(device, COMMON_QUEUE_SELECT, index);
    if (common_read16(device, COMMON_QUEUE_ENABLE) != 0) {
        return ERR_DEVICE;
    }
    *max = common_read16(device, COMMON_QUEUE_SIZE);
    return *max == 0 ? ERR_EMPTY : OK;
}

// 4.1.4.4: the queue's notify address is queue_notify_off multipliers into the
// notify structure.
static enum error locate_notify(struct virtio_device *device, uint16_t index)
{
    const uint64_t at =
        (uint64_t)common_read16(device, COMMON_QUEUE_NOTIFY_OFF) *
        device->at.notify_multiplier;

    if (index >= VIRTIO_QUEUES_MAX || at % sizeof(uint16_t) != 0 ||
        at + sizeof(uint16_t) > device->at.notify.bytes) {
        log_line("error what=virtio_notify queue=%u offset=0x%llx bytes=0x%x",
                 index, (unsigned long long)at,
                 (unsigned)device->at.notify.bytes);
        return ERR_RANGE;
    }
    device->at.notify_at[index] = (uint32_t)at;
    return OK;
}

// 4.1.5.1.3: all settings of a queue precede queue_enable.
static enum error pci_modern_queue_attach(struct virtio_device *device,
                                          uint16_t index, uint16_t size,
                                          const struct queue_addresses *at)
{
    common_write16(device, COMMON_QUEUE_SELECT, index);
    enum error error = locate_notify(device, index);
    if (error == OK) {
        error = pci_set_vector(device, COMMON_QUEUE_VECTOR, VECTOR_QUEUES);
    }
    if (error != OK) {
        return error;
    }
    common_write16(device, COMMON_QUEUE_SIZE, size);
    modern_write_address(device, COMMON_QUEUE_DESC_LOW, at->descriptors);
    modern_write_address(device, COMMON_QUEUE_DRIVER_LOW, at->driver);
    modern_write_address(device, COMMON_QUEUE_DEVICE_LOW, at->device);
    common_write16(device, COMMON_QUEUE_ENABLE, 1);
    return OK;
}

static void pci_modern_notify(const struct virtio_device *device,
                              uint16_t index)
{
    io_write16(device->at.notify, device->at.notify_at[index], index);
}

// A read clears it and deasserts the pin (4.1.4.5).
static uint32_t pci_modern_interrupt_read(const struct virtio_device *device)
{
    return io_read8(device->at.isr, 0);
}

static uint32_t pci_modern_config_generation(const struct virtio_device *device)
{
    return common_read8(device, COMMON_CONFIG_GENERATION);
}

const struct virtio_transport pci_transport_modern = {
    .name = "pci",
    .legacy = false,
    .feature_words = 2,
    .used_align = 4,
    .queue_size_fixed = false,
    .status_read = pci_modern_status_read,
    .status_write = pci_modern_status_write,
    .features_read = pci_modern_features_read,
    .features_write = pci_modern_features_write,
    .queues_begin = pci_modern_queues_begin,
    .queue_max = pci_modern_queue_max,
    .queue_attach = pci_modern_queue_attach,
    .notify = pci_modern_notify,
    .interrupt_read = pci_modern_interrupt_read,
    .interrupt_ack = pci_interrupt_ack,
    .config_generation = pci_modern_config_generation,
    .is_gone = pci_is_gone,
};
