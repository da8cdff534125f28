// SPDX-License-Identifier: MIT
// Local APIC and I/O APICs: mechanism. Which interrupt goes where is the
// platform's. Intel SDM volume 3, 11; I/O APIC: 82093AA data sheet.
#ifndef ARCH_APIC_H
#define ARCH_APIC_H

#include "base/error.h"
#include "base/io.h"

#define APIC_REGION_BYTES 0x1000
#define APIC_SPURIOUS_VECTOR 0xff

// Turns the local APIC on with its own sources masked: no timer, no ExtINT.
// region: its registers, APIC_REGION_BYTES long.
void lapic_start(struct io_region region);

// This CPU's APIC id, as an I/O APIC's destination.
uint8_t lapic_id(void);

// Ends the service of the interrupt in progress.
void lapic_end_of_interrupt(void);

// One interrupt at the vector after so many ticks, in place of any that was set
// before. QEMU's local APIC, and KVM's, ticks every nanosecond.
void lapic_alarm(uint8_t vector, uint32_t ticks);

// How many pins the I/O APIC has. A reset masks all of them (82093AA, 3.2.4).
uint32_t ioapic_pins(struct io_region region);

// Where a pin's interrupts go and how it signals them.
struct ioapic_entry {
    uint8_t vector;
    bool edge; // else level-triggered
    bool low;  // active low, else active high
    bool masked;
};

// Routes a pin to a vector of this CPU.
void ioapic_route(struct io_region region, uint32_t pin,
                  struct ioapic_entry entry);

void ioapic_mask(struct io_region region, uint32_t pin);

#endif
