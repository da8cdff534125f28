// SPDX-License-Identifier: MIT
// ACPI mode: the fixed hardware's events arrive as the SCI and no longer as
// firmware's. Context: normal. ACPI 6.4, 4.8.2.5 "Legacy/ACPI Select".
#ifndef PLATFORM_ACPI_MODE_H
#define PLATFORM_ACPI_MODE_H

#include "base/io.h"
#include "platform/acpi.h"

// Enters it, if the machine is not in it already. ERR_TIMEOUT: it did not come
// (logged).
MUST_USE enum error acpi_mode_enter(const struct acpi_fixed *fixed);

// A block of the fixed hardware's registers.
static inline struct io_region acpi_ports(uint16_t first, uint32_t bytes)
{
    return (struct io_region){first, bytes, IO_PORTS};
}

#endif
