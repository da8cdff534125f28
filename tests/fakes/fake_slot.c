// SPDX-License-Identifier: MIT
// The port's configuration space, and a function behind it that has an id and
// nothing more.
#include "fakes/fake_slot.h"

#include <string.h>

#include "fakes/fake_pci_config.h"
#include "fakes/fake_report.h"

enum {
    COMMAND = 0x04,
    CONTROL = FAKE_SLOT_CAPABILITY + 0x18,
    STATUS = FAKE_SLOT_CAPABILITY + 0x1a,

    BUTTON = 0x0001,
    CHANGED = 0x0008,
    COMPLETED = 0x0010,
    PRESENT = 0x0040,
    EVENTS = 0x001f,

    HOTPLUG_ENABLE = 0x0020,
    INDICATOR_OFF = 0x0300,
    POWER_OFF = 0x0400,
};

static void put(struct fake_slot *slot, uint32_t offset, unsigned width,
                uint32_t value)
{
    for (unsigned i = 0; i < width; i++) {
        slot->bytes[offset + i] = (uint8_t)(value >> 8 * i);
    }
}

static uint32_t get(const struct fake_slot *slot, uint32_t offset,
                    unsigned width)
{
    uint32_t value = 0;

    for (unsigned i = 0; i < width; i++) {
        value |= (uint32_t)slot->bytes[offset + i] << 8 * i;
    }
    return value;
}

static void complete(struct fake_slot *slot)
{
    if (slot->busy && !slot->never_completes) {
        slot->busy = false;
        slot->status |= COMPLETED;
    }
}

// A command completes at the next read of the status.
static uint32_t read_port(void *function, uint32_t offset, unsigned width)
{
    struct fake_slot *slot = function;
    uint32_t value;

    if (offset == STATUS && width == 2) {
        value = slot->status | (slot->present ? PRESENT : 0u);
        complete(slot);
        return value;
    }
    if (offset == COMMAND && width == 2) {
        return slot->command;
    }
    return offset == CONTROL && width == 2 ? slot->control
                                           : get(slot, offset, width);
}

static void command(struct fake_slot *slot, uint16_t value)
{
    const bool completes =
        (get(slot, FAKE_SLOT_CAPABILITIES, 4) & FAKE_SLOT_NO_COMPLETION) == 0;

    if (slot->busy && !slot->never_completes) {
        fake_violation("slot: a command before the last one was done");
    }
    slot->commands++;
    slot->control = value;
    slot->busy = completes;
    if (slot->present && !slot->stuck && (value & POWER_OFF) != 0 &&
        (value & INDICATOR_OFF) == INDICATOR_OFF) {
        slot->present = false;
        slot->status |= CHANGED;
    }
}

static void write_port(void *function, uint32_t offset, unsigned width,
                       uint32_t value)
{
    struct fake_slot *slot = function;

    if (offset == STATUS && width == 2) {
        slot->status &= (uint16_t)(slot->stuck_events ? UINT32_MAX : ~value);
    } else if (offset == CONTROL && width == 2) {
        command(slot, (uint16_t)value);
    } else if (offset == COMMAND && width == 2) {
        slot->command = (uint16_t)value;
    } else {
        fake_violation("slot: wrote %u bytes at 0x%x", width, offset);
    }
}

static uint32_t read_inside(void *function, uint32_t offset, unsigned width)
{
    struct fake_slot *slot =
        (struct fake_slot *)((uint8_t *)function -
                             offsetof(struct fake_slot, bus));

    (void)width;
    if (!slot->present || (slot->control & POWER_OFF) != 0) {
        return UINT32_MAX;
    }
    if (slot->late != 0) {
        slot->late--;
        return UINT32_MAX;
    }
    return offset == 0 ? 0x10451af4 : 0;
}

static void write_inside(void *function, uint32_t offset, unsigned width,
                         uint32_t value)
{
    (void)function;
    fake_violation("slot: wrote 0x%x, %u bytes, at 0x%x inside", value, width,
                   offset);
}

void fake_slot_init(struct fake_slot *slot, uint8_t device, uint8_t bus,
                    bool present)
{
    memset(slot, 0, sizeof *slot);
    slot->bus = bus;
    slot->present = present;
    slot->control = present ? 0x0100 : INDICATOR_OFF | POWER_OFF;
    put(slot, 0x00, 4, 0x000c1b36);
    slot->command = 0x0403;
    put(slot, 0x06, 2, 0x0010); // has a capability list
    put(slot, 0x0e, 1, 1);      // is a bridge
    put(slot, 0x19, 1, bus);
    put(slot, 0x34, 1, FAKE_SLOT_CAPABILITY);
    put(slot, FAKE_SLOT_CAPABILITY, 2, 0x0010);
    put(slot, FAKE_SLOT_FLAGS, 2, 0x0142);      // a root port with a slot
    put(slot, FAKE_SLOT_CAPABILITIES, 4, 0x7b); // as QEMU's
    fake_pci_claim(&(struct fake_pci_entry){
        .at = {0, device, 0},
        .function = slot,
        .read = read_port,
        .write = write_port,
    });
    fake_pci_claim(&(struct fake_pci_entry){
        .at = {bus, 0, 0},
        .function = &slot->bus,
        .read = read_inside,
        .write = write_inside,
    });
}

void fake_slot_move(struct fake_slot *slot, uint8_t capability)
{
    uint8_t copy[0x1c];

    memcpy(copy, slot->bytes + FAKE_SLOT_CAPABILITY, sizeof copy);
    memset(slot->bytes + FAKE_SLOT_CAPABILITY, 0, sizeof copy);
    memcpy(slot->bytes + capability, copy,
           sizeof copy < 256u - capability ? sizeof copy : 256u - capability);
    put(slot, 0x34, 1, capability);
}

void fake_slot_press(struct fake_slot *slot)
{
    slot->status |= BUTTON;
}

void fake_slot_fill(struct fake_slot *slot)
{
    slot->present = true;
    slot->status |= CHANGED | BUTTON; // as QEMU does
}

void fake_slot_tear(struct fake_slot *slot)
{
    slot->present = false;
    slot->status |= CHANGED;
}

// Each event and its enable bit have the same position.
bool fake_slot_line(const struct fake_slot *slot)
{
    return (slot->control & HOTPLUG_ENABLE) != 0 &&
           (slot->status & slot->control & EVENTS) != 0;
}
