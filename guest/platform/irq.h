// SPDX-License-Identifier: MIT
// Interrupt routing: from a global system interrupt (GSI) through whichever
// I/O APIC has it, or from a message, to a vector, and from there to handlers.
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
    bool edge; // else by its level: as long as it is active
    bool low;  // active low, else active high
};

// Called with interrupts off. Whether its device was the one: of a level line
// the platform has to know (see irq_report), of others it does not matter.
typedef bool irq_handler(void *context);

// Silences the legacy sources and brings up the APICs that the tables name.
// Errors as paging_map_device's.
MUST_USE enum error irq_start(const struct acpi *acpi);

// Where one of the PC's interrupt requests, 0 to 15, arrives that PCI devices
// and ACPI share: by level and active low, unless the tables say otherwise.
struct irq_line irq_shared_line(uint8_t request);

// Calls the handler whenever the line is active; the handler makes its device
// lower it. Handlers may share a line: each time all are called. ERR_RANGE: no
// I/O APIC has that GSI. ERR_INVALID: it is connected already, and signals
// otherwise. ERR_FULL: no vector, or no room for another handler.
MUST_USE enum error irq_connect(const struct irq_line *line,
                                irq_handler *handler, void *context);

// Undoes that, in normal context; the last one's line is masked.
void irq_disconnect(uint32_t gsi, irq_handler *handler, void *context);

// A vector for messages. ERR_FULL: none is left.
MUST_USE enum error irq_take_vector(irq_handler *handler, void *context,
                                    uint8_t *vector);

// Gives it back. A message that is still on its way is answered, and ignored.
void irq_give_vector(uint8_t vector);

// Level lines that somebody keeps active whom no handler knows: after
// IRQ_UNCLAIMED_MAX interrupts in a row that no handler claims, the line is
// masked, and looked at again every IRQ_LOOK_MS milliseconds: so a device that
// shares it is heard all the same, that much later, and the CPU sleeps between
// the looks.
#define IRQ_UNCLAIMED_MAX 1000u
#define IRQ_LOOK_MS 10u

// Writes a line for each that was masked for the first time, and one for the
// first interrupt that came for no source at all. Normal context.
void irq_report(void);

#endif
