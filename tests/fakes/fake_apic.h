// SPDX-License-Identifier: MIT
// The fake behind arch's apic.h and trap_connect: I/O APICs whose pins are
// routed to vectors, the local APIC, and the handlers that the CPU would call.
#ifndef FAKES_FAKE_APIC_H
#define FAKES_FAKE_APIC_H

#include <stdbool.h>
#include <stdint.h>

#include "arch/x86_64/apic.h"

#define FAKE_APIC_ID 3u
#define FAKE_IOAPIC_PINS 24u // pins of each I/O APIC, unless a test changes it

// Clears all routes and handlers and the count of pins.
void fake_apic_reset(void);
void fake_ioapic_pins(uint32_t pins);

// The pin of the I/O APIC at that address becomes active: calls the handler of
// its vector. False: the pin is masked.
bool fake_ioapic_raise(uint64_t address, uint32_t pin);
// The route of a pin; vector 0: masked.
struct ioapic_entry fake_ioapic_route(uint64_t address, uint32_t pin);

// A message to the CPU. A message that no CPU would accept, or whose vector has
// no handler, is a violation.
void fake_apic_message(uint64_t address, uint32_t data);

#endif
