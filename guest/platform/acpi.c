// SPDX-License-Identifier: MIT
// Finds the tables: from the root pointer through the root table to each
// table that the guest uses. Length and checksum are checked before any other
// field. ACPI 6.4; the section is given at each offset.
#include "platform/acpi.h"

#include "base/log.h"
#include "platform/acpi_tables.h"

enum {
    RSDP_BYTES = 20,    // 5.2.5.3, the part that revision 0 has
    RSDP_REVISION = 15, // byte
    RSDP_RSDT = 16,     // 32 bits
    RSDP_XSDT = 24,     // 64 bits, from revision 2 on
    RSDP_FULL_BYTES = 36,
    HEADER_LENGTH = 4, // 5.2.6: 32 bits, header included
};

// No table of QEMU is larger. Bounds the mapping for a wrong length.
#define TABLE_BYTES_MAX (1u << 20)

// Bounds the tables read, since each needs a mapping. QEMU's machines have
// about ten of their own, which precede those of -acpitable.
#define TABLES_MAX 64u

static bool sums_to_zero(const uint8_t *bytes, uint32_t length)
{
    uint8_t sum = 0;

    for (uint32_t i = 0; i < length; i++) {
        sum = (uint8_t)(sum + bytes[i]);
    }
    return sum == 0;
}

static enum error map_table(acpi_map *map, uint64_t address,
                            struct acpi_table *table)
{
    const uint8_t *header =
        address ? map(paddr_of(address), ACPI_HEADER_BYTES) : NULL;

    if (!header) {
        return ERR_INVALID;
    }
    table->length = acpi_read32(header + HEADER_LENGTH);
    if (table->length < ACPI_HEADER_BYTES || table->length > TABLE_BYTES_MAX) {
        return ERR_INVALID;
    }
    table->bytes = map(paddr_of(address), table->length);
    if (!table->bytes || !sums_to_zero(table->bytes, table->length)) {
        return ERR_INVALID;
    }
    return OK;
}

// The root table: XSDT if present, RSDT otherwise.
static enum error map_root(acpi_map *map, paddr rsdp, struct acpi_table *root,
                           uint32_t *pointer_bytes)
{
    const uint8_t *bytes = map(rsdp, RSDP_BYTES);

    if (!bytes || memcmp(bytes, "RSD PTR ", 8) != 0 ||
        !sums_to_zero(bytes, RSDP_BYTES)) {
        return ERR_INVALID;
    }
    *pointer_bytes = 4;
    if (bytes[RSDP_REVISION] >= 2) {
        bytes = map(rsdp, RSDP_FULL_BYTES);
        if (!bytes || !sums_to_zero(bytes, RSDP_FULL_BYTES)) {
            return ERR_INVALID;
        }
        if (acpi_read64(bytes + RSDP_XSDT) != 0) {
            *pointer_bytes = 8;
            return map_table(map, acpi_read64(bytes + RSDP_XSDT), root);
        }
    }
    return map_table(map, acpi_read32(bytes + RSDP_RSDT), root);
}

// The tables that the guest uses; other tables are not read.
static const struct {
    const char *signature;
    const char *name; // for error messages
    enum error (*parse)(struct acpi_table table, struct acpi *acpi);
} parsers[] = {
    {"APIC", "MADT", acpi_parse_madt},
    {"FACP", "FADT", acpi_parse_fadt},
    {"MCFG", "MCFG", acpi_parse_mcfg},
};

static enum error read_table(acpi_map *map, uint64_t address, struct acpi *acpi,
                             const char **what)
{
    const uint8_t *header =
        address ? map(paddr_of(address), ACPI_HEADER_BYTES) : NULL;
    struct acpi_table table;

    for (size_t i = 0; header && i < sizeof parsers / sizeof parsers[0]; i++) {
        if (memcmp(header, parsers[i].signature, 4) == 0) {
            *what = parsers[i].name;
            enum error error = map_table(map, address, &table);

            return error == OK ? parsers[i].parse(table, acpi) : error;
        }
    }
    return OK;
}

// The number of root table pointers to follow; logged if some are left out.
static uint32_t tables_to_read(struct acpi_table root, uint32_t pointer_bytes)
{
    const uint32_t named = (root.length - ACPI_HEADER_BYTES) / pointer_bytes;

    if (named <= TABLES_MAX) {
        return named;
    }
    log_line("acpi tables=%u read=%u", (unsigned)named, TABLES_MAX);
    return TABLES_MAX;
}

enum error acpi_read(paddr rsdp, acpi_map *map, struct acpi *acpi,
                     const char **what)
{
    struct acpi_table root;
    uint32_t pointer_bytes;

    *acpi = (struct acpi){0};
    *what = "RSDP or root table";
    if (map_root(map, rsdp, &root, &pointer_bytes) != OK) {
        return ERR_INVALID;
    }
    const uint8_t *entry = root.bytes + ACPI_HEADER_BYTES;
    const uint32_t count = tables_to_read(root, pointer_bytes);

    for (uint32_t i = 0; i < count; i++, entry += pointer_bytes) {
        uint64_t address =
            pointer_bytes == 8 ? acpi_read64(entry) : acpi_read32(entry);
        enum error error = read_table(map, address, acpi, what);

        if (error != OK) {
            return error;
        }
    }
    *what = "MADT";
    return acpi->ioapic_count > 0 ? OK : ERR_EMPTY;
}
