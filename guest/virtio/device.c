// SPDX-License-Identifier: MIT
// The status machine, the initialisation procedure, events and configuration,
// over any transport.
// VIRTIO 1.4, 2.1 "Device Status Field", 2.3 "Notifications", 2.5 "Device
// Configuration Space", 3.1 "Device Initialization".
#include "virtio/device.h"

#include "base/log.h"
#include "base/panic.h"
#include "virtio/features.h"
#include "virtio/queue/queue.h"
#include "virtio/status.h"
#include "virtio/transport.h"

// Reads of the status register before a reset counts as failed. Devices in
// another process answer the first read; the bound is for one that never does.
#define RESET_READS_MAX 100000u

// Whether the table in status.h has this edge.
static bool may_enter(enum virtio_state now, enum virtio_state next)
{
    switch (next) {
    case VIRTIO_RESET:
    case VIRTIO_FAILED:
        return true;
    case VIRTIO_NEEDS_RESET:
        return now == VIRTIO_DRIVER_OK || now == VIRTIO_NEEDS_RESET;
    case VIRTIO_FOUND:
        return false;
    default:
        return (unsigned)next == (unsigned)now + 1; // step by step
    }
}

// The status bit that entering a state adds; 0: none.
static uint32_t status_bit(const struct virtio_device *device,
                           enum virtio_state next)
{
    switch (next) {
    case VIRTIO_ACKNOWLEDGE:
        return VIRTIO_STATUS_ACKNOWLEDGE;
    case VIRTIO_DRIVER:
        return VIRTIO_STATUS_DRIVER;
    case VIRTIO_FEATURES_OK:
        return device->transport->legacy ? 0 : VIRTIO_STATUS_FEATURES_OK;
    case VIRTIO_DRIVER_OK:
        return VIRTIO_STATUS_DRIVER_OK;
    case VIRTIO_FAILED:
        return VIRTIO_STATUS_FAILED;
    default:
        return 0;
    }
}

// Bits set by the device that the driver must not clear.
static uint32_t device_bits(const struct virtio_device *device)
{
    return device->transport->legacy ? 0
                                     : device->transport->status_read(device) &
                                           VIRTIO_STATUS_DEVICE_NEEDS_RESET;
}

// The only function that changes the state, and the status register with it.
static void enter(struct virtio_device *device, enum virtio_state next)
{
    const uint32_t bit = status_bit(device, next);

    assert_that(may_enter(device->state, next), "virtio: order of states");
    device->state = next;
    if (next == VIRTIO_RESET) {
        device->status = 0;
        device->transport->status_write(device, 0);
    } else if (bit != 0) {
        device->status |= bit;
        device->transport->status_write(device,
                                        device->status | device_bits(device));
    }
}

// 2.4.2: a reset is over when the status reads 0.
enum error virtio_device_reset(struct virtio_device *device)
{
    uint32_t status = 0;

    enter(device, VIRTIO_RESET);
    for (unsigned i = 0; i < RESET_READS_MAX; i++) {
        status = device->transport->status_read(device);
        if (status == 0) {
            device->pending = 0; // events from before the reset
            return OK;
        }
        if (virtio_device_gone(device)) {
            device->pending = 0;
            return ERR_EMPTY;
        }
    }
    log_line("error what=virtio_reset awaited=status_0 reads=%u status=0x%x",
             RESET_READS_MAX, (unsigned)status);
    enter(device, VIRTIO_FAILED);
    return ERR_TIMEOUT;
}

bool virtio_device_gone(const struct virtio_device *device)
{
    return device->transport->is_gone != NULL &&
           device->transport->is_gone(device);
}

static uint64_t read_offer(const struct virtio_device *device)
{
    uint64_t offered = 0;

    for (unsigned word = 0; word < device->transport->feature_words; word++) {
        offered |= (uint64_t)device->transport->features_read(device, word)
                   << (32 * word);
    }
    return offered;
}

// Step 4.
static enum error negotiate(struct virtio_device *device,
                            uint64_t driver_features)
{
    const struct virtio_transport *transport = device->transport;

    device->offered = read_offer(device);
    device->features = virtio_features_choose(device->offered, driver_features,
                                              transport->legacy);
    log_line("virtio features transport=%s offered=0x%x,0x%x "
             "accepted=0x%x,0x%x",
             transport->name, (unsigned)(device->offered >> 32),
             (unsigned)device->offered, (unsigned)(device->features >> 32),
             (unsigned)device->features);
    if (!virtio_features_sufficient(device->features, transport->legacy)) {
        log_line("error what=virtio_features missing=VERSION_1");
        return ERR_UNSUPPORTED;
    }
    for (unsigned word = 0; word < transport->feature_words; word++) {
        transport->features_write(device, word,
                                  (uint32_t)(device->features >> (32 * word)));
    }
    return OK;
}

// Steps 5 and 6; on legacy, writing the features has settled them.
static enum error settle_features(struct virtio_device *device)
{
    enter(device, VIRTIO_FEATURES_OK);
    if (device->transport->legacy) {
        return OK;
    }
    if ((device->transport->status_read(device) & VIRTIO_STATUS_FEATURES_OK) ==
        0) {
        device->status &= ~VIRTIO_STATUS_FEATURES_OK; // cleared by the device
        log_line("error what=virtio_features refused_by=device");
        return ERR_UNSUPPORTED;
    }
    return OK;
}

enum error virtio_device_begin(struct virtio_device *device,
                               uint64_t driver_features)
{
    // 1. Reset the device.
    enum error error = virtio_device_reset(device);
    if (error != OK) {
        return error;
    }
    // 2. ACKNOWLEDGE: the guest has found the device.
    enter(device, VIRTIO_ACKNOWLEDGE);
    // 3. DRIVER: the guest has a driver for it.
    enter(device, VIRTIO_DRIVER);
    // 4. Read the offered features, write the accepted ones.
    error = negotiate(device, driver_features);
    if (error == OK) {
        // 5. and 6. Set FEATURES_OK, and check that it stays set.
        error = settle_features(device);
    }
    if (error == OK) {
        // For step 7: settings that all queues share.
        error = device->transport->queues_begin(device);
    }
    if (error != OK) {
        virtio_device_fail(device);
    }
    return error;
}

enum error virtio_device_queue_size(struct virtio_device *device,
                                    uint16_t index, uint16_t wanted,
                                    uint16_t *size)
{
    uint32_t max = 0;

    assert_that(device->state == VIRTIO_FEATURES_OK, "virtio: queue too early");
    *size = 0;
    const enum error error = device->transport->queue_max(device, index, &max);
    if (error != OK) {
        return error;
    }
    if (device->transport->queue_size_fixed) {
        wanted = VIRTQUEUE_SIZE_MAX;
    }
    *size = virtqueue_choose_size(max, wanted);
    return device->transport->queue_size_fixed && *size != max ? ERR_UNSUPPORTED
                                                               : OK;
}

// The queue's configuration by negotiation; the caller adds its memory.
static struct virtqueue_config queue_config(const struct virtio_device *device,
                                            uint16_t size)
{
    return (struct virtqueue_config){
        .packed = feature_in(device->features, VIRTIO_F_RING_PACKED),
        .size = size,
        .used_align = device->transport->used_align,
        .event_idx = feature_in(device->features, VIRTIO_F_EVENT_IDX),
        .indirect = feature_in(device->features, VIRTIO_F_INDIRECT_DESC),
        .in_order = feature_in(device->features, VIRTIO_F_IN_ORDER),
        .length_reliable = !device->transport->legacy,
    };
}

size_t virtio_device_ring_bytes(const struct virtio_device *device,
                                uint16_t size)
{
    const struct virtqueue_config config = queue_config(device, size);

    return virtqueue_ring_bytes(&config);
}

size_t virtio_device_private_bytes(const struct virtio_device *device,
                                   uint16_t size)
{
    const struct virtqueue_config config = queue_config(device, size);

    return virtqueue_private_bytes(&config);
}

enum error virtio_device_add_queue(struct virtio_device *device, uint16_t index,
                                   const struct virtio_queue_memory *memory,
                                   struct virtqueue **queue)
{
    struct virtqueue_config config = queue_config(device, memory->size);
    struct queue_addresses at;

    assert_that(device->state == VIRTIO_FEATURES_OK, "virtio: queue too early");
    config.ring = memory->ring;
    config.private_memory = memory->private_memory;
    config.private_bytes = memory->private_bytes;
    struct virtqueue *made = virtqueue_create(&config, &at);
    const enum error error =
        device->transport->queue_attach(device, index, memory->size, &at);
    *queue = error == OK ? made : NULL;
    return error;
}

void virtio_device_ready(struct virtio_device *device)
{
    enter(device, VIRTIO_DRIVER_OK);
}

// 2.1.2: the device itself leaves DRIVER_OK and ignores kicks then.
void virtio_device_notify(struct virtio_device *device, uint16_t index)
{
    if (device->state == VIRTIO_NEEDS_RESET) {
        return;
    }
    assert_that(device->state == VIRTIO_DRIVER_OK, "virtio: kick too early");
    device->transport->notify(device, index);
}

void virtio_device_fail(struct virtio_device *device)
{
    if (device->state != VIRTIO_FAILED) {
        enter(device, VIRTIO_FAILED);
    }
}

bool virtio_device_needs_reset(struct virtio_device *device)
{
    if (device->state == VIRTIO_DRIVER_OK && device_bits(device) != 0) {
        enter(device, VIRTIO_NEEDS_RESET);
    }
    return device->state == VIRTIO_NEEDS_RESET;
}

// --- Events and configuration of a running device: 2.3, 2.5 -----------------

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

static uint64_t config_halves(const struct virtio_device *device,
                              uint32_t offset)
{
    const uint32_t low = io_read32(device->at.config, offset);

    return (uint64_t)io_read32(device->at.config, offset + 4) << 32 | low;
}

static uint64_t config_value(const struct virtio_device *device,
                             uint32_t offset, bool wide)
{
    return wide ? config_halves(device, offset)
                : io_read32(device->at.config, offset);
}

// 2.5.1: a value read between two equal generations is consistent. A legacy
// interface has no generation (2.5.4); there two halves, unlike a single read,
// must be equal to a second read.
static enum error config_read(const struct virtio_device *device,
                              uint32_t offset, bool wide, uint64_t *value)
{
    const struct virtio_transport *transport = device->transport;
    const bool twice = wide && transport->legacy;

    for (unsigned i = 0; i < CONFIG_READS_MAX; i++) {
        const uint32_t before = transport->config_generation(device);
        const uint64_t read = config_value(device, offset, wide);

        if (transport->config_generation(device) == before &&
            (!twice || config_value(device, offset, wide) == read)) {
            *value = read;
            return OK;
        }
    }
    log_line("error what=virtio_config awaited=generation_settled reads=%u",
             CONFIG_READS_MAX);
    return ERR_TIMEOUT;
}

enum error virtio_config_read32(struct virtio_device *device, uint32_t offset,
                                uint32_t *value)
{
    uint64_t read = 0;

    if (!config_has(device, offset)) {
        return ERR_RANGE;
    }
    const enum error error = config_read(device, offset, false, &read);

    if (error == OK) {
        *value = (uint32_t)read;
    }
    return error;
}

enum error virtio_config_read64(struct virtio_device *device, uint32_t offset,
                                uint64_t *value)
{
    return config_has(device, offset) && config_has(device, offset + 4)
               ? config_read(device, offset, true, value)
               : ERR_RANGE;
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
