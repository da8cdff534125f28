// SPDX-License-Identifier: MIT
// ACPI tables, read field by field at documented offsets, never past their
// own checked length. ACPI 6.4; the section stands at each offset.
#include "platform/acpi.h"

#include <string.h>

enum {
    RSDP_BYTES = 20,    // 5.2.5.3, the part that revision 0 has
    RSDP_REVISION = 15, // byte
    RSDP_RSDT = 16,     // 32 bits
    RSDP_XSDT = 24,     // 64 bits, from revision 2 on
    RSDP_FULL_BYTES = 36,
    HEADER_LENGTH = 4, // 5.2.6: 32 bits, header included
    HEADER_BYTES = 36,
    FADT_FLAGS = 112,     // 5.2.9: 32 bits
    FADT_HW_REDUCED = 20, // bit of the flags
    MADT_LAPIC = 36,      // 5.2.12: 32 bits
    MADT_ENTRIES = 44,    // each: type, length, then its own fields
    ENTRY_IOAPIC = 1,     // 5.2.12.3
    ENTRY_IOAPIC_BYTES = 12,
    ENTRY_IOAPIC_ADDRESS = 4,
    ENTRY_IOAPIC_GSI = 8,
};

// More is no table of QEMU's; it bounds what a broken length can ask for.
#define TABLE_BYTES_MAX (1u << 20)

struct table {
    const uint8_t *bytes;
    uint32_t length;
};

static uint32_t read32(const uint8_t *at)
{
    uint32_t value;

    memcpy(&value, at, sizeof value);
    return value;
}

static uint64_t read64(const uint8_t *at)
{
    uint64_t value;

    memcpy(&value, at, sizeof value);
    return value;
}

static bool sums_to_zero(const uint8_t *bytes, uint32_t length)
{
    uint8_t sum = 0;

    for (uint32_t i = 0; i < length; i++) {
        sum = (uint8_t)(sum + bytes[i]);
    }
    return sum == 0;
}

static enum error open_table(acpi_map *map, uint64_t address,
                             struct table *table)
{
    const uint8_t *header =
        address ? map(paddr_of(address), HEADER_BYTES) : NULL;

    if (!header) {
        return ERR_INVALID;
    }
    table->length = read32(header + HEADER_LENGTH);
    if (table->length < HEADER_BYTES || table->length > TABLE_BYTES_MAX) {
        return ERR_INVALID;
    }
    table->bytes = map(paddr_of(address), table->length);
    if (!table->bytes || !sums_to_zero(table->bytes, table->length)) {
        return ERR_INVALID;
    }
    return OK;
}

// The root table: XSDT where there is one, RSDT otherwise.
static enum error open_root(acpi_map *map, paddr rsdp, struct table *root,
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
        if (read64(bytes + RSDP_XSDT) != 0) {
            *pointer_bytes = 8;
            return open_table(map, read64(bytes + RSDP_XSDT), root);
        }
    }
    return open_table(map, read32(bytes + RSDP_RSDT), root);
}

static enum error take_ioapic(const uint8_t *entry, struct acpi *acpi)
{
    if (entry[1] < ENTRY_IOAPIC_BYTES ||
        acpi->ioapic_count == ACPI_IOAPICS_MAX) {
        return ERR_INVALID;
    }
    acpi->ioapics[acpi->ioapic_count++] =
        (struct acpi_ioapic){paddr_of(read32(entry + ENTRY_IOAPIC_ADDRESS)),
                             read32(entry + ENTRY_IOAPIC_GSI)};
    return OK;
}

static enum error take_madt(struct table madt, struct acpi *acpi)
{
    if (madt.length < MADT_ENTRIES) {
        return ERR_INVALID;
    }
    acpi->lapic = paddr_of(read32(madt.bytes + MADT_LAPIC));
    for (uint32_t at = MADT_ENTRIES; at < madt.length;) {
        const uint8_t *entry = madt.bytes + at;

        if (madt.length - at < 2 || entry[1] < 2 ||
            entry[1] > madt.length - at) {
            return ERR_INVALID;
        }
        if (entry[0] == ENTRY_IOAPIC && take_ioapic(entry, acpi) != OK) {
            return ERR_INVALID;
        }
        at += entry[1];
    }
    return acpi->ioapic_count > 0 ? OK : ERR_EMPTY;
}

static enum error take_fadt(struct table fadt, struct acpi *acpi)
{
    if (fadt.length < FADT_FLAGS + 4) {
        return ERR_INVALID;
    }
    acpi->hardware_reduced =
        read32(fadt.bytes + FADT_FLAGS) >> FADT_HW_REDUCED & 1;
    return OK;
}

// Other tables are left unread: what they say is not needed here.
static enum error take_table(acpi_map *map, uint64_t address, struct acpi *acpi,
                             const char **what)
{
    const uint8_t *signature =
        address ? map(paddr_of(address), HEADER_BYTES) : NULL;
    bool madt = signature && memcmp(signature, "APIC", 4) == 0;
    bool fadt = signature && memcmp(signature, "FACP", 4) == 0;
    struct table table;

    if (!madt && !fadt) {
        return OK;
    }
    *what = madt ? "MADT" : "FADT";
    if (open_table(map, address, &table) != OK) {
        return ERR_INVALID;
    }
    return madt ? take_madt(table, acpi) : take_fadt(table, acpi);
}

enum error acpi_read(paddr rsdp, acpi_map *map, struct acpi *acpi,
                     const char **what)
{
    struct table root;
    uint32_t pointer_bytes;

    *acpi = (struct acpi){0};
    *what = "RSDP or root table";
    if (open_root(map, rsdp, &root, &pointer_bytes) != OK) {
        return ERR_INVALID;
    }
    for (uint32_t at = HEADER_BYTES; root.length - at >= pointer_bytes;
         at += pointer_bytes) {
        const uint8_t *entry = root.bytes + at;
        uint64_t address = pointer_bytes == 8 ? read64(entry) : read32(entry);
        enum error error = take_table(map, address, acpi, what);

        if (error != OK) {
            return error;
        }
    }
    *what = "MADT";
    return acpi->ioapic_count > 0 ? OK : ERR_EMPTY;
}
