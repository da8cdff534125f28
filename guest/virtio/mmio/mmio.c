// SPDX-License-Identifier: MIT
// Finding a device in an MMIO slot, and the registers that both versions share.
// VIRTIO 1.4, 4.2.2, 4.2.3.1 "Device Initialization".
#include "virtio/mmio/mmio.h"

#include "base/log.h"
#include "virtio/mmio/registers.h"
#include "virtio/transport.h"

static const struct virtio_transport *transport_of(uint32_t version)
{
    switch (version) {
    case MMIO_VERSION_LEGACY:
        return &mmio_transport_legacy;
    case MMIO_VERSION_MODERN:
        return &mmio_transport_modern;
    default:
        return NULL;
    }
}

// 4.2.3.1.1: magic, version, device id, in this order, each only if the
// previous one is valid. A placeholder is skipped without a log line.
enum error virtio_mmio_probe(struct virtio_device *device,
                             struct io_region region)
{
    if (region.bytes < MMIO_CONFIG) {
        return ERR_INVALID;
    }
    uint32_t magic = io_read32(region, MMIO_MAGIC_VALUE);
    if (magic != MMIO_MAGIC) {
        log_line("error what=mmio_magic value=0x%x", (unsigned)magic);
        return ERR_UNSUPPORTED;
    }
    uint32_t version = io_read32(region, MMIO_VERSION);
    const struct virtio_transport *transport = transport_of(version);
    if (transport == NULL) {
        log_line("error what=mmio_version value=%u", (unsigned)version);
        return ERR_UNSUPPORTED;
    }
    uint32_t id = io_read32(region, MMIO_DEVICE_ID);
    if (id == MMIO_DEVICE_ID_EMPTY) {
        return ERR_EMPTY;
    }
    *device = (struct virtio_device){
        .transport = transport,
        .at = {.common = region, .config = io_behind(region, MMIO_CONFIG)},
        .device_id = id,
        .state = VIRTIO_FOUND,
    };
    return OK;
}

uint32_t mmio_status_read(const struct virtio_device *device)
{
    return mmio_read(device, MMIO_STATUS);
}

void mmio_status_write(const struct virtio_device *device, uint32_t status)
{
    mmio_write(device, MMIO_STATUS, status);
}

uint32_t mmio_features_read(const struct virtio_device *device, unsigned word)
{
    mmio_write(device, MMIO_DEVICE_FEATURES_SEL, word);
    return mmio_read(device, MMIO_DEVICE_FEATURES);
}

void mmio_features_write(const struct virtio_device *device, unsigned word,
                         uint32_t features)
{
    mmio_write(device, MMIO_DRIVER_FEATURES_SEL, word);
    mmio_write(device, MMIO_DRIVER_FEATURES, features);
}

void mmio_notify(const struct virtio_device *device, uint16_t index)
{
    mmio_write(device, MMIO_QUEUE_NOTIFY, index);
}

uint32_t mmio_interrupt_read(const struct virtio_device *device)
{
    return mmio_read(device, MMIO_INTERRUPT_STATUS);
}

void mmio_interrupt_ack(const struct virtio_device *device, uint32_t causes)
{
    mmio_write(device, MMIO_INTERRUPT_ACK, causes);
}
