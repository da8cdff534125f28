// SPDX-License-Identifier: MIT
// Pins of the machine's I/O APICs, by GSI; for irq.c only. Context: any,
// interrupts off. ACPI 6.4, 5.2.12.3 "I/O APIC Structure".
#ifndef PLATFORM_IRQ_PINS_H
#define PLATFORM_IRQ_PINS_H

#include "arch/x86_64/apic.h"
#include "base/error.h"
#include "platform/acpi.h"

// Maps the I/O APICs, and masks the pins that firmware left on. Errors as
// paging_map_device's.
MUST_USE enum error irq_pins_start(const struct acpi *acpi);

// Whether an I/O APIC has the GSI. Without one, route and mask do nothing.
bool irq_pin_exists(uint32_t gsi);
void irq_pin_route(uint32_t gsi, struct ioapic_entry entry);
void irq_pin_mask(uint32_t gsi);

#endif
