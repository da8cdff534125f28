// SPDX-License-Identifier: MIT
// MADT, FADT and MCFG, read field by field at documented offsets, never past
// the table's checked length. The section is given at each offset.
#include "platform/acpi_tables.h"

enum {
    MADT_LAPIC = 36,   // 5.2.12: 32 bits
    MADT_ENTRIES = 44, // each: type, length, then its own fields

    IOAPIC_TYPE = 1, // 5.2.12.3
    IOAPIC_BYTES = 12,
    IOAPIC_ADDRESS = 4, // 32 bits
    IOAPIC_GSI = 8,     // 32 bits

    OVERRIDE_TYPE = 2, // 5.2.12.5
    OVERRIDE_BYTES = 10,
    OVERRIDE_BUS = 2,    // 0: ISA
    OVERRIDE_SOURCE = 3, // the interrupt request
    OVERRIDE_GSI = 4,    // 32 bits
    OVERRIDE_FLAGS = 8,  // 16 bits: polarity, trigger, 2 bits each
};

static enum error parse_ioapic(const uint8_t *entry, struct acpi *acpi)
{
    if (entry[1] < IOAPIC_BYTES || acpi->ioapic_count == ACPI_IOAPICS_MAX) {
        return ERR_INVALID;
    }
    acpi->ioapics[acpi->ioapic_count++] =
        (struct acpi_ioapic){paddr_of(acpi_read32(entry + IOAPIC_ADDRESS)),
                             acpi_read32(entry + IOAPIC_GSI)};
    return OK;
}

// Two bits of flags; 2 is reserved.
static bool is_reserved(unsigned bits)
{
    return bits == 2;
}

static enum error parse_override(const uint8_t *entry, struct acpi *acpi)
{
    if (entry[1] < OVERRIDE_BYTES || entry[OVERRIDE_BUS] != 0 ||
        entry[OVERRIDE_SOURCE] >= ACPI_IRQS) {
        return ERR_INVALID;
    }
    const unsigned flags = acpi_read16(entry + OVERRIDE_FLAGS);
    const unsigned polarity = flags & 3;
    const unsigned trigger = flags >> 2 & 3;
    struct acpi_override *override = &acpi->overrides[entry[OVERRIDE_SOURCE]];

    if (is_reserved(polarity) || is_reserved(trigger) || override->given) {
        return ERR_INVALID;
    }
    *override = (struct acpi_override){true, acpi_read32(entry + OVERRIDE_GSI),
                                       (enum acpi_polarity)polarity,
                                       (enum acpi_trigger)trigger};
    return OK;
}

// Other kinds of entry are not needed here.
static enum error parse_entry(const uint8_t *entry, struct acpi *acpi)
{
    switch (entry[0]) {
    case IOAPIC_TYPE:
        return parse_ioapic(entry, acpi);
    case OVERRIDE_TYPE:
        return parse_override(entry, acpi);
    default:
        return OK;
    }
}

enum error acpi_parse_madt(struct acpi_table madt, struct acpi *acpi)
{
    if (madt.length < MADT_ENTRIES) {
        return ERR_INVALID;
    }
    acpi->lapic = paddr_of(acpi_read32(madt.bytes + MADT_LAPIC));
    for (uint32_t at = MADT_ENTRIES; at < madt.length;) {
        const uint8_t *entry = madt.bytes + at;

        if (madt.length - at < 2 || entry[1] < 2 ||
            entry[1] > madt.length - at || parse_entry(entry, acpi) != OK) {
            return ERR_INVALID;
        }
        at += entry[1];
    }
    return OK;
}

enum {
    FADT_SCI_INT = 46,      // 5.2.9: 16 bits
    FADT_SMI_CMD = 48,      // 32 bits, like all ports here
    FADT_ACPI_ENABLE = 52,  // 8 bits
    FADT_PM1A_EVT_BLK = 56, // 32 bits
    FADT_PM1A_CNT_BLK = 64, // 32 bits
    FADT_GPE0_BLK = 80,     // 32 bits
    FADT_PM1_EVT_LEN = 88,  // 8 bits
    FADT_GPE0_BLK_LEN = 92, // 8 bits
    FADT_FLAGS = 112,       // 32 bits
    FADT_PWR_BUTTON = 4,    // bit of the flags: not a fixed feature
    FADT_HW_REDUCED = 20,   // bit of the flags

    FADT_SLEEP_CONTROL = 244, // generic address structure (5.2.3.2)
    GENERIC_BYTES = 12,
    GENERIC_SPACE = 0,   // 8 bits
    GENERIC_ADDRESS = 4, // 64 bits
    SPACE_MEMORY = 0,
};

#define PORTS 0x10000u

// A block of `bytes` ports. *port = 0: there is none.
static enum error parse_ports(const uint8_t *field, uint32_t bytes,
                              uint16_t *port)
{
    const uint32_t value = acpi_read32(field);

    *port = (uint16_t)value;
    return value < PORTS && bytes <= PORTS - value ? OK : ERR_INVALID;
}

static enum error parse_fixed(const uint8_t *fadt, struct acpi_fixed *fixed)
{
    const uint16_t sci_int = acpi_read16(fadt + FADT_SCI_INT);
    const uint8_t gpe0_blk_len = fadt[FADT_GPE0_BLK_LEN];
    const uint8_t pm1_evt_len = fadt[FADT_PM1_EVT_LEN];

    fixed->sci_int = sci_int;
    fixed->power_button =
        (acpi_read32(fadt + FADT_FLAGS) >> FADT_PWR_BUTTON & 1) == 0;
    fixed->pm1_evt_len = pm1_evt_len;
    fixed->acpi_enable = fadt[FADT_ACPI_ENABLE];
    fixed->gpe0_blk_len = gpe0_blk_len;
    if (parse_ports(fadt + FADT_SMI_CMD, 1, &fixed->smi_cmd) != OK ||
        parse_ports(fadt + FADT_PM1A_EVT_BLK, pm1_evt_len,
                    &fixed->pm1a_evt_blk) != OK ||
        parse_ports(fadt + FADT_PM1A_CNT_BLK, 2, &fixed->pm1a_cnt_blk) != OK ||
        parse_ports(fadt + FADT_GPE0_BLK, gpe0_blk_len, &fixed->gpe0_blk) !=
            OK) {
        return ERR_INVALID;
    }
    return OK;
}

// A table older than revision 5 ends before this field.
static void parse_sleep_control(struct acpi_table fadt, struct acpi *acpi)
{
    const uint8_t *control = fadt.bytes + FADT_SLEEP_CONTROL;

    if (fadt.length >= FADT_SLEEP_CONTROL + GENERIC_BYTES &&
        control[GENERIC_SPACE] == SPACE_MEMORY) {
        acpi->sleep_control = paddr_of(acpi_read64(control + GENERIC_ADDRESS));
    }
}

enum error acpi_parse_fadt(struct acpi_table fadt, struct acpi *acpi)
{
    if (fadt.length < FADT_FLAGS + 4) {
        return ERR_INVALID;
    }
    acpi->hardware_reduced =
        acpi_read32(fadt.bytes + FADT_FLAGS) >> FADT_HW_REDUCED & 1;
    if (!acpi->hardware_reduced) {
        return parse_fixed(fadt.bytes, &acpi->fixed);
    }
    parse_sleep_control(fadt, acpi);
    return OK;
}

enum {
    MCFG_ENTRIES = 44,
    MCFG_ENTRY_BYTES = 16,
    MCFG_BASE = 0,       // 64 bits: of bus 0, even if it is not included
    MCFG_SEGMENT = 8,    // 16 bits
    MCFG_FIRST_BUS = 10, // 8 bits
    MCFG_LAST_BUS = 11,  // 8 bits
};
#define ECAM_BUS_SHIFT 20

// Only a part that begins with bus 0 is used: other root buses are not known
// here.
static enum error parse_ecam(const uint8_t *entry, struct acpi_ecam *ecam)
{
    const uint64_t base = acpi_read64(entry + MCFG_BASE);
    const uint8_t last_bus = entry[MCFG_LAST_BUS];
    const uint64_t bytes = (last_bus + 1ull) << ECAM_BUS_SHIFT;

    if (acpi_read16(entry + MCFG_SEGMENT) != 0 || entry[MCFG_FIRST_BUS] != 0) {
        return OK;
    }
    if (base == 0 || base % (1u << ECAM_BUS_SHIFT) != 0 ||
        base > UINT64_MAX - bytes || ecam->base.value != 0) {
        return ERR_INVALID;
    }
    *ecam = (struct acpi_ecam){paddr_of(base), last_bus};
    return OK;
}

enum error acpi_parse_mcfg(struct acpi_table mcfg, struct acpi *acpi)
{
    if (mcfg.length < MCFG_ENTRIES ||
        (mcfg.length - MCFG_ENTRIES) % MCFG_ENTRY_BYTES != 0) {
        return ERR_INVALID;
    }
    for (uint32_t at = MCFG_ENTRIES; at < mcfg.length; at += MCFG_ENTRY_BYTES) {
        if (parse_ecam(mcfg.bytes + at, &acpi->ecam) != OK) {
            return ERR_INVALID;
        }
    }
    return OK;
}
