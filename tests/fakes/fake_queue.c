// SPDX-License-Identifier: MIT
// The fake device's queue registers, of all kinds. VIRTIO 1.4, 4.1.5.1.3,
// 4.2.3.2 (modern), 4.2.4 (legacy).
#include "fakes/fake_registers.h"

#include "fakes/fake_memory.h"
#include "fakes/fake_report.h"

static bool on_pci(const struct fake_device *device)
{
    return device->kind == FAKE_PCI || device->kind == FAKE_PCI_LEGACY;
}

// On PCI the size register starts at the maximum; on legacy it is read-only.
void fake_queue_reset(struct fake_device *device)
{
    for (unsigned i = 0; i < FAKE_QUEUES; i++) {
        const unsigned kicks = device->queues[i].kicks;

        fake_ring_detach(&device->queues[i].ring);
        device->queues[i] = (struct fake_queue){
            .kicks = kicks,
            .ready = device->stale_queue,
            .pfn = device->stale_queue ? 1 : 0,
            .size = on_pci(device) ? device->queue_max[i] : 0,
            .align = on_pci(device) ? 4096 : 0,
            .vector = FAKE_NO_VECTOR,
        };
    }
    device->page_size = on_pci(device) ? 4096 : 0; // as after a system reset
    device->config_vector = FAKE_NO_VECTOR;
    device->vector_unread = false;
    device->queue_word = FAKE_FOREVER;
}

static bool in_use(const struct fake_queue *queue)
{
    return queue->ready || queue->pfn != 0;
}

// The selected queue; NULL, and a violation, if none was selected since the
// reset.
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

static uint32_t read_max(const struct fake_device *device,
                         const struct fake_queue *queue)
{
    check_time(device);
    if (in_use(queue)) {
        fake_violation("queue: size max of a queue in use");
    }
    return device->queue_max[device->queue_word];
}

static uint32_t read_vector(struct fake_device *device, uint32_t vector)
{
    device->vector_unread = false;
    return vector;
}

static uint32_t queue_count(const struct fake_device *device)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < FAKE_QUEUES; i++) {
        count = device->queue_max[i] != 0 ? i + 1 : count;
    }
    return count;
}

uint32_t fake_queue_read(struct fake_device *device, enum fake_register what)
{
    if (what == FAKE_CONFIG_VECTOR) {
        return read_vector(device, device->config_vector);
    }
    if (what == FAKE_QUEUE_COUNT) {
        return queue_count(device);
    }
    const struct fake_queue *queue = selected(device);
    if (queue == NULL) {
        return 0;
    }
    switch (what) {
    case FAKE_QUEUE_MAX:
        return read_max(device, queue);
    case FAKE_QUEUE_SIZE:
        check_time(device);
        return queue->size;
    case FAKE_QUEUE_PFN:
        return queue->pfn;
    case FAKE_QUEUE_READY:
        return queue->ready ? 1 : 0;
    case FAKE_QUEUE_VECTOR:
        return read_vector(device, queue->vector);
    case FAKE_QUEUE_NOTIFY_OFF:
        return device->notify_off[device->queue_word];
    default:
        return 0;
    }
}

static void attach(struct fake_device *device, struct fake_queue *queue)
{
    if (queue->size == 0) {
        fake_violation("queue: started without a size");
        return;
    }
    queue->ring.event_idx = (device->accepted & UINT64_C(1) << 29) != 0;
    queue->ring.indirect = (device->accepted & UINT64_C(1) << 28) != 0;
    queue->ring.packed = (device->accepted & UINT64_C(1) << 34) != 0;
    queue->ring.in_order = (device->accepted & UINT64_C(1) << 35) != 0;
    queue->ring.hides_taken = device->hides_taken;
    fake_ring_attach(&queue->ring, queue->size, queue->descriptors,
                     queue->available, queue->used);
}

// 2.7.2: the used ring begins at the next multiple of the alignment.
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
        fake_violation("queue: enabled with %u, or an area missing", value);
        return;
    }
    queue->ready = true;
    attach(device, queue);
}

static void set_low(uint64_t *address, uint32_t value)
{
    *address = (*address & ~UINT64_C(0xffffffff)) | value;
}

static void set_high(uint64_t *address, uint32_t value)
{
    *address = (*address & UINT64_C(0xffffffff)) | (uint64_t)value << 32;
}

// 4.1.5.1.2: within the table, and in effect only after it was read back.
static uint32_t take_vector(struct fake_device *device, uint32_t value)
{
    if (value != FAKE_NO_VECTOR && value >= device->vectors) {
        fake_violation("vector: %u of %u", value, device->vectors);
        return FAKE_NO_VECTOR;
    }
    device->vector_unread = true;
    if (device->some_vectors != 0) {
        device->some_vectors--;
    } else if (device->no_vectors != 0) {
        device->no_vectors--;
        return FAKE_NO_VECTOR;
    }
    return value;
}

static void set_size(struct fake_device *device, struct fake_queue *queue,
                     uint32_t value)
{
    const uint32_t max = device->queue_max[device->queue_word];

    if (value > max || value == 0 || (value & (value - 1)) != 0) {
        fake_violation("queue: size %u of %u", value, max);
    }
    queue->size = value;
}

static void set_up(struct fake_device *device, struct fake_queue *queue,
                   enum fake_register what, uint32_t value)
{
    if (queue->size == 0 && what != FAKE_QUEUE_SIZE) {
        fake_violation("queue: register %d before the size", what);
    }
    switch (what) {
    case FAKE_QUEUE_SIZE:
        set_size(device, queue, value);
        break;
    case FAKE_QUEUE_ALIGN:
        queue->align = value;
        break;
    case FAKE_QUEUE_PFN:
        start_legacy(device, queue, value);
        break;
    case FAKE_QUEUE_READY:
        start_modern(device, queue, value);
        break;
    case FAKE_QUEUE_VECTOR:
        queue->vector = take_vector(device, value);
        break;
    case FAKE_DESCRIPTORS_LOW:
        set_low(&queue->descriptors, value);
        break;
    case FAKE_DESCRIPTORS_HIGH:
        set_high(&queue->descriptors, value);
        break;
    case FAKE_AVAILABLE_LOW:
        set_low(&queue->available, value);
        break;
    case FAKE_AVAILABLE_HIGH:
        set_high(&queue->available, value);
        break;
    case FAKE_USED_LOW:
        set_low(&queue->used, value);
        break;
    default:
        set_high(&queue->used, value);
    }
}

void fake_queue_kick(struct fake_device *device, uint32_t index)
{
    if ((device->status & 4) == 0) {
        fake_violation("notify: before DRIVER_OK");
    }
    if (index >= FAKE_QUEUES || !device->queues[index].ring.attached) {
        fake_violation("notify: queue %u", index);
        return;
    }
    device->queues[index].kicks++;
    device->type->kicked(device, index);
    if (device->deaf_kicks != 0) {
        device->deaf_kicks--;
    } else if (!device->lazy) {
        fake_device_run(device);
    }
}

void fake_queue_write(struct fake_device *device, enum fake_register what,
                      uint32_t value)
{
    if (what == FAKE_QUEUE_SELECT) {
        device->queue_word = value;
        return;
    }
    if (what == FAKE_CONFIG_VECTOR) {
        device->config_vector = take_vector(device, value);
        return;
    }
    struct fake_queue *queue = selected(device);
    if (queue == NULL) {
        return;
    }
    check_time(device);
    if (in_use(queue)) {
        fake_violation("queue: register %d of a queue in use", what);
        return;
    }
    set_up(device, queue, what, value);
}
