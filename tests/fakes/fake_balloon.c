// SPDX-License-Identifier: MIT
// The balloon part of the fake: statistics queue and configuration space.
// VIRTIO 1.4, 5.5 "Traditional Memory Balloon Device".
#include "fakes/fake_device.h"

#include "fakes/fake_memory.h"
#include "fakes/fake_report.h"

#define ENTRY_BYTES 10u

// 5.5.6.3: layout of a statistics buffer.
static void check_form(const struct fake_chain *chain)
{
    if (chain->count != 1 || chain->writable_bytes != 0) {
        fake_violation("stats: %u segments, %u writable bytes", chain->count,
                       chain->writable_bytes);
    }
    if (chain->readable_bytes == 0 ||
        chain->readable_bytes % ENTRY_BYTES != 0 ||
        chain->readable_bytes > 16 * ENTRY_BYTES) {
        fake_violation("stats: %u bytes", chain->readable_bytes);
    }
}

// Reads the entries byte by byte: tag in 2 bytes, value in 8.
static void decode(struct fake_device *device, const struct fake_chain *chain)
{
    const uint64_t at = chain->segments[0].address;

    device->entries = 0;
    for (uint32_t i = 0; i < chain->readable_bytes / ENTRY_BYTES && i < 16;
         i++) {
        const uint64_t entry = at + i * UINT64_C(10);

        device->sample[i] = (struct fake_entry){
            .tag = (uint16_t)fake_peek(entry, 2),
            .value = fake_peek(entry + 2, 8),
        };
        if (device->sample[i].tag > 15) {
            fake_violation("stats: tag %u", device->sample[i].tag);
        }
        device->entries++;
    }
}

static void take_sample(struct fake_device *device)
{
    struct fake_ring *ring = &device->queues[FAKE_STATSQ].ring;

    if (!ring->attached) {
        return;
    }
    if (fake_ring_waiting(ring) + ring->held > 1) {
        fake_violation("stats: more than one buffer");
    }
    struct fake_chain *chain = fake_ring_take(ring);
    if (chain != NULL) {
        check_form(chain);
        decode(device, chain);
        device->samples++;
        (void)fake_device_poll(device); // as QEMU does with an older sample
        device->held = chain;
    }
}

bool fake_device_poll(struct fake_device *device)
{
    struct fake_ring *ring = &device->queues[FAKE_STATSQ].ring;

    if (device->held == NULL || device->dead) {
        return false;
    }
    struct fake_chain *chain = device->held;
    device->held = NULL;
    if (fake_ring_use(ring, chain, 0)) {
        fake_device_raise(device, 1);
    }
    return true;
}

static void reset(struct fake_device *device)
{
    device->held = NULL;
    fake_pages_reset(device);
}

// The fields that exist depend on the offered features (5.5.4).
static bool field_exists(const struct fake_device *device, uint32_t offset)
{
    switch (offset) {
    case 0x0:
    case 0x4:
        return true;
    case 0x8:
        return (device->offered & 1u << 3) != 0;
    case 0xc:
        return (device->offered & 1u << 4) != 0;
    default:
        return false;
    }
}

static uint32_t config_read(struct fake_device *device, uint32_t offset)
{
    if (!field_exists(device, offset) || offset > 8) {
        fake_violation("config: read of 0x%x, which was not negotiated",
                       offset);
        return UINT32_MAX;
    }
    if (device->unsettled != 0) { // a change between two generation reads
        if (device->unsettled != FAKE_FOREVER) {
            device->unsettled--;
        }
        device->generation++;
        return 0xdeadbeef;
    }
    switch (offset) {
    case 0x0:
        return device->num_pages;
    case 0x4:
        return device->actual;
    default:
        return device->pages.command;
    }
}

// 5.5.6.6.1: only with the feature, and not after DRIVER_OK.
static void write_poison(struct fake_device *device, uint32_t value)
{
    if ((device->accepted & 1u << 4) == 0 || (device->status & 4) != 0) {
        fake_violation("config: poison written in status 0x%x", device->status);
    }
    device->pages.poison = value;
    device->pages.poison_writes++;
}

static void config_write(struct fake_device *device, uint32_t offset,
                         uint32_t value)
{
    const uint32_t settled = fake_device_legacy(device) ? 2 : 8;

    if ((device->status & settled) == 0 ||
        (fake_device_legacy(device) && !device->features_written)) {
        fake_violation("config: written before the features were negotiated");
    }
    if (offset == 0xc) {
        write_poison(device, value);
        return;
    }
    if (offset != 4) {
        fake_violation("config: write to 0x%x", offset);
        return;
    }
    device->actual = value;
    device->actual_writes++;
}

static void take(struct fake_device *device)
{
    take_sample(device);
    fake_pages_take(device);
}

// 5.5.5: queues, and one statistics buffer, before the device is live.
static void check_live(struct fake_device *device)
{
    for (unsigned i = 0; i < FAKE_STATSQ; i++) {
        if (!device->queues[i].ring.attached) {
            fake_violation("balloon: DRIVER_OK without queue %u", i);
        }
    }
    struct fake_ring *statsq = &device->queues[FAKE_STATSQ].ring;
    if ((device->accepted & 2) != 0 && device->queue_max[FAKE_STATSQ] != 0 &&
        (!statsq->attached || fake_ring_waiting(statsq) != 1)) {
        fake_violation("balloon: DRIVER_OK without a statistics buffer");
    }
}

const struct fake_type fake_balloon = {
    .id = 5,
    .offered = 0x12,
    .queues = 3,
    .vector_queue = FAKE_STATSQ,
    .take = take,
    .kicked = fake_pages_wake,
    .reset = reset,
    .check_live = check_live,
    .config_read = config_read,
    .config_write = config_write,
};
