// SPDX-License-Identifier: MIT
// Interrupt routing: from a global system interrupt (GSI) through whichever
// I/O APIC has it to a vector, and from there to a handler.
#ifndef PLATFORM_IRQ_H
#define PLATFORM_IRQ_H

#include "arch/x86_64/trap.h"
#include "base/error.h"
#include "platform/acpi.h"

// Silences the legacy PICs and the PC's timer and brings up the APICs that the
// tables name. Errors as paging_map_device's.
MUST_USE enum error irq_start(const struct acpi *acpi);

// Calls the handler, with interrupts off, each time that the GSI's line is
// high; the handler makes its device lower it. ERR_RANGE: no I/O APIC has that
// GSI. ERR_FULL: no vector is left.
MUST_USE enum error irq_connect(uint32_t gsi, trap_handler *handler,
                                void *context);

#endif
