// SPDX-License-Identifier: MIT
// Reads the fields of each table; acpi.c finds and checks the tables. Pure.
// ACPI 6.4, 5.2.9 (FADT), 5.2.12 (MADT); PCI Firmware 3.2, 4.1.2 (MCFG).
#ifndef PLATFORM_ACPI_TABLES_H
#define PLATFORM_ACPI_TABLES_H

#include "platform/acpi.h"

#include <string.h>

#define ACPI_HEADER_BYTES 36u // 5.2.6

// A table with a good checksum; `length` bytes can be read.
struct acpi_table {
    const uint8_t *bytes;
    uint32_t length; // at least ACPI_HEADER_BYTES
};

// Fields may be unaligned, and are little-endian, as is the CPU.
static inline uint16_t acpi_read16(const uint8_t *at)
{
    uint16_t value;

    memcpy(&value, at, sizeof value);
    return value;
}

static inline uint32_t acpi_read32(const uint8_t *at)
{
    uint32_t value;

    memcpy(&value, at, sizeof value);
    return value;
}

static inline uint64_t acpi_read64(const uint8_t *at)
{
    uint64_t value;

    memcpy(&value, at, sizeof value);
    return value;
}

// ERR_INVALID: the table contradicts itself or the specification.
MUST_USE enum error acpi_parse_madt(struct acpi_table madt, struct acpi *acpi);
MUST_USE enum error acpi_parse_fadt(struct acpi_table fadt, struct acpi *acpi);
MUST_USE enum error acpi_parse_mcfg(struct acpi_table mcfg, struct acpi *acpi);

#endif
