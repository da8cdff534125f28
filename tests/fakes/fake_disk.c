// SPDX-License-Identifier: MIT
// The disk part of the fake: request queue and configuration space.
// VIRTIO 1.4, 5.2 "Block Device".
#include "fakes/fake_disk.h"

#include <string.h>

#include "fakes/fake_device.h"
#include "fakes/fake_memory.h"
#include "fakes/fake_report.h"

#define OK 0u
#define IOERR 1u
#define UNSUPP 2u
#define READ 0u
#define WRITE 1u
#define READ_ONLY (UINT64_C(1) << 5)

// --- Requests ----------------------------------------------------------------

struct request {
    uint64_t type;
    uint64_t sector;
    uint64_t data;   // address
    uint64_t bytes;  // of data
    uint64_t status; // address of the status byte
};

// 5.2.6.4: header and status have a descriptor each, whatever was negotiated.
static bool well_formed(const struct fake_chain *chain)
{
    return chain->count == 3 && chain->segments[0].bytes == 16 &&
           !chain->segments[0].writable && chain->segments[2].bytes == 1 &&
           chain->segments[2].writable;
}

static struct request decode(const struct fake_chain *chain)
{
    const uint64_t header = chain->segments[0].address;

    if (fake_peek(header + 4, 4) != 0) {
        fake_violation("disk: reserved field is not 0");
    }
    return (struct request){
        .type = fake_peek(header, 4),
        .sector = fake_peek(header + 8, 8),
        .data = chain->segments[1].address,
        .bytes = chain->segments[1].bytes,
        .status = chain->segments[2].address,
    };
}

// 5.2.6.1: whole sectors, inside the disk, no write to a read-only one.
static void check_request(const struct fake_device *device,
                          const struct fake_chain *chain)
{
    if (!well_formed(chain)) {
        fake_violation("disk: %u segments", chain->count);
        return;
    }
    const struct request request = decode(chain);
    const bool write = request.type == WRITE;

    if (request.type > WRITE || chain->segments[1].writable == write) {
        fake_violation("disk: type %u", (unsigned)request.type);
    }
    if (request.bytes % 512 != 0) {
        fake_violation("disk: %u bytes of data", (unsigned)request.bytes);
    }
    if (request.sector + request.bytes / 512 > device->disk.capacity) {
        fake_violation("disk: sector %u of %u", (unsigned)request.sector,
                       (unsigned)device->disk.capacity);
    }
    if (write && (device->offered & READ_ONLY) != 0) {
        fake_violation("disk: a write to a read-only disk");
    }
    if (fake_peek(request.status, 1) <= UNSUPP) {
        fake_violation("disk: a status before the answer");
    }
}

static void move_page(struct fake_device *device, const struct request *request)
{
    struct fake_disk *disk = &device->disk;
    const uint64_t at = request->sector * 512;

    for (uint64_t i = 0; i < request->bytes && at + i < FAKE_DISK_BYTES; i++) {
        if (request->type == WRITE) {
            disk->content[at + i] = (uint8_t)fake_peek(request->data + i, 1);
        } else {
            fake_poke(request->data + i, 1, disk->content[at + i]);
        }
    }
    *(request->type == WRITE ? &disk->writes : &disk->reads) += 1;
}

static unsigned carry_out(struct fake_device *device,
                          const struct request *request)
{
    const uint64_t page = request->sector / 8;

    if (page == device->disk.bad_page) {
        return IOERR;
    }
    if (page == device->disk.unsupported) {
        return UNSUPP;
    }
    move_page(device, request);
    return OK;
}

// --- Answers -----------------------------------------------------------------

static enum fake_disk_lie next_lie(struct fake_disk *disk)
{
    if (disk->truths != 0) {
        disk->truths--;
        return FAKE_DISK_TRUE;
    }
    if (disk->lies == 0) {
        return FAKE_DISK_TRUE;
    }
    if (disk->lies != FAKE_FOREVER) {
        disk->lies--;
    }
    return disk->lie;
}

// 5.2.6.3: the length from a legacy device is meaningless; it is junk here.
static uint32_t used_length(const struct fake_device *device,
                            const struct fake_chain *chain,
                            enum fake_disk_lie lie)
{
    switch (lie) {
    case FAKE_DISK_LONG:
        return chain->writable_bytes + 1;
    case FAKE_DISK_SHORT:
        return chain->writable_bytes - 1;
    case FAKE_DISK_ZERO:
        return 0;
    default:
        return fake_device_legacy(device) ? 0xabcdef : chain->writable_bytes;
    }
}

static void put_answer(struct fake_device *device, struct fake_chain *chain,
                       enum fake_disk_lie lie)
{
    struct fake_ring *ring = &device->queues[0].ring;
    const uint32_t length = used_length(device, chain, lie);
    bool wanted;

    if (lie == FAKE_DISK_WRONG_ID || lie == FAKE_DISK_WILD_ID) {
        wanted = fake_ring_lie(
            ring, lie == FAKE_DISK_WILD_ID ? ring->size : ring->size - 1,
            length);
    } else {
        wanted = fake_ring_use(ring, chain, length);
    }
    if (lie == FAKE_DISK_TWICE) {
        wanted = fake_ring_lie(ring, chain->id, length) || wanted;
    }
    if (wanted) {
        fake_device_raise(device, 1);
    }
}

static void answer(struct fake_device *device, struct fake_chain *chain)
{
    const enum fake_disk_lie lie = next_lie(&device->disk);

    if (lie == FAKE_DISK_NEEDS_RESET) {
        fake_device_break(device);
        return;
    }
    const struct request request = decode(chain);
    const unsigned status = carry_out(device, &request);

    if (lie != FAKE_DISK_NO_STATUS) {
        fake_poke(request.status, 1,
                  lie == FAKE_DISK_JUNK_STATUS ? 0x55 : status);
    }
    put_answer(device, chain, lie);
}

void fake_disk_answer(struct fake_device *device, unsigned most)
{
    struct fake_disk *disk = &device->disk;
    const bool newest =
        disk->backwards && (device->accepted & UINT64_C(1) << 35) == 0;

    while (most-- > 0 && disk->held_count != 0 && !device->dead) {
        const unsigned nth = newest ? disk->held_count - 1 : 0;
        struct fake_chain *chain = disk->held[nth];

        disk->held_count--;
        memmove(&disk->held[nth], &disk->held[nth + 1],
                (disk->held_count - nth) * sizeof(disk->held[0]));
        answer(device, chain);
    }
}

static void take(struct fake_device *device)
{
    struct fake_disk *disk = &device->disk;
    struct fake_ring *ring = &device->queues[0].ring;

    while (ring->attached && disk->held_count < FAKE_DISK_HELD) {
        struct fake_chain *chain = fake_ring_take(ring);

        if (chain == NULL) {
            break;
        }
        check_request(device, chain);
        disk->tables += chain->through_table ? 1 : 0;
        disk->held[disk->held_count++] = chain;
    }
    if (disk->held_count > disk->most_held) {
        disk->most_held = disk->held_count;
    }
    if (!disk->keeps) {
        fake_disk_answer(device, UINT32_MAX);
    }
}

// --- The rest of the device --------------------------------------------------

static void kicked(struct fake_device *device, unsigned queue)
{
    (void)device;
    (void)queue;
}

static void reset(struct fake_device *device)
{
    device->disk.held_count = 0;
}

static void check_live(struct fake_device *device)
{
    if (!device->queues[0].ring.attached) {
        fake_violation("disk: DRIVER_OK without a queue");
    }
}

// 5.2.4: capacity; no other field was negotiated. A change falls between the
// two halves.
static uint32_t config_read(struct fake_device *device, uint32_t offset)
{
    struct fake_disk *disk = &device->disk;
    const uint64_t capacity = disk->capacity;

    if (offset > 4) {
        fake_violation("config: read of 0x%x, which was not negotiated",
                       offset);
        return UINT32_MAX;
    }
    if (offset == 0 && disk->grows != 0) {
        disk->grows -= disk->grows == FAKE_FOREVER ? 0 : 1;
        disk->capacity = disk->growing++;
        device->generation++;
    }
    return (uint32_t)(capacity >> (8 * offset));
}

static void config_write(struct fake_device *device, uint32_t offset,
                         uint32_t value)
{
    (void)device;
    fake_violation("config: 0x%x written to 0x%x", value, offset);
}

void fake_disk_fill(struct fake_device *device)
{
    for (uint32_t i = 0; i < FAKE_DISK_BYTES; i++) {
        device->disk.content[i] = (uint8_t)(i / 4096 * 3 + i % 4096 + 1);
    }
}

void fake_disk_resize(struct fake_device *device, uint64_t sectors)
{
    device->disk.capacity = sectors;
    device->generation++;
    fake_device_raise(device, fake_device_legacy(device) ? 3 : 2);
}

// The offer as QEMU's: SEG_MAX, GEOMETRY, BLK_SIZE, FLUSH, TOPOLOGY,
// CONFIG_WCE, DISCARD, WRITE_ZEROES.
const struct fake_type fake_disk_type = {
    .id = 2,
    .offered = 0x6e54,
    .queues = 1,
    .vector_queue = 0,
    .take = take,
    .kicked = kicked,
    .reset = reset,
    .check_live = check_live,
    .config_read = config_read,
    .config_write = config_write,
};
