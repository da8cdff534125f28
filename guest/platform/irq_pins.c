// SPDX-License-Identifier: MIT
// The I/O APICs that the tables name, and the GSIs of each. 82093AA, 3; ACPI
// 6.4, 5.2.12.3.
#include "platform/irq_pins.h"

#include "arch/x86_64/paging.h"
#include "base/log.h"

static struct {
    struct io_region region;
    uint32_t gsi_base;
    uint32_t pins;
} ioapics[ACPI_IOAPICS_MAX];

static uint32_t ioapic_count;

// On a PC, firmware may have left pins unmasked. On a hardware-reduced machine
// this is not needed: a reset has masked them (82093AA, 3.2.4), and each access
// costs an exit to QEMU.
static void mask_all(uint32_t ioapic)
{
    for (uint32_t pin = 0; pin < ioapics[ioapic].pins; pin++) {
        ioapic_mask(ioapics[ioapic].region, pin);
    }
}

static enum error start_ioapic(const struct acpi_ioapic *found)
{
    struct io_region region;
    enum error error =
        paging_map_device(found->address, APIC_REGION_BYTES, &region);

    if (error != OK) {
        return error;
    }
    ioapics[ioapic_count].region = region;
    ioapics[ioapic_count].gsi_base = found->gsi_base;
    ioapics[ioapic_count].pins = ioapic_pins(region);
    log_line("irq ioapic address=%#llx gsi=%u pins=%u",
             (unsigned long long)found->address.value, found->gsi_base,
             ioapics[ioapic_count].pins);
    ioapic_count++;
    return OK;
}

enum error irq_pins_start(const struct acpi *acpi)
{
    enum error error = OK;

    ioapic_count = 0;
    for (uint32_t i = 0; i < acpi->ioapic_count && error == OK; i++) {
        error = start_ioapic(&acpi->ioapics[i]);
        if (error == OK && !acpi->hardware_reduced) {
            mask_all(i);
        }
    }
    return error;
}

// For a GSI below the I/O APIC's first, the pin number wraps to a huge value.
static bool find_pin(uint32_t gsi, struct io_region *ioapic, uint32_t *pin)
{
    for (uint32_t i = 0; i < ioapic_count; i++) {
        *ioapic = ioapics[i].region;
        *pin = gsi - ioapics[i].gsi_base;
        if (*pin < ioapics[i].pins) {
            return true;
        }
    }
    return false;
}

bool irq_pin_exists(uint32_t gsi)
{
    struct io_region ioapic;
    uint32_t pin;

    return find_pin(gsi, &ioapic, &pin);
}

// QEMU moves line 0 of every I/O APIC to pin 2, as a PC's timer is wired, even
// on microvm's second one, where line 0 is the first slot. Both pins are
// therefore routed; a second interrupt for the same event finds no cause.
void irq_pin_route(uint32_t gsi, struct ioapic_entry entry)
{
    struct io_region ioapic;
    uint32_t pin;

    if (find_pin(gsi, &ioapic, &pin)) {
        ioapic_route(ioapic, pin, entry);
        if (pin == 0) {
            ioapic_route(ioapic, 2, entry);
        }
    }
}

void irq_pin_mask(uint32_t gsi)
{
    struct io_region ioapic;
    uint32_t pin;

    if (find_pin(gsi, &ioapic, &pin)) {
        ioapic_mask(ioapic, pin);
        if (pin == 0) {
            ioapic_mask(ioapic, 2);
        }
    }
}
