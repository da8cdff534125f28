// SPDX-License-Identifier: MIT
// The fake device's queue registers of both versions.
// VIRTIO 1.4, 4.2.3.2 (modern), 4.2.4.1 (legacy) "Virtqueue Configuration".
#include "fakes/fake_mmio.h"

#include "fakes/fake_memory.h"
#include "fakes/fake_report.h"

static bool in_use(const struct fake_queue *queue)
{
    return queue->ready || queue->pfn != 0;
}

// The selected queue; NULL, and a violation, if none was since the reset.
static struct fake_queue *selected(struct fake_device *device)
{
    if (device->queue_word >= FAKE_QUEUES) {
        fake_violation("queue: %u selected", device->queue_word);
        return NULL;
    }
    return &device->queues[device->queue_word];
}

// Queues are set up between FEATURES_OK (legacy: the features and the page
// size) and DRIVER_OK.
static void check_time(const struct fake_device *device)
{
    const bool legacy = fake_device_legacy(device);
    const bool settled = legacy ? (device->status & 2) != 0 &&
                                      device->features_written &&
                                      device->page_size == 4096
                                : (device->status & 8) != 0;

    if (!settled || (device->status & 4) != 0) {
        fake_violation("queue: set up in status 0x%x, page size %u",
                       device->status, device->page_size);
    }
}

uint32_t fake_mmio_queue_read(struct fake_device *device, uint32_t offset)
{
    const struct fake_queue *queue = selected(device);

    if (queue == NULL) {
        return 0;
    }
    if (offset == 0x040) {
        return queue->pfn;
    }
    if (offset == 0x044) {
        return queue->ready ? 1 : 0;
    }
    check_time(device);
    if (in_use(queue)) {
        fake_violation("queue: size max of a queue in use");
    }
    return device->queue_max[device->queue_word];
}

static void attach(struct fake_device *device, struct fake_queue *queue)
{
    if (queue->size == 0) {
        fake_violation("queue: started without a size");
        return;
    }
    queue->ring.event_idx = (device->accepted & UINT64_C(1) << 29) != 0;
    queue->ring.indirect = (device->accepted & UINT64_C(1) << 28) != 0;
    queue->ring.hides_taken = device->hides_taken;
    fake_ring_attach(&queue->ring, queue->size, queue->descriptors,
                     queue->available, queue->used);
}

// 2.7.2: the used ring stands at the next multiple of the alignment.
static void start_legacy(struct fake_device *device, struct fake_queue *queue,
                         uint32_t pfn)
{
    if (pfn == 0 || queue->align != 4096) {
        fake_violation("queue: PFN %u, alignment %u", pfn, queue->align);
        return;
    }
    queue->pfn = pfn;
    queue->descriptors = (uint64_t)pfn * device->page_size;
    queue->available = queue->descriptors + 16 * (uint64_t)queue->size;
    queue->used = queue->available + 6 + 2 * (uint64_t)queue->size;
    while (queue->used % queue->align != 0) {
        queue->used++;
    }
    attach(device, queue);
}

static void start_modern(struct fake_device *device, struct fake_queue *queue,
                         uint32_t value)
{
    if (value != 1 || queue->descriptors == 0 || queue->available == 0 ||
        queue->used == 0) {
        fake_violation("queue: QueueReady %u, or an area missing", value);
        return;
    }
    queue->ready = true;
    attach(device, queue);
}

static void set_half(uint64_t *address, uint32_t offset, uint32_t value)
{
    const unsigned shift = offset % 8 == 0 ? 0 : 32;

    *address &= ~(UINT64_C(0xffffffff) << shift);
    *address |= (uint64_t)value << shift;
}

static void set_up(struct fake_device *device, struct fake_queue *queue,
                   uint32_t offset, uint32_t value)
{
    if (queue->size == 0 && offset != 0x038) {
        fake_violation("queue: 0x%03x before the size", offset);
    }
    switch (offset) {
    case 0x038:
        if (value > device->queue_max[device->queue_word]) {
            fake_violation("queue: size %u of %u", value,
                           device->queue_max[device->queue_word]);
        }
        queue->size = value;
        break;
    case 0x03c:
        queue->align = value;
        break;
    case 0x040:
        start_legacy(device, queue, value);
        break;
    case 0x044:
        start_modern(device, queue, value);
        break;
    case 0x080:
    case 0x084:
        set_half(&queue->descriptors, offset, value);
        break;
    case 0x090:
    case 0x094:
        set_half(&queue->available, offset, value);
        break;
    default:
        set_half(&queue->used, offset, value);
    }
}

static void notify(struct fake_device *device, uint32_t value)
{
    if ((device->status & 4) == 0) {
        fake_violation("notify: before DRIVER_OK");
    }
    if (value >= FAKE_QUEUES || !device->queues[value].ring.attached) {
        fake_violation("notify: queue %u", value);
        return;
    }
    device->queues[value].kicks++;
    if (!device->lazy) {
        fake_device_run(device);
    }
}

void fake_mmio_queue_write(struct fake_device *device, uint32_t offset,
                           uint32_t value)
{
    if (offset == 0x030) {
        device->queue_word = value;
        return;
    }
    if (offset == 0x050) {
        notify(device, value);
        return;
    }
    struct fake_queue *queue = selected(device);
    if (queue == NULL) {
        return;
    }
    check_time(device);
    if (in_use(queue)) {
        fake_violation("queue: 0x%03x of a queue in use", offset);
        return;
    }
    set_up(device, queue, offset, value);
}
