// SPDX-License-Identifier: MIT
// The registers of the fake device: every access is judged by the table of
// its version and by what must have gone before. VIRTIO 1.4, 4.2.2, 4.2.4.
#include "fakes/fake_mmio.h"

#include "fakes/fake_report.h"

#define BOTH (LEGACY | MODERN)
#define LEGACY 1u
#define MODERN 2u
#define READ 1u
#define WRITE 2u

static const struct {
    uint32_t offset;
    unsigned versions;
    unsigned directions;
} registers[] = {
    {0x000, BOTH, READ},    {0x004, BOTH, READ},    {0x008, BOTH, READ},
    {0x00c, BOTH, READ},    {0x010, BOTH, READ},    {0x014, BOTH, WRITE},
    {0x020, BOTH, WRITE},   {0x024, BOTH, WRITE},   {0x028, LEGACY, WRITE},
    {0x030, BOTH, WRITE},   {0x034, BOTH, READ},    {0x038, BOTH, WRITE},
    {0x03c, LEGACY, WRITE}, {0x040, LEGACY, 3},     {0x044, MODERN, 3},
    {0x050, BOTH, WRITE},   {0x060, BOTH, READ},    {0x064, BOTH, WRITE},
    {0x070, BOTH, 3},       {0x080, MODERN, WRITE}, {0x084, MODERN, WRITE},
    {0x090, MODERN, WRITE}, {0x094, MODERN, WRITE}, {0x0a0, MODERN, WRITE},
    {0x0a4, MODERN, WRITE}, {0x0fc, MODERN, READ},
};

static bool allowed(const struct fake_device *device, uint32_t offset,
                    unsigned direction)
{
    const unsigned version = fake_device_legacy(device) ? LEGACY : MODERN;

    if (offset % 4 != 0) {
        return false;
    }
    if (offset >= 0x100) {
        return true; // judged by the balloon
    }
    for (unsigned i = 0; i < sizeof(registers) / sizeof(registers[0]); i++) {
        if (registers[i].offset == offset) {
            return (registers[i].versions & version) != 0 &&
                   (registers[i].directions & direction) != 0;
        }
    }
    return false;
}

static void note(struct fake_device *device, char direction, uint32_t offset,
                 uint32_t value)
{
    if (device->accesses < 4096) {
        device->traffic[device->accesses] =
            (struct fake_access){direction, offset, value};
    }
    device->accesses++;
}

static uint32_t read_offer(struct fake_device *device)
{
    const uint32_t word = device->offer_word;

    if (word > 1 || (fake_device_legacy(device) && word != 0)) {
        fake_violation("features: word %u read", word);
        return 0;
    }
    device->offer_word = FAKE_FOREVER; // to be selected anew
    return (uint32_t)(device->offered >> (32 * word));
}

static uint32_t read_status(struct fake_device *device)
{
    if (device->busy_reads != 0) {
        if (device->busy_reads != FAKE_FOREVER) {
            device->busy_reads--;
        }
        return 0x0f;
    }
    return device->status;
}

static uint32_t read_register(struct fake_device *device, uint32_t offset)
{
    switch (offset) {
    case 0x000:
        return device->magic;
    case 0x004:
        return device->version;
    case 0x008:
        return device->id;
    case 0x00c:
        return 0x554d4551;
    case 0x010:
        return read_offer(device);
    case 0x034:
    case 0x040:
    case 0x044:
        return fake_mmio_queue_read(device, offset);
    case 0x060:
        return device->causes | device->junk_causes;
    case 0x070:
        return read_status(device);
    case 0x0fc:
        return device->generation;
    default:
        return fake_balloon_config_read(device, offset - 0x100);
    }
}

// 2.2: never more than offered, never after FEATURES_OK.
static void write_accepted(struct fake_device *device, uint32_t value)
{
    const uint32_t word = device->accept_word;

    if (word > 1 || (fake_device_legacy(device) && word != 0)) {
        fake_violation("features: word %u written", word);
        return;
    }
    device->accept_word = FAKE_FOREVER;
    if ((value & ~(uint32_t)(device->offered >> (32 * word))) != 0) {
        fake_violation("features: word %u accepts 0x%x, offered 0x%x", word,
                       value, (uint32_t)(device->offered >> (32 * word)));
    }
    if ((device->status & 2) == 0 || (device->status & 0xcc) != 0) {
        fake_violation("features: written in status 0x%x", device->status);
    }
    device->accepted &= ~(UINT64_C(0xffffffff) << (32 * word));
    device->accepted |= (uint64_t)value << (32 * word);
    device->features_written = true;
}

static void acknowledge(struct fake_device *device, uint32_t value)
{
    if ((value & ~device->causes) != 0 || (value & ~3u) != 0 || value == 0) {
        fake_violation("interrupt: 0x%x acknowledged, 0x%x raised", value,
                       device->causes);
    }
    device->causes &= ~value;
}

static void write_register(struct fake_device *device, uint32_t offset,
                           uint32_t value)
{
    switch (offset) {
    case 0x014:
        device->offer_word = value;
        break;
    case 0x020:
        write_accepted(device, value);
        break;
    case 0x024:
        device->accept_word = value;
        break;
    case 0x028:
        device->page_size = value;
        if (value == 0 || (value & (value - 1)) != 0) {
            fake_violation("queue: page size %u", value);
        }
        break;
    case 0x064:
        acknowledge(device, value);
        break;
    case 0x070:
        fake_mmio_status_write(device, value);
        break;
    default:
        if (offset >= 0x100) {
            fake_balloon_config_write(device, offset - 0x100, value);
        } else {
            fake_mmio_queue_write(device, offset, value);
        }
    }
}

uint32_t fake_mmio_read(void *context, uint32_t offset, unsigned width)
{
    struct fake_device *device = context;
    uint32_t value = 0;

    if (width == 4 && allowed(device, offset, READ)) {
        value = read_register(device, offset);
    } else {
        fake_violation("mmio: %u-bit read of 0x%03x in version %u", width * 8,
                       offset, device->version);
    }
    note(device, 'R', offset, value);
    return value;
}

void fake_mmio_write(void *context, uint32_t offset, unsigned width,
                     uint32_t value)
{
    struct fake_device *device = context;

    note(device, 'W', offset, value);
    if ((device->status & 0x80) != 0 && offset != 0x070) {
        fake_violation("mmio: 0x%03x written to a failed device", offset);
    }
    if (width == 4 && allowed(device, offset, WRITE)) {
        write_register(device, offset, value);
    } else {
        fake_violation("mmio: %u-bit write of 0x%03x in version %u", width * 8,
                       offset, device->version);
    }
}
