// SPDX-License-Identifier: MIT
// The power button and soft off: ACPI's fixed hardware on PCs, the generic
// event device on QEMU's microvm. Context: normal, interrupts off. ACPI 6.4,
// 4.8.2.2.1.1 "Fixed Power Button", 4.8.3.7 (sleep control).
#ifndef PLATFORM_POWER_H
#define PLATFORM_POWER_H

#include "base/error.h"
#include "platform/acpi.h"

// Enables the button's interrupt. ERR_EMPTY: the tables name no button; nothing
// was changed. ERR_TIMEOUT: ACPI mode stayed off. Otherwise as
// paging_map_device's and irq_connect's.
MUST_USE enum error power_start(const struct acpi *acpi);

// Whether the button was pressed since power_start.
bool power_pressed(void);

// Soft off (S5); only after a successful power_start. QEMU exits, or stops the
// machine with -no-shutdown. Returns if it does neither (logged).
void power_off(void);

#endif
