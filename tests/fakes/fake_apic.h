// SPDX-License-Identifier: MIT
// What stands behind arch's apic.h and trap_connect in a test: I/O APICs whose
// pins are routed to vectors, the local APIC, and the handlers that the CPU
// would call.
#ifndef FAKES_FAKE_APIC_H
#define FAKES_FAKE_APIC_H

#include <stdbool.h>
#include <stdint.h>

#include "arch/x86_64/apic.h"

#define FAKE_APIC_ID 3u
#define FAKE_IOAPIC_PINS 24u // of each, unless a test changes it

// Forgets every route and handler, and how many pins there are.
void fake_apic_reset(void);
void fake_ioapic_pins(uint32_t pins);

// The pin of the I/O APIC at that address is active: calls its vector's
// handler. False: the pin is masked.
bool fake_ioapic_raise(uint64_t address, uint32_t pin);
// How a pin is routed; vector 0: it is masked.
struct ioapic_entry fake_ioapic_route(uint64_t address, uint32_t pin);

// A message on its way to the CPU. One that no CPU would take for a message,
// or to a vector without a handler, is a violation.
void fake_apic_message(uint64_t address, uint32_t data);

#endif
