// SPDX-License-Identifier: MIT
// The fake device as a whole: creation, settings, recorded accesses.
// VIRTIO 1.4, 4.
#include "fakes/fake_device.h"

#include <stdio.h>
#include <string.h>

#include "fakes/fake_io.h"
#include "fakes/fake_memory.h"
#include "fakes/fake_mmio.h"
#include "fakes/fake_report.h"

#define DRIVER_OK 4u
#define NEEDS_RESET 0x40u
#define FAILED 0x80u

// Address of the slot: not in the test's memory.
#define SLOT_AT 0xfeb00000u
#define SLOT_BYTES 0x200u

bool fake_device_legacy(const struct fake_device *device)
{
    return device->kind == FAKE_MMIO_LEGACY || device->kind == FAKE_PCI_LEGACY;
}

bool fake_device_live(const struct fake_device *device)
{
    return (device->status & DRIVER_OK) != 0 &&
           (device->status & (NEEDS_RESET | FAILED)) == 0;
}

// Memory was freed: the device must not be using it any more.
static void watch_free(void *ctx, uint64_t page)
{
    const struct fake_device *device = ctx;

    for (unsigned i = 0; i < FAKE_QUEUES; i++) {
        if (fake_ring_uses_page(&device->queues[i].ring, page)) {
            fake_violation("device: queue %u freed while in use", i);
        }
    }
}

// QEMU's default offer for that kind, whatever the type.
static uint64_t usual_offer(enum fake_kind kind)
{
    switch (kind) {
    case FAKE_MMIO_LEGACY:
        return UINT64_C(0x39000000);
    case FAKE_PCI_LEGACY:
        return UINT64_C(0x79000000);
    default:
        return UINT64_C(0x10130000000);
    }
}

void fake_device_init(struct fake_device *device, enum fake_kind kind)
{
    fake_device_init_type(device, kind, &fake_balloon);
}

void fake_device_init_type(struct fake_device *device, enum fake_kind kind,
                           const struct fake_type *type)
{
    const bool mmio = kind == FAKE_MMIO_LEGACY || kind == FAKE_MMIO;
    const uint32_t max = mmio ? 1024 : 128;

    *device = (struct fake_device){
        .type = type,
        .kind = kind,
        .magic = 0x74726976,
        .version = kind == FAKE_MMIO_LEGACY ? 1 : 2,
        .id = type->id,
        .offered = usual_offer(kind) | type->offered,
        .notify_off = {0, 1, 2, 3, 4},
        .pages = {.first = FAKE_PAGES_FIRST},
        .status = 0x0f, // left behind by an earlier user
        .reaches_memory = mmio,
        .offer_word = FAKE_FOREVER,
        .accept_word = FAKE_FOREVER,
        .queue_word = FAKE_FOREVER,
    };
    for (unsigned i = 0; i < type->queues; i++) {
        device->queue_max[i] = max;
    }
    fake_memory_watch(watch_free, device);
    fake_io_disclaim(device);
    if (mmio) {
        fake_io_claim(&(struct fake_io_region){
            .first = SLOT_AT,
            .bytes = SLOT_BYTES,
            .device = device,
            .read = fake_mmio_read,
            .write = fake_mmio_write,
        });
    }
}

void fake_device_destroy(struct fake_device *device)
{
    for (unsigned i = 0; i < FAKE_QUEUES; i++) {
        fake_ring_detach(&device->queues[i].ring);
    }
    fake_memory_watch(NULL, NULL);
    fake_io_disclaim(device);
}

struct io_region fake_device_region(void)
{
    return (struct io_region){SLOT_AT, SLOT_BYTES, IO_MEMORY};
}

// 4.1.5.3, 4.1.5.4: a queue or event without a vector has no interrupt.
static void send(struct fake_device *device, uint32_t vector)
{
    if (vector != FAKE_NO_VECTOR) {
        device->messages_sent |= 1u << vector;
    }
}

void fake_device_raise(struct fake_device *device, uint32_t causes)
{
    if (!device->messages) {
        device->causes |= causes;
        return;
    }
    if ((causes & 1) != 0) {
        send(device, device->queues[device->type->vector_queue].vector);
    }
    if ((causes & 2) != 0) {
        send(device, device->config_vector);
    }
}

bool fake_device_line(const struct fake_device *device)
{
    return device->causes != 0;
}

void fake_device_run(struct fake_device *device)
{
    if (!fake_device_live(device) || device->dead) {
        return;
    }
    device->type->take(device);
}

void fake_device_target(struct fake_device *device, uint32_t pages)
{
    device->num_pages = pages;
    if ((device->status & DRIVER_OK) != 0) {
        device->generation++;
        fake_device_raise(device, fake_device_legacy(device) ? 3 : 2);
    }
}

void fake_device_break(struct fake_device *device)
{
    device->dead = true;
    if (!fake_device_legacy(device)) {
        device->status |= NEEDS_RESET;
        fake_device_raise(device, 2);
    }
}

const char *fake_device_traffic(const struct fake_device *device, unsigned from)
{
    static char text[1 << 16];
    size_t used = 0;

    text[0] = '\0';
    for (unsigned i = from; i < device->accesses && i < 4096; i++) {
        const struct fake_access *access = &device->traffic[i];

        used +=
            (size_t)snprintf(text + used, sizeof(text) - used, "%s%c%03x=%x",
                             used == 0 ? "" : " ", access->direction,
                             access->offset, access->value);
        if (used > sizeof(text) - 32) {
            break;
        }
    }
    return text;
}
