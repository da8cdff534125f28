// SPDX-License-Identifier: MIT
// Local APIC and I/O APICs: mechanism only. The platform decides the routing.
// Intel SDM volume 3, 11; I/O APIC: 82093AA data sheet.
#ifndef ARCH_APIC_H
#define ARCH_APIC_H

#include "base/error.h"
#include "base/io.h"

#define APIC_REGION_BYTES 0x1000
#define APIC_SPURIOUS_VECTOR 0xff

// Enables the local APIC with its own sources masked: no timer, no ExtINT.
// region: its registers, APIC_REGION_BYTES long.
void lapic_start(struct io_region region);

// This CPU's APIC ID, as the destination in an I/O APIC's entry.
uint8_t lapic_id(void);

// Signals the end of the interrupt in service.
void lapic_end_of_interrupt(void);

// Requests one timer interrupt after `ticks` and replaces an earlier request.
// A tick of QEMU's and KVM's local APIC is one nanosecond.
void lapic_timer_start(uint8_t vector, uint32_t ticks);

// Number of pins of the I/O APIC. A reset masks all of them (82093AA, 3.2.4).
uint32_t ioapic_pins(struct io_region region);

// A pin's vector and signalling.
struct ioapic_entry {
    uint8_t vector;
    bool edge; // else level-triggered
    bool low;  // active low, else active high
    bool masked;
};

// Routes a pin to this CPU.
void ioapic_route(struct io_region region, uint32_t pin,
                  struct ioapic_entry entry);

void ioapic_mask(struct io_region region, uint32_t pin);

#endif
