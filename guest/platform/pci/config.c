// SPDX-License-Identifier: MIT
// Configuration space as memory (ECAM), 4 KiB a function, or through an
// address and a data port. Buses outside those that MCFG names read as empty.
// PCI Express Base 4.0, 7.2.2; PCI Local Bus 3.0, 3.2.2.3.2.
#include "platform/pci/config.h"

#include "arch/x86_64/paging.h"
#include "base/io.h"
#include "base/log.h"
#include "base/panic.h"
#include "platform/pci/pci.h"

// CONFIG_ADDRESS, 32 bits, and CONFIG_DATA, of any width.
enum {
    CONFIG_ADDRESS = 0,
    CONFIG_DATA = 4,
};
#define CONFIG_ENABLE 0x80000000u

static const struct io_region ports = {0xcf8, 8, IO_PORTS};

#define ECAM_BUS_BYTES 0x100000u

enum access {
    ACCESS_NONE,
    ACCESS_PORTS,
    ACCESS_ECAM,
};

static enum access access;
static struct io_region ecam; // begins with bus 0

// The location of one configuration register.
struct location {
    struct io_region region;
    uint32_t offset;
};

static uint32_t function_number(struct pci_address at)
{
    assert_that(at.device < 32 && at.function < 8, "no PCI address");
    return (uint32_t)at.device << 3 | at.function;
}

static bool locate_in_ecam(struct pci_address at, uint32_t offset,
                           struct location *location)
{
    location->region = ecam;
    location->offset =
        at.bus * ECAM_BUS_BYTES + function_number(at) * 4096 + offset;
    return location->offset < ecam.bytes;
}

static bool locate_in_ports(struct pci_address at, uint32_t offset,
                            struct location *location)
{
    io_write32(ports, CONFIG_ADDRESS,
               CONFIG_ENABLE | (uint32_t)at.bus << 16 |
                   function_number(at) << 8 | (offset & ~3u));
    *location = (struct location){ports, CONFIG_DATA + (offset & 3)};
    return true;
}

// False: not reachable, so no function is there.
static bool locate(struct pci_address at, uint32_t offset, uint32_t width,
                   struct location *location)
{
    assert_that(offset % width == 0 && offset < PCI_CONFIG_BYTES,
                "no register of configuration space");
    switch (access) {
    case ACCESS_ECAM:
        return locate_in_ecam(at, offset, location);
    case ACCESS_PORTS:
        return locate_in_ports(at, offset, location);
    default:
        return false;
    }
}

uint8_t pci_read8(struct pci_address at, uint32_t offset)
{
    struct location location;

    return locate(at, offset, 1, &location)
               ? io_read8(location.region, location.offset)
               : UINT8_MAX;
}

uint16_t pci_read16(struct pci_address at, uint32_t offset)
{
    struct location location;

    return locate(at, offset, 2, &location)
               ? io_read16(location.region, location.offset)
               : UINT16_MAX;
}

uint32_t pci_read32(struct pci_address at, uint32_t offset)
{
    struct location location;

    return locate(at, offset, 4, &location)
               ? io_read32(location.region, location.offset)
               : UINT32_MAX;
}

void pci_write8(struct pci_address at, uint32_t offset, uint8_t value)
{
    struct location location;

    if (locate(at, offset, 1, &location)) {
        io_write8(location.region, location.offset, value);
    }
}

void pci_write16(struct pci_address at, uint32_t offset, uint16_t value)
{
    struct location location;

    if (locate(at, offset, 2, &location)) {
        io_write16(location.region, location.offset, value);
    }
}

void pci_write32(struct pci_address at, uint32_t offset, uint32_t value)
{
    struct location location;

    if (locate(at, offset, 4, &location)) {
        io_write32(location.region, location.offset, value);
    }
}

// CONFIG_ADDRESS can be read back (except reserved bits); an absent port reads
// all ones.
bool pci_config_has_ports(void)
{
    io_write32(ports, CONFIG_ADDRESS, CONFIG_ENABLE);
    return io_read32(ports, CONFIG_ADDRESS) == CONFIG_ENABLE;
}

static enum error start_ecam(const struct acpi_ecam *found)
{
    enum error error = paging_map_device(
        found->base, (found->last_bus + 1u) * ECAM_BUS_BYTES, &ecam);

    if (error == OK) {
        access = ACCESS_ECAM;
    }
    return error;
}

enum error pci_config_start(const struct acpi *acpi)
{
    access = ACCESS_NONE;
    if (acpi->ecam.base.value != 0) {
        return start_ecam(&acpi->ecam);
    }
    if (!acpi->hardware_reduced && pci_config_has_ports()) {
        access = ACCESS_PORTS;
    }
    return OK;
}

const char *pci_config_name(void)
{
    static const char *const names[] = {[ACCESS_NONE] = "none",
                                        [ACCESS_PORTS] = "ports",
                                        [ACCESS_ECAM] = "ecam"};

    return names[access];
}
