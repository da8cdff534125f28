// SPDX-License-Identifier: MIT
// The hot-plug registers of QEMU's PC machines, used as their AML uses them: an
// SCI with bit 1 of the general-purpose events, then the devices bus by bus.
// QEMU's docs/specs/acpi_pci_hotplug.rst; ACPI 6.4, 4.8.3, 4.8.4.
#include "platform/hotplug/method.h"

#include "base/io.h"
#include "base/log.h"
#include "platform/acpi_mode.h"
#include "platform/irq.h"

// QEMU's block: registers of 32 bits, one bit for each device number on the
// selected bus.
enum {
    BLOCK_UP = 0x00,    // R   device added; a read clears it
    BLOCK_DOWN = 0x04,  // R   removal requested; set until ejected
    BLOCK_EJECT = 0x08, //  W  one bit: eject that device
    BLOCK_BUS = 0x10,   // RW  the bus, in QEMU's own count
    BLOCK_BYTES = 0x14,
};

#define BUSES 256u // QEMU's maximum

// The chipsets: the function that identifies each, and the block's port.
static const struct chipset {
    struct pci_address at;
    uint32_t id;    // device, vendor
    uint16_t block; // its port
} chipsets[] = {
    {{0, 0x1f, 0}, 0x29188086, 0x0cc0}, // ICH9: q35
    {{0, 1, 3}, 0x71138086, 0xae00},    // PIIX4: pc
};

#define GPE_PCI 0x02u // general-purpose event 1

static struct {
    struct io_region status; // of the general-purpose events
    struct io_region enable;
    struct io_region block; // QEMU's hot-plug registers
    uint32_t requested[BUSES];
    uint32_t requested_any; // of all buses, one bit for each device number
} state;

// Interrupt context. The event is cleared before the block is read, so a
// change during that read raises a new event.
static bool acpi_hotplug_sci(void *context)
{
    const bool announced = (io_read8(state.status, 0) & GPE_PCI) != 0;

    (void)context;
    if (announced) {
        io_write8(state.status, 0, GPE_PCI);
        hotplug_announce();
    }
    return announced;
}

static void select_bus(uint32_t bus)
{
    io_write32(state.block, BLOCK_BUS, bus);
}

// Whether this chipset has the block: the selected bus can be read back. With
// hot-plug through bridges switched off, the block or this register is absent.
static bool has_block(const struct chipset *chipset)
{
    if (pci_read32(chipset->at, PCI_VENDOR_ID) != chipset->id) {
        return false;
    }
    state.block = acpi_ports(chipset->block, BLOCK_BYTES);
    select_bus(1);
    return io_read32(state.block, BLOCK_BUS) == 1;
}

static enum error find_register_block(void)
{
    for (size_t i = 0; i < sizeof chipsets / sizeof chipsets[0]; i++) {
        if (has_block(&chipsets[i])) {
            return OK;
        }
    }
    return ERR_EMPTY;
}

// Disables all events; their status bits stay.
static void disable_events(const struct acpi_fixed *fixed)
{
    const uint32_t half = fixed->gpe0_blk_len / 2u;

    state.status = acpi_ports(fixed->gpe0_blk, half);
    state.enable = acpi_ports((uint16_t)(fixed->gpe0_blk + half), half);
    for (uint32_t i = 0; i < half; i++) {
        io_write8(state.enable, i, 0);
    }
}

static bool has_events(const struct acpi_fixed *fixed)
{
    return fixed->gpe0_blk != 0 && fixed->gpe0_blk_len >= 2 &&
           fixed->pm1a_cnt_blk != 0 && fixed->sci_int < ACPI_IRQS;
}

static enum error acpi_hotplug_start(const struct acpi *acpi)
{
    const struct acpi_fixed *fixed = &acpi->fixed;

    if (!has_events(fixed) || find_register_block() != OK) {
        return ERR_EMPTY;
    }
    enum error error = acpi_mode_enter(fixed);
    if (error != OK) {
        return error;
    }
    disable_events(fixed);
    const struct irq_line line = irq_shared_line((uint8_t)fixed->sci_int);
    error = irq_connect(&line, acpi_hotplug_sci, NULL);
    if (error == OK) {
        // An event that is already pending interrupts at once.
        io_write8(state.enable, 0, GPE_PCI);
        log_line("hotplug ready slots=%#x gsi=%u", (unsigned)state.block.handle,
                 (unsigned)line.gsi);
    }
    return error;
}

static void acpi_hotplug_read(void)
{
    state.requested_any = 0;
    for (uint32_t bus = 0; bus < BUSES; bus++) {
        select_bus(bus);
        (void)io_read32(state.block, BLOCK_UP);
        state.requested[bus] = io_read32(state.block, BLOCK_DOWN);
        state.requested_any |= state.requested[bus];
    }
}

static bool acpi_hotplug_removal_requested(struct pci_address at)
{
    return (state.requested_any >> at.device & 1) != 0;
}

static void acpi_hotplug_eject(void)
{
    for (uint32_t bus = 0; bus < BUSES; bus++) {
        for (uint32_t bits = state.requested[bus]; bits != 0;
             bits &= bits - 1) {
            select_bus(bus);
            io_write32(state.block, BLOCK_EJECT, bits & -bits);
        }
        state.requested[bus] = 0;
    }
    state.requested_any = 0;
}

const struct hotplug_method hotplug_acpi = {
    .start = acpi_hotplug_start,
    .read = acpi_hotplug_read,
    .removal_requested = acpi_hotplug_removal_requested,
    .eject = acpi_hotplug_eject,
};
