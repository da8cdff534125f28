// SPDX-License-Identifier: MIT
// The registers of the fake device: each access is checked against the table of
// its region and against the steps required before it.
// VIRTIO 1.4, 2.2, 4.1.4, 4.2.2.
#include "fakes/fake_registers.h"

#include "fakes/fake_report.h"

void fake_device_note(struct fake_device *device, char direction,
                      enum fake_register what, uint32_t offset, uint32_t value)
{
    if (device->accesses < 4096) {
        device->traffic[device->accesses] =
            (struct fake_access){direction, what, offset, value};
    }
    device->accesses++;
}

// A legacy device has one word, and on PCI no selector for it.
static bool word_exists(const struct fake_device *device, uint32_t word)
{
    return word == 0 || (word == 1 && !fake_device_legacy(device));
}

static uint32_t read_offer(struct fake_device *device)
{
    const uint32_t word =
        device->kind == FAKE_PCI_LEGACY ? 0 : device->offer_word;

    if (!word_exists(device, word)) {
        fake_violation("features: word %u read", word);
        return 0;
    }
    device->offer_word = FAKE_FOREVER; // the selector must be written anew
    return (uint32_t)(device->offered >> (32 * word));
}

// 2.2: only offered bits, not after FEATURES_OK, never bit 30.
static void write_accepted(struct fake_device *device, uint32_t value)
{
    const uint32_t word =
        device->kind == FAKE_PCI_LEGACY ? 0 : device->accept_word;

    if (!word_exists(device, word)) {
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
    if (word == 0 && (value & UINT32_C(1) << 30) != 0) {
        fake_violation("features: UNUSED accepted");
    }
    device->accepted &= ~(UINT64_C(0xffffffff) << (32 * word));
    device->accepted |= (uint64_t)value << (32 * word);
    device->features_written = true;
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

// 4.1.4.5: reading clears it; unused while messages carry the same facts.
static uint32_t read_isr(struct fake_device *device)
{
    const uint32_t causes = device->causes | device->junk_causes;

    if (device->messages) {
        fake_violation("interrupt: ISR read while MSI-X is on");
    }
    device->causes = 0;
    return causes & 0xff;
}

static void acknowledge(struct fake_device *device, uint32_t value)
{
    if ((value & ~device->causes) != 0 || (value & ~3u) != 0 || value == 0) {
        fake_violation("interrupt: 0x%x acknowledged, 0x%x raised", value,
                       device->causes);
    }
    device->causes &= ~value;
}

static uint32_t read_register(struct fake_device *device,
                              enum fake_register what)
{
    switch (what) {
    case FAKE_MAGIC:
        return device->magic;
    case FAKE_VERSION:
        return device->version;
    case FAKE_ID:
        return device->id;
    case FAKE_VENDOR:
        return 0x554d4551;
    case FAKE_OFFER:
        return read_offer(device);
    case FAKE_CAUSES:
        return device->causes | device->junk_causes;
    case FAKE_ISR:
        return read_isr(device);
    case FAKE_STATUS:
        return read_status(device);
    case FAKE_GENERATION:
        return device->kind == FAKE_PCI ? device->generation & 0xff
                                        : device->generation;
    default:
        return fake_queue_read(device, what);
    }
}

static void write_register(struct fake_device *device, enum fake_register what,
                           uint32_t value)
{
    switch (what) {
    case FAKE_OFFER_WORD:
        device->offer_word = value;
        break;
    case FAKE_ACCEPT:
        write_accepted(device, value);
        break;
    case FAKE_ACCEPT_WORD:
        device->accept_word = value;
        break;
    case FAKE_PAGE_SIZE:
        device->page_size = value;
        if (value == 0 || (value & (value - 1)) != 0) {
            fake_violation("queue: page size %u", value);
        }
        break;
    case FAKE_CAUSES_DONE:
        acknowledge(device, value);
        break;
    case FAKE_STATUS:
        fake_status_write(device, value);
        break;
    case FAKE_KICK:
        fake_queue_kick(device, value);
        break;
    default:
        fake_queue_write(device, what, value);
    }
}

static bool is_config(const struct fake_layout *layout, uint32_t offset)
{
    return offset >= layout->config;
}

// The register there; FAKE_NOTHING, and a violation, if the access is not
// allowed.
static enum fake_register judge(const struct fake_layout *layout,
                                uint32_t offset, unsigned width,
                                unsigned direction)
{
    if (is_config(layout, offset) && width == 4 && offset % 4 == 0) {
        switch (offset - layout->config) {
        case 0:
            return FAKE_TARGET;
        case 4:
            return FAKE_ACTUAL;
        default:
            return FAKE_CONFIG;
        }
    }
    for (unsigned i = 0; i < layout->count; i++) {
        const struct fake_row *row = &layout->rows[i];

        if (row->offset == offset && row->width == width &&
            (row->directions & direction) != 0) {
            return row->what;
        }
    }
    fake_violation("%s: %u-bit %s of 0x%03x", layout->name, width * 8,
                   direction == FAKE_READ ? "read" : "write", offset);
    return FAKE_NOTHING;
}

uint32_t fake_layout_read(struct fake_device *device,
                          const struct fake_layout *layout, uint32_t base,
                          uint32_t offset, unsigned width)
{
    const enum fake_register what = judge(layout, offset, width, FAKE_READ);
    uint32_t value = 0;

    if (what >= FAKE_TARGET) {
        value = device->type->config_read(device, offset - layout->config);
    } else if (what != FAKE_NOTHING) {
        value = read_register(device, what);
    }
    fake_device_note(device, 'R', what, base + offset, value);
    return value;
}

void fake_layout_write(struct fake_device *device,
                       const struct fake_layout *layout, uint32_t base,
                       uint32_t offset, unsigned width, uint32_t value)
{
    const enum fake_register what = judge(layout, offset, width, FAKE_WRITE);

    fake_device_note(device, 'W', what, base + offset, value);
    if ((device->status & 0x80) != 0 && what != FAKE_STATUS) {
        fake_violation("%s: 0x%03x written to a failed device", layout->name,
                       offset);
    }
    if (what >= FAKE_TARGET) {
        device->type->config_write(device, offset - layout->config, value);
    } else if (what != FAKE_NOTHING) {
        write_register(device, what, value);
    }
}
