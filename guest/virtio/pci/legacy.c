// SPDX-License-Identifier: MIT
// The legacy PCI transport: a block of I/O ports. The device dictates a queue's
// size; a queue is one block of pages and can't be stopped alone. VIRTIO 1.4,
// 4.1.4.10 "Legacy Interfaces: A Note on PCI Device Layout", 4.1.5.1.3
// (legacy).
#include "virtio/pci/internal.h"
#include "virtio/pci/registers.h"

#include "base/log.h"
#include "virtio/transport.h"

static enum error refuse_legacy(struct pci_address at, const char *problem,
                                enum error error)
{
    log_line("error what=virtio_pci pci=%02x:%02x.%x legacy_bar0=%s", at.bus,
             at.device, at.function, problem);
    return error;
}

// With MSI-X on, the vector registers come before it.
static void pci_legacy_locate_config(struct virtio_device *device)
{
    device->at.config = io_behind(
        device->at.common, device->msix ? LEGACY_CONFIG_MSIX : LEGACY_CONFIG);
}

enum error pci_legacy_find(struct pci_address at,
                           struct virtio_regions *regions)
{
    struct pci_bar bar;
    struct io_region ports;

    if (pci_bar_read(at, 0, &bar) != OK) {
        return refuse_legacy(at, "missing", ERR_UNSUPPORTED);
    }
    if (bar.space != IO_PORTS) {
        return refuse_legacy(at, "no_ports", ERR_UNSUPPORTED);
    }
    if (bar.bytes < LEGACY_CONFIG_MSIX) {
        return refuse_legacy(at, "too_small", ERR_INVALID);
    }
    const enum error error =
        pci_bar_open(at, &bar, 0, (uint32_t)bar.bytes, &ports);
    if (error != OK) {
        return refuse_legacy(
            at, error == ERR_INVALID ? "unprogrammed" : "unreachable",
            ERR_INVALID);
    }
    *regions = (struct virtio_regions){
        .common = ports,
        .config = io_behind(ports, LEGACY_CONFIG),
    };
    return OK;
}

static void legacy_write16(const struct virtio_device *device,
                           enum legacy_register16 at, uint16_t value)
{
    io_write16(device->at.common, at, value);
}

static uint16_t legacy_read16(const struct virtio_device *device,
                              enum legacy_register16 at)
{
    return io_read16(device->at.common, at);
}

static uint32_t legacy_read32(const struct virtio_device *device,
                              enum legacy_register32 at)
{
    return io_read32(device->at.common, at);
}

static void legacy_write32(const struct virtio_device *device,
                           enum legacy_register32 at, uint32_t value)
{
    io_write32(device->at.common, at, value);
}

static uint32_t pci_legacy_status_read(const struct virtio_device *device)
{
    return io_read8(device->at.common, LEGACY_DEVICE_STATUS);
}

static void pci_legacy_status_write(const struct virtio_device *device,
                                    uint32_t status)
{
    io_write8(device->at.common, LEGACY_DEVICE_STATUS, (uint8_t)status);
}

static uint32_t pci_legacy_features_read(const struct virtio_device *device,
                                         unsigned word)
{
    (void)word; // there is one word only
    return legacy_read32(device, LEGACY_DEVICE_FEATURES);
}

static void pci_legacy_features_write(const struct virtio_device *device,
                                      unsigned word, uint32_t features)
{
    (void)word;
    legacy_write32(device, LEGACY_DRIVER_FEATURES, features);
}

static enum error pci_legacy_queues_begin(struct virtio_device *device)
{
    pci_enable_master(device);
    return pci_set_vector(device, LEGACY_CONFIG_VECTOR, VECTOR_CONFIG);
}

static enum error pci_legacy_queue_max(const struct virtio_device *device,
                                       uint16_t index, uint32_t *max)
{
    legacy_write16(device, LEGACY_QUEUE_SELECT, index);
    if (legacy_read32(device, LEGACY_QUEUE_ADDRESS) != 0) {
        return ERR_DEVICE;
    }
    *max = legacy_read16(device, LEGACY_QUEUE_SIZE);
    return *max == 0 ? ERR_EMPTY : OK;
}

static enum error pci_legacy_queue_attach(struct virtio_device *device,
                                          uint16_t index, uint16_t size,
                                          const struct queue_addresses *at)
{
    uint32_t page;
    enum error error = legacy_page_number(at->descriptors, &page);

    (void)size; // dictated by the device
    if (error != OK) {
        return error;
    }
    legacy_write16(device, LEGACY_QUEUE_SELECT, index);
    error = pci_set_vector(device, LEGACY_QUEUE_VECTOR, VECTOR_QUEUES);
    if (error == OK) {
        legacy_write32(device, LEGACY_QUEUE_ADDRESS, page);
    }
    return error;
}

static void pci_legacy_notify(const struct virtio_device *device,
                              uint16_t index)
{
    legacy_write16(device, LEGACY_QUEUE_NOTIFY, index);
}

// A read clears it and deasserts the pin (4.1.4.5).
static uint32_t pci_legacy_interrupt_read(const struct virtio_device *device)
{
    return io_read8(device->at.common, LEGACY_ISR_STATUS);
}

const struct virtio_transport pci_transport_legacy = {
    .name = "pci-legacy",
    .legacy = true,
    .feature_words = 1,
    .used_align = PAGE_SIZE,
    .queue_size_fixed = true,
    .status_read = pci_legacy_status_read,
    .status_write = pci_legacy_status_write,
    .features_read = pci_legacy_features_read,
    .features_write = pci_legacy_features_write,
    .queues_begin = pci_legacy_queues_begin,
    .queue_max = pci_legacy_queue_max,
    .queue_attach = pci_legacy_queue_attach,
    .notify = pci_legacy_notify,
    .interrupt_read = pci_legacy_interrupt_read,
    .interrupt_ack = pci_interrupt_ack,
    .config_generation = legacy_config_generation,
    .is_gone = pci_is_gone,
    .locate_config = pci_legacy_locate_config,
};
