// SPDX-License-Identifier: MIT
// Interrupt routing: from a global system interrupt (GSI) through the I/O APIC
// that has it, or from a message, to a vector, and from there to handlers.
// Handlers are called with interrupts off. Intel SDM volume 3, 11; ACPI 6.4,
// 5.2.12.5 "Interrupt Source Override Structure".
#ifndef PLATFORM_IRQ_H
#define PLATFORM_IRQ_H

#include "arch/x86_64/trap.h"
#include "base/error.h"
#include "platform/acpi.h"

// A line into an I/O APIC, and how it signals.
struct irq_line {
    uint32_t gsi;
    bool edge; // edge-triggered, else level-triggered
    bool low;  // active low, else active high
};

// Called with interrupts off. Returns whether its device had a cause. The
// result counts for level-triggered lines only; see IRQ_UNCLAIMED_MAX.
typedef bool irq_handler(void *context);

// Masks PICs and timer, and starts the APICs that the tables name.
// Errors as paging_map_device's.
MUST_USE enum error irq_start(const struct acpi *acpi);

// The line of one of the PC's interrupt requests, 0 to 15, as PCI devices and
// ACPI share it: level-triggered and active low unless the tables differ.
struct irq_line irq_shared_line(uint8_t request);

// Calls the handler when the line interrupts; the handler makes its device
// deassert it. Handlers may share a line: all are called each time. ERR_RANGE:
// no I/O APIC has that GSI. ERR_INVALID: it is connected with another trigger
// mode or polarity. ERR_FULL: no vector or no room for another handler.
MUST_USE enum error irq_connect(const struct irq_line *line,
                                irq_handler *handler, void *context);

// Removes the handler; the line is masked with its last one. Normal context.
void irq_disconnect(uint32_t gsi, irq_handler *handler, void *context);

// Allocates a vector for messages. ERR_FULL: none is left.
MUST_USE enum error irq_vector_alloc(irq_handler *handler, void *context,
                                     uint8_t *vector);

// Frees it. A late message gets its end-of-interrupt, and is ignored.
void irq_vector_free(uint8_t vector);

// A device without a handler may keep a level-triggered line active. After
// IRQ_UNCLAIMED_MAX interrupts in a row that no handler claims, the line is
// masked, and unmasked every IRQ_LOOK_MS milliseconds. A device that shares the
// line is still served, with this delay, and the CPU sleeps in between.
#define IRQ_UNCLAIMED_MAX 1000u
#define IRQ_LOOK_MS 10u

// Logs each line when it is masked for the first time, and the first
// interrupt on a vector without a source. Normal context.
void irq_log(void);

#endif
