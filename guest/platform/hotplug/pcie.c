// SPDX-License-Identifier: MIT
// Native PCIe hot-plug: a slot's attention button requests removal, and the
// driver switches the slot's power off or on. The request is obeyed at once;
// the five seconds in which a second press cancels it are not waited for. PCI
// Express Base 4.0, 6.7, 7.5.3.9 to 7.5.3.11.
#include "base/log.h"
#include "platform/hotplug/method.h"
#include "platform/pci/interrupt.h"
#include "platform/pci/walk.h"

// The PCI Express capability; offsets in it.
enum {
    CAPABILITY = 0x10,
    FLAGS = 0x02, // 16 bits
    FLAGS_PORT = 0x00f0,
    PORT_ROOT = 0x0040,
    PORT_DOWNSTREAM = 0x0060,
    FLAGS_SLOT = 0x0100, // the port has a slot

    SLOT_CAPABILITIES = 0x14, // 32 bits
    HAS_BUTTON = 0x00000001,
    HAS_POWER = 0x00000002,
    HAS_HOTPLUG = 0x00000040,
    NO_COMPLETION = 0x00040000, // a command is complete when it is written

    SLOT_CONTROL = 0x18, // 16 bits: each write is a command
    BUTTON_ENABLE = 0x0001,
    PRESENCE_ENABLE = 0x0008,
    HOTPLUG_ENABLE = 0x0020, // interrupts for the enabled events
    INDICATOR = 0x0300,
    INDICATOR_ON = 0x0100,
    INDICATOR_OFF = 0x0300,
    POWER_OFF = 0x0400,

    SLOT_STATUS = 0x1a, // 16 bits: writing a 1 clears an event
    BUTTON_PRESSED = 0x0001,
    PRESENCE_CHANGED = 0x0008,
    COMMAND_COMPLETED = 0x0010,
    PRESENT = 0x0040, // a state, not an event
    EVENTS = 0x001f,
    ALL_ONES = 0xffff, // the port is absent or was removed

    CAPABILITY_BYTES = 0x1c, // the part used here
};

#define HOTPLUG_SLOTS_MAX 32u
#define EVENT_ROUNDS_MAX 8u
#define READS_MAX 100000u

struct hotplug_slot {
    struct pci_address port;
    uint8_t at;      // offset of the capability
    uint8_t bus;     // secondary bus of the port
    bool completes;  // the port reports the end of a command
    bool requested;  // removal requested; from read to eject
    uint32_t events; // from interrupt to read
};

static struct hotplug_slot slots[HOTPLUG_SLOTS_MAX];
static unsigned slot_count;

static uint16_t slot_status(const struct hotplug_slot *slot)
{
    return pci_read16(slot->port, slot->at + SLOT_STATUS);
}

static uint16_t slot_control(const struct hotplug_slot *slot)
{
    return pci_read16(slot->port, slot->at + SLOT_CONTROL);
}

// Interrupt context. A message is sent only when an event follows a state
// without events, so events are cleared until none is left. Events that cannot
// be cleared do not claim the interrupt: a stuck port would keep its line
// active, and the CPU busy, without end.
static bool pcie_hotplug_interrupt(void *context)
{
    struct hotplug_slot *slot = context;
    bool any = false;

    for (unsigned i = 0; i < EVENT_ROUNDS_MAX; i++) {
        const uint16_t status = slot_status(slot);
        const uint16_t events = status & EVENTS;

        if (events == 0 || status == ALL_ONES) {
            return any;
        }
        any = true;
        pci_write16(slot->port, slot->at + SLOT_STATUS, events);
        if ((events & (BUTTON_PRESSED | PRESENCE_CHANGED)) != 0) {
            __atomic_fetch_or(&slot->events, events, __ATOMIC_RELAXED);
            hotplug_announce();
        }
    }
    return false;
}

// Polls until the status bit is set, or clear if `set` is false. Bounded.
static bool await_status(const struct hotplug_slot *slot, uint16_t bit,
                         bool set)
{
    for (unsigned i = 0; i < READS_MAX; i++) {
        if (((slot_status(slot) & bit) != 0) == set) {
            return true;
        }
    }
    log_line("error what=hotplug_slot port=%02x:%02x.%x awaited=%s_%#x "
             "reads=%u",
             slot->port.bus, slot->port.device, slot->port.function,
             set ? "status" : "no_status", bit, READS_MAX);
    return false;
}

// 6.7.3.2: a command must complete before the next one is written.
static void write_command(const struct hotplug_slot *slot, unsigned off,
                          unsigned on)
{
    pci_write16(slot->port, slot->at + SLOT_STATUS, COMMAND_COMPLETED);
    pci_write16(slot->port, slot->at + SLOT_CONTROL,
                (uint16_t)((slot_control(slot) & ~off) | on));
    if (slot->completes && await_status(slot, COMMAND_COMPLETED, true)) {
        pci_write16(slot->port, slot->at + SLOT_STATUS, COMMAND_COMPLETED);
    }
}

static bool is_powered(const struct hotplug_slot *slot)
{
    return (slot_control(slot) & POWER_OFF) == 0;
}

static bool is_present(const struct hotplug_slot *slot)
{
    return (slot_status(slot) & PRESENT) != 0;
}

static void slot_power_off(const struct hotplug_slot *slot)
{
    write_command(slot, INDICATOR, INDICATOR_OFF | POWER_OFF);
}

// The device may need time after power-on. This guest has no clock, so it
// waits for a bounded number of reads.
static void slot_power_on(const struct hotplug_slot *slot)
{
    const struct pci_address first = {.bus = slot->bus};

    write_command(slot, INDICATOR | POWER_OFF, INDICATOR_ON);
    for (unsigned i = 0; i < READS_MAX; i++) {
        if (pci_read16(first, PCI_VENDOR_ID) != PCI_VENDOR_NONE) {
            return;
        }
    }
    log_line("error what=hotplug_slot port=%02x:%02x.%x awaited=function "
             "reads=%u",
             slot->port.bus, slot->port.device, slot->port.function, READS_MAX);
}

// Acts on a slot's events according to its present state.
static void handle_events(struct hotplug_slot *slot)
{
    if (!is_present(slot)) {
        if (is_powered(slot)) {
            slot_power_off(slot);
        }
    } else if (!is_powered(slot)) {
        slot_power_on(slot);
    } else {
        slot->requested = (slot->events & BUTTON_PRESSED) != 0;
    }
}

static void pcie_hotplug_read(void)
{
    for (unsigned i = 0; i < slot_count; i++) {
        if (slots[i].events != 0) {
            handle_events(&slots[i]);
            slots[i].events = 0;
        }
    }
}

static bool pcie_hotplug_removal_requested(struct pci_address at)
{
    for (unsigned i = 0; i < slot_count; i++) {
        if (slots[i].requested && slots[i].bus == at.bus) {
            return true;
        }
    }
    return false;
}

static void pcie_hotplug_eject(void)
{
    for (unsigned i = 0; i < slot_count; i++) {
        if (slots[i].requested) {
            slots[i].requested = false;
            slot_power_off(&slots[i]);
            (void)await_status(&slots[i], PRESENT, false);
        }
    }
}

// Reads the flags only: the capability of a function without a slot may be
// short, and end at the end of configuration space.
static bool port_has_slot(struct pci_address port, uint8_t at)
{
    const uint16_t flags = pci_read16(port, at + FLAGS);
    const uint16_t kind = flags & FLAGS_PORT;

    return (kind == PORT_ROOT || kind == PORT_DOWNSTREAM) &&
           (flags & FLAGS_SLOT) != 0;
}

static bool holds_slot_registers(struct pci_address port, uint8_t at)
{
    if (at <= PCI_CONFIG_BYTES - CAPABILITY_BYTES) {
        return true;
    }
    log_line("hotplug port=%02x:%02x.%x offset=%#x unusable=cut_short",
             port.bus, port.device, port.function, at);
    return false;
}

// A port with a hot-plug slot that has a button and a power controller.
static bool is_hotplug_slot(struct pci_address port, uint8_t at)
{
    const uint32_t needed = HAS_BUTTON | HAS_POWER | HAS_HOTPLUG;

    return port_has_slot(port, at) && holds_slot_registers(port, at) &&
           (pci_read32(port, at + SLOT_CAPABILITIES) & needed) == needed;
}

// A message needs bus mastering; a pin needs INTx, which may be disabled.
static enum error connect_interrupt(struct hotplug_slot *slot)
{
    const struct pci_message message = {pcie_hotplug_interrupt, slot};
    const enum error error = pci_msix_start(slot->port, &message, 1);

    if (error == ERR_EMPTY) {
        pci_command_set(slot->port, 0, PCI_COMMAND_INTX_DISABLE);
        return pci_pin_connect(slot->port, pcie_hotplug_interrupt, slot);
    }
    if (error == OK) {
        pci_command_set(slot->port, PCI_COMMAND_MASTER, 0);
    }
    return error;
}

// Events from before the start are read at once.
static enum error start_slot(struct pci_address port, uint8_t at)
{
    struct hotplug_slot *slot = &slots[slot_count];
    enum error error;

    *slot = (struct hotplug_slot){
        .port = port,
        .at = at,
        .bus = pci_read8(port, PCI_SECONDARY_BUS),
        .completes =
            (pci_read32(port, at + SLOT_CAPABILITIES) & NO_COMPLETION) == 0,
    };
    error = connect_interrupt(slot);
    if (error != OK) {
        return error;
    }
    slot_count++;
    write_command(slot, 0, BUTTON_ENABLE | PRESENCE_ENABLE | HOTPLUG_ENABLE);
    (void)pcie_hotplug_interrupt(slot);
    log_line("hotplug ready port=%02x:%02x.%x bus=%u", port.bus, port.device,
             port.function, slot->bus);
    return OK;
}

static enum error pcie_hotplug_start(const struct acpi *acpi)
{
    struct pci_walk walk;
    struct pci_address at;
    uint8_t capability;
    enum error error = OK;

    (void)acpi;
    slot_count = 0;
    pci_walk_begin(&walk);
    while (error == OK && slot_count < HOTPLUG_SLOTS_MAX &&
           pci_walk_next(&walk, &at)) {
        if (pci_header_type(at) == PCI_HEADER_BRIDGE &&
            pci_next_capability(at, CAPABILITY, 0, &capability) == OK &&
            is_hotplug_slot(at, capability)) {
            error = start_slot(at, capability);
        }
    }
    return error == OK && slot_count == 0 ? ERR_EMPTY : error;
}

const struct hotplug_method hotplug_pcie = {
    .start = pcie_hotplug_start,
    .read = pcie_hotplug_read,
    .removal_requested = pcie_hotplug_removal_requested,
    .eject = pcie_hotplug_eject,
};
