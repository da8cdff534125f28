// SPDX-License-Identifier: MIT
// ACPI mode: events of the fixed hardware raise the SCI, no longer an SMI for
// the firmware. Context: normal. ACPI 6.4, 4.8.2.5 "Legacy/ACPI Select".
#ifndef PLATFORM_ACPI_MODE_H
#define PLATFORM_ACPI_MODE_H

#include "base/io.h"
#include "platform/acpi.h"

// Enters ACPI mode unless it is on. ERR_TIMEOUT: it stayed off (logged).
MUST_USE enum error acpi_mode_enter(const struct acpi_fixed *fixed);

// A block of the fixed hardware's registers.
static inline struct io_region acpi_ports(uint16_t first, uint32_t bytes)
{
    return (struct io_region){first, bytes, IO_PORTS};
}

#endif
