// SPDX-License-Identifier: MIT
// The driver polls, since firmware may do the change in an SMI handler.
#include "platform/acpi_mode.h"

#include "base/log.h"

#define SCI_EN 0x0001u // of PM1a_CNT: ACPI mode
#define READS_MAX 100000u

// Without an SMI command port, ACPI mode is always on (4.8.2.5).
enum error acpi_mode_enter(const struct acpi_fixed *fixed)
{
    const struct io_region control = acpi_ports(fixed->pm1a_cnt_blk, 2);

    if (fixed->smi_cmd == 0 || (io_read16(control, 0) & SCI_EN) != 0) {
        return OK;
    }
    io_write8(acpi_ports(fixed->smi_cmd, 1), 0, fixed->acpi_enable);
    for (unsigned i = 0; i < READS_MAX; i++) {
        if ((io_read16(control, 0) & SCI_EN) != 0) {
            return OK;
        }
    }
    log_line("error what=acpi awaited=acpi_mode reads=%u", READS_MAX);
    return ERR_TIMEOUT;
}
