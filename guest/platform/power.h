// SPDX-License-Identifier: MIT
// The power button, and switching the machine off: ACPI's fixed hardware on
// PCs, the generic event device on QEMU's microvm. Context: normal, interrupts
// off. ACPI 6.4, 4.8.2.2.1.1 "Fixed Power Button", 4.8.3.7 (sleep control).
#ifndef PLATFORM_POWER_H
#define PLATFORM_POWER_H

#include "base/error.h"
#include "platform/acpi.h"

// Listens to the button. ERR_EMPTY: this machine has none that its tables name;
// nothing was touched. ERR_TIMEOUT: ACPI mode did not come. Otherwise as
// paging_map_device's and irq_connect's.
MUST_USE enum error power_start(const struct acpi *acpi);

// Whether it was pressed since power_start.
bool power_pressed(void);

// Soft off (S5), once the button can be heard: QEMU goes, or stops for good
// with -no-shutdown. Returns where it does neither (logged).
void power_off(void);

#endif
