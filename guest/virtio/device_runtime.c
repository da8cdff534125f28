// SPDX-License-Identifier: MIT
// Events and configuration of a running device. VIRTIO 1.4, 2.3
// "Notifications", 2.5 "Device Configuration Space".
#include "virtio/device.h"

#include "base/log.h"
#include "base/panic.h"
#include "virtio/transport.h"

#define KNOWN_CAUSES (VIRTIO_EVENT_QUEUE | VIRTIO_EVENT_CONFIG)

// Reads of a field before a configuration counts as never settled.
#define CONFIG_READS_MAX 100u

void virtio_device_event(struct virtio_device *device, uint32_t events)
{
    __atomic_fetch_or(&device->pending, events, __ATOMIC_RELAXED);
}

bool virtio_device_interrupt(struct virtio_device *device)
{
    const uint32_t causes =
        device->transport->interrupt_read(device) & KNOWN_CAUSES;

    // Only the causes that were read: a newer cause keeps the line active.
    if (causes != 0) {
        device->transport->interrupt_ack(device, causes);
        virtio_device_event(device, causes);
    }
    return causes != 0;
}

uint32_t virtio_device_take_events(struct virtio_device *device)
{
    return __atomic_exchange_n(&device->pending, 0, __ATOMIC_RELAXED);
}

static bool config_has(const struct virtio_device *device, uint32_t offset)
{
    const uint32_t bytes = device->at.config.bytes;

    assert_that(offset % 4 == 0, "virtio: config offset");
    return bytes >= 4 && offset <= bytes - 4;
}

// 2.5.1: a value read between two equal generations is consistent.
enum error virtio_config_read32(struct virtio_device *device, uint32_t offset,
                                uint32_t *value)
{
    const struct virtio_transport *transport = device->transport;

    if (!config_has(device, offset)) {
        return ERR_RANGE;
    }
    for (unsigned i = 0; i < CONFIG_READS_MAX; i++) {
        const uint32_t before = transport->config_generation(device);
        const uint32_t read = io_read32(device->at.config, offset);

        if (transport->config_generation(device) == before) {
            *value = read;
            return OK;
        }
    }
    log_line("error what=virtio_config awaited=generation_settled reads=%u",
             CONFIG_READS_MAX);
    return ERR_TIMEOUT;
}

enum error virtio_config_write32(struct virtio_device *device, uint32_t offset,
                                 uint32_t value)
{
    assert_that(device->state >= VIRTIO_FEATURES_OK &&
                    device->state < VIRTIO_FAILED,
                "virtio: config written too early");
    if (!config_has(device, offset)) {
        return ERR_RANGE;
    }
    io_write32(device->at.config, offset, value);
    return OK;
}
