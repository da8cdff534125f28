// SPDX-License-Identifier: MIT
// Registers of one machine at a time.
#include "fakes/fake_hotplug.h"

#include <string.h>

#include "fakes/fake_io.h"
#include "fakes/fake_pci_config.h"
#include "fakes/fake_report.h"

static struct fake_hotplug chipset;

static void check_width(unsigned width, unsigned wanted)
{
    if (width != wanted) {
        fake_violation("hotplug: %u bytes instead of %u", width, wanted);
    }
}

static uint32_t read_config(void *function, uint32_t offset, unsigned width)
{
    (void)function;
    (void)width;
    return offset == 0 ? chipset.id : 0; // no header type, no capabilities
}

static void write_config(void *function, uint32_t offset, unsigned width,
                         uint32_t value)
{
    (void)function;
    fake_violation("config: wrote %u bits at %u: %u", width, offset, value);
}

static uint32_t read_mode(void *device, uint32_t offset, unsigned width)
{
    (void)device;
    if (offset != 0 || width != 2) {
        fake_violation("PM1a_CNT: width %u", width);
    }
    if (chipset.smi == FAKE_ENABLE_ACPI && chipset.mode_reads != UINT32_MAX) {
        chipset.mode = chipset.mode_reads == 0;
        chipset.mode_reads -= chipset.mode_reads != 0;
    }
    return chipset.mode ? 1 : 0;
}

static void write_mode(void *device, uint32_t offset, unsigned width,
                       uint32_t value)
{
    (void)device;
    fake_violation("PM1a_CNT: wrote %u bits at %u: %u", width, offset, value);
}

static uint32_t read_smi(void *device, uint32_t offset, unsigned width)
{
    (void)device;
    fake_violation("SMI_CMD: read %u bits at %u", width, offset);
    return 0;
}

static void write_smi(void *device, uint32_t offset, unsigned width,
                      uint32_t value)
{
    (void)device;
    (void)offset;
    (void)width;
    chipset.smi = (uint8_t)value;
}

bool fake_hotplug_line(void)
{
    return (chipset.status[0] & chipset.enable[0]) != 0;
}

static uint32_t read_gpe(void *device, uint32_t offset, unsigned width)
{
    (void)device;
    check_width(width, 1);
    return offset < FAKE_GPE0_BYTES / 2
               ? chipset.status[offset]
               : chipset.enable[offset - FAKE_GPE0_BYTES / 2];
}

// A status bit is cleared by writing it as 1.
static void write_gpe(void *device, uint32_t offset, unsigned width,
                      uint32_t value)
{
    (void)device;
    check_width(width, 1);
    if (offset < FAKE_GPE0_BYTES / 2) {
        chipset.status[offset] &= (uint8_t)~value;
    } else {
        chipset.enable[offset - FAKE_GPE0_BYTES / 2] = (uint8_t)value;
    }
}

static uint32_t read_slots(void *device, uint32_t offset, unsigned width)
{
    const uint32_t bus = chipset.bus;
    uint32_t up;

    (void)device;
    check_width(width, 4);
    chipset.accesses++;
    if (offset == 0x10) {
        return chipset.without_bridges ? UINT32_MAX : bus;
    }
    if (bus >= 256) {
        return 0;
    }
    switch (offset) {
    case 0:
        up = chipset.up[bus];
        chipset.up[bus] = 0;
        return up;
    case 4:
        return chipset.down[bus];
    default:
        fake_violation("slots: read at %u", offset);
        return 0;
    }
}

static void write_slots(void *device, uint32_t offset, unsigned width,
                        uint32_t value)
{
    (void)device;
    check_width(width, 4);
    chipset.accesses++;
    if (offset == 0x10) {
        chipset.bus = value;
    } else if (offset == 8 && chipset.bus < 256 &&
               chipset.ejections < FAKE_EJECTIONS) {
        chipset.ejected[chipset.ejections].bus = chipset.bus;
        chipset.ejected[chipset.ejections++].slots = value;
        chipset.down[chipset.bus] &= ~value;
    } else {
        fake_violation("slots: wrote %u at %u", value, offset);
    }
}

static void claim(uint16_t first, uint32_t bytes,
                  uint32_t (*read)(void *, uint32_t, unsigned),
                  void (*write)(void *, uint32_t, unsigned, uint32_t))
{
    const struct fake_io_region region = {IO_PORTS, first, bytes,
                                          &chipset, read,  write};

    fake_io_claim(&region);
}

struct fake_hotplug *fake_hotplug_new(uint8_t device, uint8_t function,
                                      uint32_t id, uint16_t slots)
{
    const struct fake_pci_entry entry = {
        {0, device, function}, &chipset, read_config, write_config};

    fake_pci_disclaim(NULL);
    fake_io_disclaim(&chipset);
    memset(&chipset, 0, sizeof chipset);
    chipset.id = id;
    memset(chipset.enable, 0xff, sizeof chipset.enable);
    fake_pci_claim(&entry);
    claim(FAKE_SMI_CMD, 1, read_smi, write_smi);
    claim(FAKE_PM1A_CNT, 2, read_mode, write_mode);
    claim(FAKE_GPE0, FAKE_GPE0_BYTES, read_gpe, write_gpe);
    claim(slots, 0x18, read_slots, write_slots);
    return &chipset;
}
