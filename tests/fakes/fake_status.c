// SPDX-License-Identifier: MIT
// The fake device's status register: legal sequences of values, the state
// required when DRIVER_OK is set, and the effect of a reset.
// VIRTIO 1.4, 2.1 "Device Status Field", 3.1.1.
#include "fakes/fake_registers.h"

#include "fakes/fake_report.h"

#define DRIVER_OK 4u
#define FEATURES_OK 8u
#define NEEDS_RESET 0x40u
#define FAILED 0x80u

static void reset(struct fake_device *device)
{
    device->type->reset(device);
    fake_queue_reset(device);
    device->status = 0;
    device->causes = 0;
    device->messages_sent = 0;
    device->accepted = 0;
    device->features_written = false;
    device->offer_word = FAKE_FOREVER;
    device->accept_word = FAKE_FOREVER;
    device->busy_reads = device->late_resets;
    device->dead = false;
    device->resets++;
}

// 4.1.5.1.2: vectors must be read back, and a refused one be noticed.
static void check_interrupts(const struct fake_device *device)
{
    if (device->vector_unread) {
        fake_violation("vector: not read back");
    }
    if (device->messages && device->config_vector == FAKE_NO_VECTOR) {
        fake_violation("vector: none for the configuration");
    }
    for (unsigned i = 0; device->messages && i < FAKE_QUEUES; i++) {
        if (device->queues[i].ring.attached &&
            device->queues[i].vector == FAKE_NO_VECTOR) {
            fake_violation("vector: none for queue %u", i);
        }
    }
}

static void check_live(struct fake_device *device)
{
    if (!device->reaches_memory) {
        fake_violation("device: DRIVER_OK without bus mastering");
    }
    check_interrupts(device);
    device->type->check_live(device);
}

// A write may add one bit only: the next of the procedure.
static void check_step(const struct fake_device *device, uint32_t added)
{
    const uint32_t now = device->status & ~NEEDS_RESET;
    const bool legacy = fake_device_legacy(device);
    const bool good = (added == 1 && now == 0) || (added == 2 && now == 1) ||
                      (added == FEATURES_OK && now == 3 && !legacy &&
                       device->features_written) ||
                      (added == DRIVER_OK && now == (legacy ? 3 : 11)) ||
                      added == FAILED;

    if (!good || (now & FAILED) != 0 || device->resets == 0) {
        fake_violation("status: 0x%x added to 0x%x", added, device->status);
    }
}

void fake_status_write(struct fake_device *device, uint32_t value)
{
    const uint32_t added = value & ~device->status;

    if (value == 0) {
        reset(device);
        return;
    }
    if (device->busy_reads != 0 && value != FAILED) {
        fake_violation("status: 0x%x written before the reset was over", value);
    }
    if ((device->status & ~value) != 0) {
        fake_violation("status: 0x%x drops bits of 0x%x", value,
                       device->status);
    }
    check_step(device, added);
    if (added == FEATURES_OK && device->refusals != 0) {
        device->refusals--;
        return; // FEATURES_OK does not stick
    }
    device->status = value;
    if (added == DRIVER_OK) {
        check_live(device);
    }
}
