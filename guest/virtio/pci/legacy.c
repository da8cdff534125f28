// SPDX-License-Identifier: MIT
// The legacy PCI transport: a block of I/O ports. The device dictates a queue's
// size; a queue is one block of pages and can't be stopped alone. VIRTIO 1.4,
// 4.1.4.10 "Legacy Interfaces: A Note on PCI Device Layout", 4.1.5.1.3
// (legacy).
#include "virtio/pci/internal.h"
#include "virtio/pci/registers.h"

#include "base/log.h"
#include "virtio/transport.h"

static enum error complain(struct pci_address at, const char *wrong,
                           enum error error)
{
    log_line("error what=virtio_pci pci=%02x:%02x.%x legacy_bar0=%s", at.bus,
             at.device, at.function, wrong);
    return error;
}

// With MSI-X on, the vector registers come before it.
static void locate_config(struct virtio_regions *regions)
{
    regions->config =
        io_behind(regions->common,
                  regions->messages ? LEGACY_CONFIG_MSIX : LEGACY_CONFIG);
}

enum error pci_legacy_find(struct pci_address at,
                           struct virtio_regions *regions)
{
    struct pci_bar bar;
    struct io_region ports;

    if (pci_bar_read(at, 0, &bar) != OK) {
        return complain(at, "missing", ERR_UNSUPPORTED);
    }
    if (bar.space != IO_PORTS) {
        return complain(at, "no_ports", ERR_UNSUPPORTED);
    }
    if (bar.bytes < LEGACY_CONFIG_MSIX) {
        return complain(at, "too_small", ERR_INVALID);
    }
    const enum error error =
        pci_bar_open(at, &bar, 0, (uint32_t)bar.bytes, &ports);
    if (error != OK) {
        return complain(at,
                        error == ERR_INVALID ? "unprogrammed" : "unreachable",
                        ERR_INVALID);
    }
    *regions = (struct virtio_regions){.common = ports};
    locate_config(regions);
    return OK;
}

static void put_short(const struct virtio_device *device, enum legacy_short at,
                      uint16_t value)
{
    io_write16(device->at.common, at, value);
}

static uint16_t get_short(const struct virtio_device *device,
                          enum legacy_short at)
{
    return io_read16(device->at.common, at);
}

static uint32_t get_long(const struct virtio_device *device,
                         enum legacy_long at)
{
    return io_read32(device->at.common, at);
}

static void put_long(const struct virtio_device *device, enum legacy_long at,
                     uint32_t value)
{
    io_write32(device->at.common, at, value);
}

static uint32_t status_read(const struct virtio_device *device)
{
    return io_read8(device->at.common, LEGACY_DEVICE_STATUS);
}

static void status_write(const struct virtio_device *device, uint32_t status)
{
    io_write8(device->at.common, LEGACY_DEVICE_STATUS, (uint8_t)status);
}

static uint32_t features_read(const struct virtio_device *device, unsigned word)
{
    (void)word; // there is one word only
    return get_long(device, LEGACY_DEVICE_FEATURES);
}

static void features_write(const struct virtio_device *device, unsigned word,
                           uint32_t features)
{
    (void)word;
    put_long(device, LEGACY_DRIVER_FEATURES, features);
}

static enum error queues_begin(struct virtio_device *device)
{
    pci_enable_master(device);
    return pci_set_vector(device, LEGACY_CONFIG_VECTOR, VECTOR_CONFIG);
}

static enum error queue_max(const struct virtio_device *device, uint16_t index,
                            uint32_t *max)
{
    put_short(device, LEGACY_QUEUE_SELECT, index);
    if (get_long(device, LEGACY_QUEUE_ADDRESS) != 0) {
        return ERR_DEVICE;
    }
    *max = get_short(device, LEGACY_QUEUE_SIZE);
    return *max == 0 ? ERR_EMPTY : OK;
}

static enum error queue_attach(struct virtio_device *device, uint16_t index,
                               uint16_t size, const struct queue_addresses *at)
{
    uint32_t page;
    enum error error = legacy_page_number(at->descriptors, &page);

    (void)size; // dictated by the device
    if (error != OK) {
        return error;
    }
    put_short(device, LEGACY_QUEUE_SELECT, index);
    error = pci_set_vector(device, LEGACY_QUEUE_VECTOR, VECTOR_QUEUES);
    if (error == OK) {
        put_long(device, LEGACY_QUEUE_ADDRESS, page);
    }
    return error;
}

static void notify(const struct virtio_device *device, uint16_t index)
{
    put_short(device, LEGACY_QUEUE_NOTIFY, index);
}

// A read clears it and deasserts the pin (4.1.4.5).
static uint32_t interrupt_read(const struct virtio_device *device)
{
    return io_read8(device->at.common, LEGACY_ISR_STATUS);
}

// No such register. A constant makes every read count as consistent, as a
// single 32-bit field is.
static uint32_t config_generation(const struct virtio_device *device)
{
    (void)device;
    return 0;
}

const struct virtio_transport pci_transport_legacy = {
    .name = "pci-legacy",
    .legacy = true,
    .feature_words = 1,
    .used_align = PAGE_SIZE,
    .queue_size_fixed = true,
    .status_read = status_read,
    .status_write = status_write,
    .features_read = features_read,
    .features_write = features_write,
    .queues_begin = queues_begin,
    .queue_max = queue_max,
    .queue_attach = queue_attach,
    .notify = notify,
    .interrupt_read = interrupt_read,
    .interrupt_ack = pci_interrupt_ack,
    .config_generation = config_generation,
    .is_gone = pci_is_gone,
    .locate_config = locate_config,
};
